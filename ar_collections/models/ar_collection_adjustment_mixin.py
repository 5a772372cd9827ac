from odoo import api, fields, models


class ArCollectionAdjustmentMixin(models.AbstractModel):
    """What write-offs, refunds and transfers have in common: a request of a person about one
    debtor, drafted, asked for, approved by the one mechanism, then carried out through core.

    A model gives its states, ``_transitions``, ``_sayable``, and what happens in ``_carry_out``.
    """

    _name = "ar.collection.adjustment.mixin"
    _inherit = [
        "mail.thread",
        "ar.collection.approval.mixin",
        "ar.collection.debtor.mixin",
        "ar.collection.draft.mixin",
        "ar.collection.hold.source.mixin",
    ]
    _description = "Adjustment of a Debtor's Items"

    #: The state after it was carried out.
    _carried_out = "done"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    note = fields.Text(string="Why", help="Read by the approver, and kept with the entry.")
    answered_by_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    answered_on = fields.Date(string="Approved on", readonly=True, copy=False)
    answer = fields.Char(string="Because", readonly=True, copy=False)
    can_approve = fields.Boolean(compute="_compute_can_approve")
    can_not = fields.Char(compute="_compute_can_approve")

    # === COMPUTES === #
    @api.depends_context("uid")
    def _compute_can_approve(self):
        waiting = self.filtered(lambda request: request.state == "to_approve")
        approvals = waiting._waiting_approvals().grouped("res_id")
        for request in self:
            of_request = approvals.get(request.id, self.env["ar.collection.approval"])
            request.can_approve = bool(of_request) and all(of_request.mapped("can_answer"))
            # why not: for the one form that shows it
            request.can_not = of_request[:1].can_not if len(self) == 1 else False

    # === ACTIONS === #
    def action_request(self):
        """Ask for these; what is within the own limit is carried out at once.

        :raises UserError: something is missing, or core refuses; it says what.
        :return: True
        """
        self.check_access("write")
        self._ask()
        return True

    def action_approve(self, reason=None):
        """Approve these requests and carry them out.

        :raises UserError: the caller may not, or core refuses.
        :return: True
        """
        self.check_access("read")
        self._check_state("to_approve")
        return self._waiting_approvals().action_approve(reason)

    def action_refuse(self, reason=None):
        """Refuse these requests. :param str reason: why, for the one who asked."""
        self.check_access("read")
        self._check_state("to_approve")
        return self._waiting_approvals().action_refuse(reason)

    def action_open_refuse(self):
        """Open the form that asks why the request is refused."""
        self.check_access("read")
        self._check_state("to_approve")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_approval_refuse_action"
        )
        action["context"] = {"active_ids": self._waiting_approvals().ids}
        return action

    def action_cancel(self, reason=None):
        """Cancel requests that were not carried out."""
        self.check_access("write")
        self._check_state("draft", "to_approve")
        self._withdraw_approval()
        self._set_state("cancelled", answer=reason)
        return True

    def action_draft(self):
        """Work on refused or cancelled requests anew."""
        self.check_access("write")
        self._check_state("refused", "cancelled")
        self._set_state("draft", answer=False)
        return True

    # === HOOKS === #
    def _check_complete(self):
        """Hook: refuse what cannot be asked for, with the remedy."""

    def _on_asked(self):
        """Hook: the request waits for its approval."""

    def _may_directly(self):
        """Hook: whether it may be carried out without asking, should the limit cover it."""
        return True

    def _carry_out(self):
        """Hook: do what was approved, with the rights of the caller."""

    # === ASKING === #
    def _ask(self):
        self._check_state("draft")
        for request in self:
            request._check_complete()
        for request in self:
            if request._may_directly() and request._approve_directly(request.note):
                request._go_on()
            else:
                request._set_state("to_approve")
                request._ask_approval(request.note)
                request._on_asked()

    def _on_approval_granted(self, approvals):
        self.filtered(lambda request: request.state == "to_approve")._go_on()

    def _on_approval_refused(self, approvals):
        for request in self.filtered(lambda request: request.state == "to_approve"):
            answered = approvals.filtered(lambda row, number=request.id: row.res_id == number)
            state = "cancelled" if answered[:1].state == "withdrawn" else "refused"
            request._set_state(state, answer=answered[:1].answer)

    def _go_on(self):
        for request in self:
            request._carry_out()
            request._set_state(
                self._carried_out,
                answered_by_id=self.env.uid,
                answered_on=request.company_id._ar_today(),
            )

    # === STATE === #
    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        # sudo: the approver may not see the debtor
        self.env["ar.collection.queue"]._add(self.sudo().partner_id.ids)
        return result

    def _has_file(self):
        """Whether a file is attached to the request."""
        return bool(
            self.env["ir.attachment"]
            .sudo()  # whether there is one, not what is in it
            .search_count([("res_model", "=", self._name), ("res_id", "=", self.id)], limit=1)
        )
