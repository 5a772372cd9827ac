from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionPromise(models.Model):
    """A promise over the days or the amount of the policy needs a manager.

    Until it is granted it holds nothing, so that the debtor is chased as before; it is judged
    like any other, for what was promised was promised. Refused, it is cancelled.
    """

    _name = "ar.collection.promise"
    _inherit = ["ar.collection.promise", "ar.collection.approval.mixin"]

    _approval_kind = "promise"

    approval_state = fields.Selection(
        [("waiting", "Waits for approval"), ("granted", "Granted"), ("refused", "Refused")],
        string="Approval",
        readonly=True,
        copy=False,
        help="Of a promise over the limits of the policy; empty: nobody was asked.",
    )

    def _machine_fields(self):
        return super()._machine_fields() | {"approval_state"}

    def _warnings(self):
        return super()._warnings() + self._over_limits()

    def _over_limits(self):
        """Sentences: which limits of the policy the promise exceeds."""
        self.ensure_one()
        policy, company = self.collection_id.policy_id, self.collection_id.company_id
        texts = []
        if policy.promise_max_days and self.date:
            latest = fields.Date.add(company._ar_today(), days=policy.promise_max_days)
            if self.date > latest:
                texts.append(
                    self.env._(
                        "Promises for later than %(date)s need a manager.",
                        date=self._date_text(latest),
                    )
                )
        most, amount = policy.promise_max_amount, self.amount_company
        if most and company.currency_id.compare_amounts(amount, most) > 0:
            texts.append(
                self.env._(
                    "Promises over more than %(amount)s need a manager.",
                    amount=company.currency_id.format(most),
                )
            )
        return texts

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._("Promise: %(promise)s", promise=self.display_name),
            "amount": self.amount_company,
        }

    def _settle_limits(self):
        """Note promises over the limits within the own right, else ask for them.

        :raises UserError: approvals are switched off.
        """
        super()._settle_limits()
        if self.env.su:
            return
        over = self.filtered(lambda promise: promise._over_limits())
        if not over or over._approve_directly():
            return
        if not self._approvals_on():
            raise UserError(
                self.env._(
                    "%(debtor)s: %(why)s Please agree on less or an earlier day, or ask a manager "
                    "to note it.",
                    debtor=over[0].partner_id.display_name,
                    why=" ".join(over[0]._over_limits()),
                )
            )
        # sudo: the state of an approval is written by asking and answering only
        over.sudo().write({"approval_state": "waiting"})
        for promise in over:
            promise._ask_approval(" ".join(promise._over_limits()))

    # === ANSWERED === #
    def _holding(self):
        return super()._holding().filtered(lambda p: p.approval_state not in ("waiting", "refused"))

    def _on_approval_granted(self, approvals):
        waiting = self.filtered(lambda promise: promise.approval_state == "waiting")
        # sudo: the state of an approval is written by asking and answering only
        waiting.sudo().write({"approval_state": "granted"})
        waiting._place_holds()
        waiting._log_on_accounts(
            lambda promise: self.env._(
                "Promise granted: %(promise)s.", promise=promise.display_name
            )
        )

    def _on_approval_refused(self, approvals):
        waiting = self.filtered(lambda promise: promise.approval_state == "waiting")
        for promise in waiting:
            request = approvals.filtered(lambda request, p=promise: request.res_id == p.id)
            # sudo: the state of an approval is written by asking and answering only
            promise.sudo().write(
                {"approval_state": "refused", "cancel_reason": request[:1].answer or False}
            )
        waiting.filtered(lambda promise: promise.state == "open")._set_state("cancelled")

    def _on_state(self, state, before):
        """What is over is asked no more."""
        waiting = self.filtered(lambda promise: promise.approval_state == "waiting")
        if waiting and state != "open":
            waiting._withdraw_approval()
            waiting.sudo().approval_state = False  # sudo: as above
        return super()._on_state(state, before)
