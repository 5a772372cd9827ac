from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: States of a hold that follow from its dates, and those that follow from its approval.
BY_DATE = ("planned", "active", "ended")
BY_APPROVAL = {"to_approve": "waiting", "refused": "refused"}


class ArCollectionHold(models.Model):
    """A hold without end needs a manager: one places it, the others ask.

    What is asked for is not in force before it is granted, and never when refused.
    """

    _name = "ar.collection.hold"
    _inherit = ["ar.collection.hold", "ar.collection.approval.mixin"]

    _approval_kind = "hold"

    approval_state = fields.Selection(
        [("waiting", "Waits for approval"), ("granted", "Granted"), ("refused", "Refused")],
        readonly=True,
        index="btree_not_null",
        help="Of a hold without end that was asked for; empty: nobody was asked.",
    )
    state = fields.Selection(
        selection_add=[("to_approve", "To approve"), ("refused", "Refused")],
    )

    @api.depends("approval_state")
    def _compute_state(self):
        result = super()._compute_state()
        for hold in self:
            if hold.approval_state == "waiting":
                hold.state = "to_approve"
            elif hold.approval_state == "refused":
                hold.state = "refused"
        return result

    @api.model
    def _search_state(self, operator, value):
        domain = super()._search_state(operator, [v for v in value if v in BY_DATE])
        if domain is NotImplemented:
            return domain
        kinds = [name for state, name in BY_APPROVAL.items() if state in value]
        return (
            Domain(domain) & Domain("approval_state", "not in", list(BY_APPROVAL.values()))
        ) | Domain("approval_state", "in", kinds)

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._("Hold without end: %(hold)s", hold=self.display_name),
            "amount": self._amount_company(),
        }

    def _amount_company(self):
        """What the hold keeps from being chased, in company currency, positive."""
        if self.scope == "debtor":
            return self.collection_id.total_due
        line = self.line_id.sudo()  # branch item: its amount only
        whole = abs(line.amount_residual)
        residual = abs(line.amount_residual_currency)
        if not self.amount or not residual:
            return whole
        return self.company_id.currency_id.round(whole * min(self.amount / residual, 1))

    def _settle_endless(self):
        """Place holds without end within the own limit, else ask for them.

        :raises UserError: approvals are switched off.
        """
        if self.env.su:
            return
        endless = self.filtered(lambda hold: not hold.date_to and not hold.source_model)
        if not endless or endless._approve_directly(endless[0].note):
            return
        if not self._approvals_on():
            raise UserError(
                self.env._("Please say until when. Only a manager may place a hold without end.")
            )
        # sudo: the state of an approval is written by asking and answering only
        endless.sudo().write({"approval_state": "waiting"})
        endless._ask_approval(endless[0].note)

    def _check_new_end(self, new_end):
        result = super()._check_new_end(new_end)
        asked = self.filtered(lambda hold: hold.approval_state in ("waiting", "refused"))
        if asked:
            raise UserError(
                self.env._(
                    "%(hold)s is not in force. Withdraw what you asked for, and place another hold.",
                    hold=asked[0].display_name,
                )
            )
        endless = self.filtered(lambda hold: hold.date_to and not hold.source_model)
        if new_end or self.env.su or not endless:
            return result
        if not endless._approve_directly():
            raise UserError(
                self.env._(
                    "Only a manager may keep a hold without end. To ask for one, place another hold."
                )
            )
        return result

    # === ANSWERED === #
    def _on_approval_granted(self, approvals):
        for hold in self.filtered(lambda hold: hold.approval_state == "waiting"):
            today = hold.company_id._ar_today()
            # sudo: the state of an approval is written by asking and answering only
            hold.sudo().write(
                {"approval_state": "granted", "date_from": max(hold.date_from, today)}
            )
            self._tell_debtor(hold, self.env._("Hold granted: %(hold)s"))

    def _on_approval_refused(self, approvals):
        for hold in self.filtered(lambda hold: hold.approval_state == "waiting"):
            # ended before it began: nobody waits for resume days of what never held
            never = fields.Date.subtract(hold.date_from, days=1)
            # sudo: the state of an approval is written by asking and answering only
            hold.sudo().write({"approval_state": "refused", "date_ended": never})
            request = approvals.filtered(lambda request, hold=hold: request.res_id == hold.id)
            text = self.env._("Hold not granted: %(hold)s")
            if request.state == "withdrawn":
                text = self.env._("Hold withdrawn: %(hold)s")
            self._tell_debtor(hold, text, request.answer)

    @api.model
    def _tell_debtor(self, hold, text, reason=None):
        text = text.replace("%(hold)s", hold.display_name)
        # sudo: a deputy or team lead answers for debtors of others
        hold.collection_id.sudo().message_post(body=f"{text}. {reason}" if reason else text)

    # === ENDING === #
    def action_end(self):
        """End holds; what was only asked for is withdrawn."""
        self.check_access("write")
        asked = self.filtered(lambda hold: hold.approval_state == "waiting")
        requests = asked._waiting_approvals()
        asked._withdraw_approval()
        asked._on_approval_refused(requests)
        others = self - asked
        early = others.filtered(lambda hold: hold._is_early())
        result = super(ArCollectionHold, others).action_end()
        if not self.env.su:
            self.env["ar.collection.audit"]._log(
                early,
                "override",
                lambda hold: self.env._("Hold ended early: %(hold)s", hold=hold.display_name),
            )
        return result

    def _is_early(self):
        """Whether the hold would go on for a while."""
        today = self.company_id._ar_today()
        return self.state in ("active", "planned") and (not self.date_to or self.date_to > today)
