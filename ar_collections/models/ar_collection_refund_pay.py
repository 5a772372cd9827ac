from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class ArCollectionRefund(models.Model):
    """The draft payment, its reconciliation once posted, and the reserve in between."""

    _inherit = "ar.collection.refund"

    # === APPROVED === #
    def _carry_out(self):
        """Draft the outbound payment with the approver's rights."""
        result = super()._carry_out()
        self._check_verified()
        self._check_payable()
        self.line_ids._check_open()
        credits_ = self.line_ids.line_id
        company = credits_.company_id
        payment = (
            self.env["account.payment"]
            .with_company(company)
            .create(self._prepare_payment_vals(company, credits_.account_id))
        )
        self.sudo().payment_id = payment  # sudo: noted by the program only
        self._log_on_accounts(
            lambda refund: self.env._(
                "Refund %(number)s approved: %(amount)s to %(account)s, payment drafted.",
                number=refund.name,
                amount=refund.currency_id.format(refund.amount),
                account=refund.partner_bank_id.acc_number,
            )
        )
        return result

    def _prepare_payment_vals(self, company, account):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "in", (company | company._ar_root()).ids)],
            order="company_id desc, sequence, id",
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._("%(company)s has no bank journal to pay from.", company=company.name)
            )
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": self.company_id._ar_today(),
            "journal_id": journal.id,
            "partner_bank_id": self.partner_bank_id.id,
            "destination_account_id": account.id,
            "memo": f"{self.name} {', '.join(filter(None, self.line_ids.mapped('item_name')))}",
        }

    # === POSTED === #
    def _settle_posted(self):
        """Reconcile posted payments with their credits, each for its amount."""
        for refund in self.filtered(lambda refund: refund.state == "approved"):
            move = refund.payment_id.move_id
            if move.state != "posted":
                continue
            debit = move.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and line.balance > 0
            )
            self.env["account.move.line"]._ar_allocate(
                [
                    (debit, line.line_id, min(line.amount, line.open_amount))
                    for line in refund.line_ids
                    if line.open_amount > 0
                ]
            )
            refund._set_state("paid")
            refund._log_on_accounts(
                lambda refund: self.env._(
                    "Refund %(number)s paid: %(amount)s.",
                    number=refund.name,
                    amount=refund.currency_id.format(refund.amount),
                )
            )

    @api.model
    def _judge_accounts(self, accounts):
        """Refunds of these debtors whose payment was posted, cancelled or sent back since."""
        going = self.search(
            accounts._among("collection_id") & Domain("state", "in", ("approved", "paid"))
        )
        posted = going.filtered(
            lambda refund: (
                refund.state == "approved" and refund.payment_id.move_id.state == "posted"
            )
        )
        posted._settle_posted()
        for refund in going - posted:
            payment = refund.payment_id
            gone = not payment or payment.state in ("canceled", "rejected")
            if gone or (refund.state == "paid" and not refund._is_matched()):
                refund._set_state(
                    "cancelled", answer=self.env._("The payment was cancelled or came back.")
                )
                refund._log_on_accounts(
                    lambda refund: self.env._(
                        "The payment of refund %(number)s was cancelled or came back: the credit is "
                        "open again.",
                        number=refund.name,
                    )
                )

    def _is_matched(self):
        """Whether the payment still takes anything off the credits."""
        debit = self.payment_id.move_id.line_ids
        return bool(self.line_ids.line_id.matched_debit_ids.debit_move_id & debit)

    # === RESERVED === #
    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        if state in ("to_approve", "approved"):
            self._reserve()
        else:
            self._end_holds()
        return result

    def _reserve(self):
        """The credit counts no more against what is owed: it is about to be paid back."""
        placed = {hold.source_id for hold in self._holds() if hold.state != "ended"}
        vals_list = [
            refund._prepare_hold(line.line_id, line.amount, "other", "reserved")
            for refund in self
            if refund.id not in placed
            for line in refund.line_ids
        ]
        # sudo: a hold with a source is placed by its source only
        self.env["ar.collection.hold"].sudo().create(vals_list)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        result = super().action_post()
        # sudo: the refund of the payment, whoever posts it; reconciled by the program
        refunds = self.env["ar.collection.refund"].sudo()
        refunds.search(
            [("payment_id", "in", self.ids), ("state", "=", "approved")]
        )._settle_posted()
        return result


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_refund refund"
            " JOIN concerned ON concerned.id = refund.collection_id"
            " WHERE refund.state IN ('approved', 'paid')"
        )
        return {**super()._refresh_steps(), "_follow_refunds": waiting}

    def _follow_refunds(self):
        self.env["ar.collection.refund"]._judge_accounts(self)

    def action_refund(self):
        """Open a new refund of the open credits of the debtor."""
        self.ensure_one()
        self.check_access("read")
        credits_ = self.env["account.move.line"].search(
            [*self._open_items_domain(), ("amount_residual", "<", 0)], order="date, id"
        )
        if not credits_:
            raise UserError(
                self.env._("%(debtor)s has no open credit.", debtor=self.partner_id.display_name)
            )
        first = credits_[0]
        same = credits_.filtered(
            lambda line: all(
                line[n] == first[n] for n in ("company_id", "account_id", "currency_id")
            )
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_refund_action"
        )
        action.update(
            views=[(False, "form")],
            context={
                "default_collection_id": self.id,
                "default_line_ids": [(0, 0, {"line_id": line.id}) for line in same],
            },
        )
        return action
