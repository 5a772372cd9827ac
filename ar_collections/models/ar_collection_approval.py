from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: What can be asked for; a model that needs approval adds its kind.
KINDS = [
    ("notice", "Notice"),
    ("hold", "Hold without end"),
    ("promise", "Promise over the limits"),
    ("plan", "Plan over the limits"),
    ("write_off", "Write-off"),
    ("credit", "Credit note for a dispute"),
    ("refund", "Refund"),
    ("transfer", "Transfer of a credit"),
]
STATES = [
    ("waiting", "To approve"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]
#: From which states a request may go to which.
TRANSITIONS = {"approved": {"waiting"}, "refused": {"waiting"}, "withdrawn": {"waiting"}}


class ArCollectionApproval(models.Model):
    """One request for approval: what, how much, who asked, who answered, why.

    Made by ``ar.collection.approval.mixin``, answered by ``action_approve`` and
    ``action_refuse``. Read-only for every human role; an answer is final.
    """

    _name = "ar.collection.approval"
    _description = "Approval"
    _order = "id desc"

    name = fields.Char(string="What", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True, index=True
    )
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="collection_id.company_id", store=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True, help="In company currency.")
    state = fields.Selection(STATES, required=True, readonly=True, default="waiting", index=True)

    user_id = fields.Many2one(
        "res.users", string="Asked by", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Asked", readonly=True, default=fields.Datetime.now)
    reason = fields.Text(string="Why asked", readonly=True)
    answered_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, ondelete="restrict"
    )
    behalf_id = fields.Many2one(
        "res.users",
        string="On behalf of",
        readonly=True,
        ondelete="restrict",
        help="Whose rights were used: those of a deputy are lent.",
    )
    date_answered = fields.Datetime(string="Answered", readonly=True)
    answer = fields.Text(string="Why so", readonly=True)
    self_approved = fields.Boolean(
        string="By who asked",
        readonly=True,
        help="The one who asked has decided as well: within the own limit, or because there is "
        "no second manager.",
    )
    can_answer = fields.Boolean(compute="_compute_can_answer")
    can_not = fields.Char(compute="_compute_can_not", help="Why the reader may not approve it.")

    _used_idx = models.Index("(collection_id, kind, date_answered) WHERE state = 'approved'")
    _waiting_idx = models.Index("(company_id, kind) WHERE state = 'waiting'")

    # === COMPUTES === #
    @api.depends_context("uid")
    @api.depends("state", "amount")
    def _compute_can_answer(self):
        waiting = self.filtered(lambda request: request.state == "waiting")
        rights = waiting._choose_rights()
        for request in self:
            request.can_answer = bool(rights.get(request, [None])[0])

    @api.depends_context("uid")
    @api.depends("state", "amount")
    def _compute_can_not(self):
        for request in self:
            request.can_not = False
            if request.state == "waiting":
                [(right, reason)] = request._choose_rights().values()
                request.can_not = not right and request._explain(reason)

    # === CRUD === #
    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise AccessError(
                self.env._("An approval is given by its actions only, not by writing it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An approval is evidence and cannot be deleted."))

    # === ACTIONS === #
    def action_approve(self, reason=None):
        """Approve these requests, all or none.

        :param str reason: why; may be left out.
        :raises UserError: one of them is answered already, or the caller may not: the
            message names it, why not, and who may.
        :return: True
        """
        self.check_access("read")
        self._check_waiting()
        rights = self._check_rights()
        for right, requests in self._by_right(rights).items():
            requests._set_answer("approved", reason, right.holder)
        self._tell("_on_approval_granted")
        return True

    def action_refuse(self, reason):
        """Refuse these requests.

        :param str reason: why, for the one who asked.
        :raises UserError: without a reason, answered already, or the caller may not.
        :return: True
        """
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why, for the one who asked."))
        self._check_waiting()
        self._check_may_refuse()
        self._set_answer("refused", reason, None)
        self._tell("_on_approval_refused")
        return True

    def action_withdraw(self):
        """Take back what the caller asked for."""
        self.check_access("read")
        self._check_waiting()
        if any(request.user_id != self.env.user for request in self):
            raise AccessError(
                self.env._("Only the one who asked may withdraw a request; refuse it instead.")
            )
        self._set_answer("withdrawn", None, None)
        self._tell("_on_approval_refused")
        return True

    def action_open_record(self):
        """Open what is asked for."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # === STATE === #
    def _check_waiting(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for request in self:
            if request.state != "waiting":
                raise UserError(
                    self.env._(
                        "%(what)s is %(state)s already.",
                        what=request.name,
                        state=labels[request.state].lower(),
                    )
                )

    def _set_answer(self, state, reason, holder):
        """Note the answer of the current user. :param holder: id of whose right it was."""
        requests = self.filtered(lambda request: request.state in TRANSITIONS[state])
        vals = {
            "state": state,
            "answer": reason,
            "answered_by_id": self.env.uid,
            "behalf_id": holder if holder and holder != self.env.uid else False,
            "date_answered": fields.Datetime.now(),
        }
        own = requests.filtered(lambda request: request.user_id == self.env.user)
        # sudo: requests are written by their actions only
        own.sudo().write({**vals, "self_approved": state == "approved"})
        (requests - own).sudo().write(vals)  # dito
        if state != "withdrawn":
            requests._audit()
        requests._end_activities()

    def _audit(self):
        """An entry of the audit list for each answer."""
        # sudo: nobody may write the list by hand
        self.env["ar.collection.audit"].sudo().create(
            [
                {
                    "event": "approval" if request.state == "approved" else "refusal",
                    "what": request.name,
                    "reason": request.answer or request.reason,
                    "user_id": request.answered_by_id.id,
                    "behalf_id": request.behalf_id.id,
                    "company_id": request.company_id.id,
                    "collection_id": request.collection_id.id,
                    "amount": request.amount,
                    "approval_id": request.id,
                    "self_approved": request.self_approved,
                    "res_model": request.res_model,
                    "res_id": request.res_id,
                }
                for request in self
            ]
        )

    def _tell(self, hook):
        """Let the records go on; per model one call."""
        for model, requests in self.grouped("res_model").items():
            records = self.env[model].browse(requests.mapped("res_id")).exists()
            getattr(records, hook)(requests)
