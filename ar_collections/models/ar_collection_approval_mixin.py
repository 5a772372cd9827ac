from odoo import api, fields, models


class ArCollectionApprovalMixin(models.AbstractModel):
    """For models that need approval: notices, holds, later promises, plans, write-offs.

    A model gives its kind and ``_prepare_approval_vals``, asks with ``_ask_approval``, and goes
    on in ``_on_approval_granted`` or ``_on_approval_refused``.
    """

    _name = "ar.collection.approval.mixin"
    _description = "Needs Approval"

    #: The kind of ``ar.collection.approval`` these records ask for.
    _approval_kind = None

    approval_ids = fields.One2many(
        "ar.collection.approval",
        "res_id",
        string="Approvals",
        readonly=True,
    )

    def _prepare_approval_vals(self):
        """``collection_id``, ``name`` (what is asked for) and ``amount`` (company currency)."""
        raise NotImplementedError

    def _on_approval_granted(self, approvals):
        """Hook: these records were approved."""

    def _on_approval_refused(self, approvals):
        """Hook: these records were refused, or the request was withdrawn."""

    def _ask_approval(self, reason=None, user=None):
        """Ask for approval; the requests wait.

        :param user: in whose name; None: the current user.
        """
        return self._create_approvals({"reason": reason, "user_id": (user or self.env.user).id})

    def _approve_directly(self, reason=None):
        """Do it without asking where the own limit covers it: noted as approved by oneself.

        :return: whether it does; False: nothing was noted.
        """
        vals_list = [record._prepare_approval_vals() for record in self]
        if not self.env["ar.collection.approval"]._covers_directly(self._approval_kind, vals_list):
            return False
        approvals = self._create_approvals(
            {
                "reason": reason,
                "state": "approved",
                "answered_by_id": self.env.uid,
                "date_answered": fields.Datetime.now(),
                "self_approved": True,
            }
        )
        approvals._audit()
        return True

    def _create_approvals(self, vals):
        # sudo: requests are made by the program only
        return self.env["ar.collection.approval"].sudo().create(self._approval_vals_list(vals))

    def _approval_vals_list(self, vals):
        return [
            {
                "kind": record._approval_kind,
                "res_model": record._name,
                "res_id": record.id,
                "user_id": self.env.uid,
                **record._prepare_approval_vals(),
                **vals,
            }
            for record in self
        ]

    def _waiting_approvals(self):
        """The requests of these records that wait for an answer."""
        # sudo: the caller may see the records, and with them their requests
        waiting = self.sudo().approval_ids.filtered(lambda request: request.state == "waiting")
        return waiting.with_env(self.env)

    def _withdraw_approval(self):
        """What was asked for is no longer wanted."""
        waiting = self._waiting_approvals()
        waiting._set_answer("withdrawn", None, None)

    @api.model
    def _approvals_on(self):
        """Whether approvals are switched on in the settings."""
        return self.env.user.has_group("ar_collections.group_ar_collection_approvals")
