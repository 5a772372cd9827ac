from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..tools import dispute as tool

ACTIVITY = "ar_collections.mail_activity_type_ar_collection_dispute"


class ArCollectionDispute(models.Model):
    """The credit notes that settle a dispute: core's reversal, over the accepted amount."""

    _inherit = "ar.collection.dispute"

    credit_move_ids = fields.One2many(
        "account.move",
        "ar_dispute_id",
        string="Credit notes",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    credit_count = fields.Integer(compute="_compute_credit_count")

    def _compute_credit_count(self):
        for dispute in self:
            dispute.credit_count = len(dispute.sudo().credit_move_ids)  # how many, no amounts

    def _check_creditable(self):
        """:raises UserError: an item that no credit note can be made for."""
        for item in self.item_ids:
            move = item.move_id.sudo()  # branch documents: kind and state only
            if not move.is_sale_document(include_receipts=True):
                raise UserError(
                    self.env._(
                        "%(item)s is no invoice, so no credit note can be made for it. Please "
                        "choose “Written off”.",
                        item=item.item_name or move.display_name,
                    )
                )
            if move.state != "posted":
                raise UserError(
                    self.env._(
                        "%(item)s is not posted at the moment. Please decide when it is.",
                        item=item.item_name or move.name,
                    )
                )

    # === MAKING === #
    def _make_credit_notes(self):
        """A draft per invoice; the accountant posts it, or not.

        Nothing is left to credit where the ledger took it meanwhile: the dispute then ends.
        """
        for dispute in self:
            # sudo: who answers disputes makes no entries; the draft is the program's, and
            # posting it needs the accounting right
            moves = dispute.sudo()._reverse_documents()
            dispute._set_state("waiting", waiting_for="credit")
            dispute._ask_accountant(moves)

    def _reverse_documents(self):
        moves = self.env["account.move"]
        for move, items in self.item_ids.grouped("move_id").items():
            amount = sum(tool.exact(item.accepted) - tool.exact(item.credited) for item in items)
            if amount > 0:
                moves |= self._reverse_document(move, items, amount)
        return moves

    def _reverse_document(self, move, items, amount):
        text = f"{self.name}: {self.reason_id.name}"
        reversal = (
            self.env["account.move.reversal"]
            .with_company(move.company_id)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "reason": text,
                    "date": self.company_id._ar_today(),
                    "journal_id": move.journal_id.id,
                }
            )
        )
        reversal.refund_moves()
        credit = reversal.new_move_ids
        credit.ar_dispute_id = self
        self._reduce(move, credit, items, amount)
        return credit

    def _reduce(self, move, credit, items, amount):
        """Reduce the draft of a full reversal to ``amount``, tax included.

        Of the lines that are disputed, else of all in proportion; each keeps its account,
        product and taxes. ``financial``: without tax.
        """
        taxed = self.outcome != "financial"
        whole = tool.exact(move.amount_total)
        sources = items.source_line_ids
        if taxed and not sources and amount == whole:
            return
        products = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        copies = credit.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        pairs = list(zip(products, copies, strict=True))
        if sources:
            pairs = [pair for pair in pairs if pair[0] in sources] or pairs
        unit = tool.exact(move.currency_id.rounding)
        weights = [tool.exact(line.price_total) for line, _copy in pairs]
        commands = []
        kept = set()
        for (line, copy), part in zip(pairs, tool.share(amount, weights, unit), strict=True):
            if part:
                kept.add(copy.id)
                commands.append(fields.Command.update(copy.id, self._line_vals(line, part, taxed)))
        gone = credit.invoice_line_ids.filtered(lambda line: line.id not in kept)
        commands += [fields.Command.delete(line.id) for line in gone]
        credit.write({"invoice_line_ids": commands})
        self._round_to(credit, amount)

    def _line_vals(self, line, part, taxed):
        """One piece at the price that comes to ``part`` with the taxes of the line."""
        if not taxed:
            return {
                "quantity": 1,
                "discount": 0,
                "price_unit": float(part),
                "tax_ids": [fields.Command.clear()],
            }
        gross = tool.exact(line.price_unit * line.quantity * (1 - line.discount / 100))
        total = tool.exact(line.price_total)
        price = part * gross / total if total else part
        return {"quantity": 1, "discount": 0, "price_unit": line.currency_id.round(float(price))}

    def _round_to(self, credit, amount):
        """What rounding leaves over: the tax takes it, as a person would correct it; without
        tax the last line."""
        over = credit.currency_id.round(float(amount) - credit.amount_total)
        if credit.currency_id.is_zero(over):
            return
        taxes = credit.line_ids.filtered(lambda line: line.display_type == "tax")
        if taxes:
            line = max(taxes, key=lambda line: abs(line.amount_currency))
            credit.write(
                {
                    "line_ids": [
                        fields.Command.update(
                            line.id, {"amount_currency": line.amount_currency + over}
                        )
                    ]
                }
            )
        else:
            last = credit.invoice_line_ids[-1:]
            last.price_unit += over

    def action_open_credit_notes(self):
        """The credit notes of the dispute."""
        self.ensure_one()
        self.check_access("read")
        moves = self.credit_move_ids
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit notes"),
            "res_model": "account.move",
            "domain": [("id", "in", moves.ids)],
            "views": [(False, "list"), (False, "form")],
        }
        if len(moves) == 1:
            action.update(res_id=moves.id, views=[(False, "form")])
        return action

    # === TELLING === #
    def _accountant(self):
        """Who posts: the accountant of the settings, else an approver."""
        company = self.company_id.sudo()  # a setting
        return company.ar_accountant_id or self.env["ar.collection.approval"]._approver(
            company, self.env.user
        )

    def _ask_accountant(self, moves):
        """An activity for who posts, if that is known."""
        names = ", ".join(move.display_name for move in moves)
        self._ask_activity(
            self._accountant(),
            self.env._("Check and post the credit note of %(dispute)s", dispute=self.name),
            names,
        )
        self._message_log(
            body=self.env._("Draft credit note made: %(names)s", names=names)
            if moves
            else self.env._("Nothing is left to credit.")
        )

    def _ask_activity(self, user, summary, note="", days=0):
        """An activity on the dispute for somebody who may see it; nothing without anybody.

        :param note: plain text.
        """
        if not user or not user.active or not self.with_user(user).has_access("read"):
            return self.env["mail.activity"]
        # sudo: who asks may not see the activities of others
        return (
            self.sudo()
            .with_context(mail_activity_quick_update=True)
            .activity_schedule(
                ACTIVITY,
                date_deadline=fields.Date.add(self.company_id._ar_today(), days=days),
                summary=summary,
                note=plaintext2html(note) if note else "",
                user_id=user.id,
            )
        )

    def _end_activities(self):
        """What was asked is done with the dispute."""
        # sudo: the activities may be somebody else's
        self.sudo().activity_unlink([ACTIVITY])

    def _drop_drafts(self):
        """Draft credit notes of a decision taken back go.

        :raises UserError: one is posted: it has to be cancelled or reversed first.
        """
        # sudo: the drafts are the program's
        moves = self.sudo().credit_move_ids
        posted = moves.filtered(lambda move: move.state == "posted" and not move._ar_undone())
        waiting = moves.filtered(lambda move: move.state == "draft")
        if posted and self.waiting_for == "credit" and not waiting:
            raise UserError(
                self.env._(
                    "%(credit)s is posted already; the dispute ends with it in a minute. To undo "
                    "it, cancel or reverse the credit note.",
                    credit=", ".join(posted.mapped("name")),
                )
            )
        waiting.unlink()
