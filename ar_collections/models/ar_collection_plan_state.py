from odoo import fields, models
from odoo.exceptions import UserError

from .ar_collection_plan import HOWS, LIVE


class ArCollectionPlan(models.Model):
    """States change by transitions only."""

    _inherit = "ar.collection.plan"
    #: What the ledger ended is taken up again when money is matched late or goes back; what a
    #: person cancelled stays so (``cleared`` was not by one).
    _transitions = {
        "draft": {"to_approve", "offered", "active", "cancelled"},
        "to_approve": {"draft", "offered", "cancelled"},
        "offered": {"draft", "active", "cancelled"},
        "active": {"completed", "defaulted", "cancelled"},
        "completed": {"active", "defaulted", "cancelled"},
        "defaulted": {"active", "completed", "cancelled"},
        "cancelled": {"active", "defaulted"},
    }

    offered_on = fields.Date(string="Offered", readonly=True, copy=False)
    accepted_on = fields.Date(string="Accepted", readonly=True, copy=False)
    accepted_how = fields.Selection(HOWS, string="Accepted by", readonly=True, copy=False)
    accepted_by_id = fields.Many2one(
        "res.users", string="Acceptance noted by", readonly=True, copy=False
    )
    call_id = fields.Many2one(
        "ar.collection.call",
        string="Accepted in the call",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="Signed paper",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    signed_name = fields.Char(string="Signed by", readonly=True, copy=False)
    signed_on = fields.Datetime(string="Signed", readonly=True, copy=False)
    signed_address = fields.Char(string="From the address", readonly=True, copy=False)
    signed_hash = fields.Char(string="SHA-256 of the document", readonly=True, copy=False)
    signature = fields.Binary(readonly=True, copy=False, attachment=True)
    cancel_reason = fields.Char(readonly=True, copy=False)
    lapsed = fields.Boolean(readonly=True, copy=False, help="Not accepted in time.")
    cleared = fields.Boolean(
        string="Nothing left to pay",
        readonly=True,
        copy=False,
        help="Cancelled because credit notes or other entries took all it was for.",
    )

    # === ACTIONS === #
    def action_offer(self, reason=None):
        """Offer these drafts to their debtors; what is over the limits asks for approval first.

        :param str reason: why, for the manager.
        :raises UserError: a plan is no draft, has no valid items or schedule, or exceeds the
            limits while approvals are switched off.
        :return: True
        """
        self.check_access("write")
        self._check_draft()
        for plan in self:
            plan._check_complete()
            if plan._settle_limits(reason):
                plan._set_offered()
        self._show_figures()
        return True

    def action_accept(self, how="phone", **evidence):
        """The debtor agreed: the plan begins.

        :param str how: phone, paper or signature.
        :param evidence: ``call_id`` (on the phone; without one a call is logged, with ``note``),
            ``attachment_id``, ``signed_name``, ``signed_on``, ``signed_address``,
            ``signed_hash``, ``signature``.
        :raises UserError: not offered, lapsed, or its items have changed since.
        :return: True
        """
        self.check_access("write")
        if how == "signature" and not self.env.su:
            raise UserError(
                self.env._("Only the debtor signs online. Please choose how he agreed.")
            )
        for plan in self:
            plan._accept(how, evidence)
        self._show_figures()
        return True

    def action_revise(self):
        """Take offers back to change them.

        :raises UserError: one was accepted or is over.
        :return: True
        """
        self.check_access("write")
        for plan in self:
            if plan.state not in ("to_approve", "offered"):
                raise UserError(
                    self.env._(
                        "%(plan)s is not offered. Only an offer can be taken back to change it.",
                        plan=plan.display_name,
                    )
                )
        self._set_state("draft", offered_until=False)
        self._show_figures()
        return True

    def action_cancel(self, reason=None):
        """Cancel plans that are not over.

        :param str reason: why.
        :return: True
        """
        self.check_access("write")
        for plan in self:
            if plan.state not in ("draft", *LIVE):
                raise UserError(
                    self.env._("%(plan)s is over and cannot be cancelled.", plan=plan.display_name)
                )
        self._set_state("cancelled", cancel_reason=reason or False)
        self._show_figures()
        return True

    # === STATE === #
    def _set_offered(self):
        """Within the limits, or granted: the debtor is told."""
        today = self.company_id._ar_today()
        vals = {"offered_on": today}
        if not self.offered_until:
            vals["offered_until"] = fields.Date.add(today, days=self._offer_days())
        self._set_state("offered", **vals)
        self._send_offer()

    def _accept(self, how, evidence):
        self.ensure_one()
        if self.state == "draft":  # agreed at once on the phone
            self._check_complete()
            if not self._settle_limits():
                return
        elif self.state != "offered":
            raise UserError(
                self.env._(
                    "%(plan)s is not offered and cannot be accepted.", plan=self.display_name
                )
            )
        today = self.company_id._ar_today()
        if self.offered_until and self.offered_until < today:
            raise UserError(
                self.env._(
                    "The offer of %(plan)s was good until %(date)s. Please make it anew.",
                    plan=self.display_name,
                    date=self._date_text(self.offered_until),
                )
            )
        self._check_unchanged()
        self._set_state(
            "active",
            **self._evidence_vals(how, evidence),
            accepted_on=today,
            accepted_how=how,
            accepted_by_id=self.env.uid,
            offered_on=self.offered_on or today,
        )

    def _evidence_vals(self, how, evidence):
        """What is kept of the acceptance.

        :raises UserError: no file of a signed paper, or a call with another debtor.
        """
        call = self.env["ar.collection.call"].browse(evidence.get("call_id"))
        file = self.env["ir.attachment"].browse(evidence.get("attachment_id"))
        if call and call.collection_id != self.collection_id:
            raise UserError(self.env._("The call was with another debtor."))
        if how == "paper" and not file:
            raise UserError(self.env._("Please attach the signed paper."))
        if how == "phone" and not call:
            call = self._log_acceptance(evidence.get("signed_name"), evidence.get("note"))
        file.check_access("read")
        names = ("signed_name", "signed_on", "signed_address", "signed_hash", "signature")
        vals = {name: evidence[name] for name in names if evidence.get(name)}
        return {**vals, "call_id": call.id, "attachment_id": file.id}
