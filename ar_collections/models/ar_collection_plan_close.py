from decimal import Decimal

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..tools import adherence


class AccountMove(models.Model):
    _inherit = "account.move"

    ar_plan_id = fields.Many2one(
        "ar.collection.plan",
        string="Of the plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The settlement that this credit note closes.",
    )


class ArCollectionPlan(models.Model):
    """A settlement that was paid gives up the rest: by draft credit notes with the taxes of the
    invoices (a price reduction), or by a request to write it off (a bad debt, or no invoice)."""

    _inherit = "ar.collection.plan"

    credit_move_ids = fields.One2many(
        "account.move", "ar_plan_id", string="Credit notes", readonly=True, copy=False
    )
    closing = fields.Char(readonly=True, copy=False, help="What became of the rest.")

    def _machine_fields(self):
        return super()._machine_fields() | {"credit_move_ids", "closing"}

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        settled = self.filtered(lambda plan: plan.kind == "settlement")
        if state == "completed":
            for plan in settled:
                plan._close_rest()
        else:
            for plan in settled.filtered(lambda plan: before[plan.id] == "completed"):
                plan._reopen_rest()
        return result

    # === CLOSE === #
    def _close_rest(self):
        """Propose how the rest is closed; where that fails, the collector is told why."""
        rests = self._rests()
        if not rests:
            return
        try:
            with self.env.cr.savepoint():
                text = self._propose_closing(rests)
        except UserError as error:
            text = self.env._("The rest could not be closed: %(why)s", why=error)
            self._step(self.env._("%(plan)s: close the rest by hand", plan=self.name))
        # sudo: noted by transitions only
        self.sudo().closing = text
        self._note_on_account(text)

    def _propose_closing(self, rests):
        """What becomes of the rests: a price reduction is credited; of what is no invoice, for
        example an opening balance, no credit note can be made: it is asked to be written off.

        :return: a sentence.
        """
        if self.close_by == "write_off":
            return self._write_off_rest(rests)
        if self.close_by != "credit":
            return self.env._("The rest is to be closed by hand.")
        invoices = {
            line: rest
            for line, rest in rests.items()
            if line.move_id.is_sale_document(include_receipts=True)
        }
        others = {line: rest for line, rest in rests.items() if line not in invoices}
        texts = []
        if invoices:
            texts.append(self._credit_rest(invoices))
        if others:
            texts.append(self._write_off_rest(others))
        return " ".join(texts)

    def _rests(self):
        """What is left of the items: dict item -> amount in the currency of the plan."""
        rests = {}
        for item in self.sudo().item_ids.filtered("line_id"):  # branch items
            rest = min(item.line_id.amount_residual_currency, item.amount - item.paid)
            if self.currency_id.compare_amounts(rest, 0) > 0:
                rests[item.line_id] = rest
        return rests

    def _credit_rest(self, rests):
        """A draft credit note per invoice; an accountant posts it."""
        by_move = {}
        for line, rest in rests.items():
            by_move[line.move_id] = by_move.get(line.move_id, 0) + rest
        # sudo: the machine drafts it; posting it needs the rights of accounting
        credits_ = self.env["account.move"].sudo()
        for move, rest in by_move.items():
            credits_ |= self.sudo()._draft_credit(move.sudo(), rest)  # dito
        self._ask_approver(
            self.env._("Check and post the credit notes of %(plan)s", plan=self.display_name)
        )
        return self.env._(
            "%(amount)s are credited by a draft for %(names)s.",
            amount=self.currency_id.format(sum(rests.values())),
            names=", ".join(move.name for move in by_move),
        )

    def _draft_credit(self, move, rest):
        """A draft credit note of ``move`` over ``rest``, taxes included."""
        reversal = (
            self.env["account.move.reversal"]
            .with_company(move.company_id)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "reason": self.display_name,
                    "date": self.company_id._ar_today(),
                    "journal_id": move.journal_id.id,
                }
            )
        )
        reversal.refund_moves()
        credit = reversal.new_move_ids
        credit.ar_plan_id = self
        lines = credit.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        if self.currency_id.compare_amounts(rest, credit.amount_total) < 0:
            self._scale(credit, lines, rest)
        return credit

    def _scale(self, credit, lines, rest):
        """Make the credit note smaller: each line and its tax in proportion."""
        digits = credit.currency_id.decimal_places
        totals = [Decimal(str(line.price_total)) for line in lines]
        less = sum(totals) - Decimal(str(rest))
        parts = adherence.shortened(totals, less, "pro_rata", digits)
        commands = []
        for line, part in zip(lines, parts, strict=True):
            gross = line.price_unit * line.quantity * (1 - line.discount / 100)
            price = float(part) * gross / line.price_total if line.price_total else 0
            vals = {"quantity": 1, "discount": 0, "price_unit": credit.currency_id.round(price)}
            commands.append(Command.update(line.id, vals))
        credit.write({"invoice_line_ids": commands})
        over = credit.currency_id.round(rest - credit.amount_total)
        taxes = credit.line_ids.filtered(lambda line: line.display_type == "tax")
        if not credit.currency_id.is_zero(over):
            if taxes:  # a cent of rounding is of the tax, as a person would correct it
                tax = max(taxes, key=lambda line: abs(line.amount_currency))
                amount = tax.amount_currency + over
                credit.write({"line_ids": [Command.update(tax.id, {"amount_currency": amount})]})
            else:
                lines[-1:].price_unit += over

    def _ask_approver(self, summary):
        """An activity on the debtor for who approves."""
        approver = self.env["ar.collection.approval"]._approver(self.company_id, self.user_id)
        # sudo: the machine asks
        account = self.collection_id.sudo().with_context(mail_activity_quick_update=True)
        account.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            user_id=(approver or account.user_id or self.user_id).id,
        )

    def _write_off_rest(self, rests):
        """Ask in the name of who built the plan: within that limit it is written off at once."""
        model = self.env["ar.collection.write.off"].with_user(self.user_id).sudo(False)
        reasons = model.env["ar.collection.write.off.reason"]
        reason = reasons._default_reason("goodwill") or reasons._default_reason("other")
        request = model._request(
            self.collection_id.with_env(model.env),
            {line.id: rest for line, rest in rests.items()},
            reason,
            note=self.display_name,
            source=self,
        )
        return self.env._(
            "%(amount)s: write-off %(request)s asked for.",
            amount=self.currency_id.format(sum(rests.values())),
            request=request.display_name,
        )

    # === REOPEN === #
    def _reopen_rest(self):
        """The money went back: drafts are dropped; what is posted is for a person to reverse."""
        moves = self.sudo().credit_move_ids  # the machine made them
        drafts = moves.filtered(lambda move: move.state == "draft")
        posted = moves.filtered(lambda move: move.state == "posted")
        drafts.button_cancel()
        # sudo: the machine asked for them
        requests = (
            self.env["ar.collection.write.off"]
            .sudo()
            .search([("source_model", "=", self._name), ("source_id", "=", self.id)])
        )
        waiting = requests.filtered(lambda request: request.state in ("draft", "to_approve"))
        if waiting:
            waiting.action_cancel(
                self.env._("%(plan)s was not paid after all", plan=self.display_name)
            )
        written_off = requests.filtered(lambda request: request.state == "posted")
        self.sudo().closing = False  # noted by transitions only
        if names := posted.mapped("name") + written_off.mapped("name"):
            self._ask_approver(
                self.env._(
                    "%(plan)s was not paid after all: reverse %(names)s",
                    plan=self.name,
                    names=", ".join(names),
                )
            )
