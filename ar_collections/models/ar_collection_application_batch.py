import json

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [("draft", "To look at"), ("done", "Applied"), ("undone", "Undone")]
TRANSITIONS = {"draft": {"done"}, "done": {"undone"}, "undone": set()}
#: Credits looked at for one batch.
LIMIT = 5000


class ArCollectionApplicationBatch(models.Model):
    """All credits that fit exactly, applied at once after a look, and undone at once."""

    _name = "ar.collection.application.batch"
    _description = "Batch of Applications"
    _order = "id desc"
    _rec_name = "date"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._ar_root(),
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", copy=False)
    line_ids = fields.One2many("ar.collection.application.batch.line", "batch_id", string="Credits")
    count = fields.Integer(compute="_compute_count")
    applied_count = fields.Integer(string="Number applied", compute="_compute_count")
    problem_count = fields.Integer(string="Not applied", compute="_compute_count")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_count", help="In company currency.")

    @api.depends("line_ids.chosen", "line_ids.application_id", "line_ids.problem")
    def _compute_count(self):
        for batch in self:
            lines = batch.line_ids.filtered("chosen")
            batch.count = len(lines)
            batch.amount = sum(lines.mapped("amount_company"))
            batch.applied_count = len(batch.line_ids.application_id)
            batch.problem_count = len(batch.line_ids.filtered("problem"))

    @api.depends("date", "user_id")
    def _compute_display_name(self):
        for batch in self:
            day = fields.Datetime.context_timestamp(batch, batch.date)
            batch.display_name = self.env._(
                "Exact matches of %(time)s", time=fields.Datetime.to_string(day)[:16]
            )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Batches are made in the screen where money is applied."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - {"line_ids"}:
            raise UserError(self.env._("Only which credits are applied can be chosen."))
        return super().write(vals)

    # === ACTIONS === #
    @api.model
    def action_preview(self, credit_ids=None):
        """Collect the credits that fit exactly, to look at before anything is applied.

        :param credit_ids: of these only. :return: the form of a new batch.
        :raises UserError: nothing fits exactly.
        """
        self.env["ar.collection.credit"].check_access("read")
        self.env["ar.collection.application"]._check_may_apply()
        batch = self._collect(credit_ids)
        if not batch:
            raise UserError(
                self.env._(
                    "No credit fits exactly: by a reference and its amount, or as the only set of "
                    "items of the amount."
                )
            )
        return batch._form_action()

    def action_apply(self):
        """Apply the chosen credits. What has changed since the look is left, and says why.

        :return: True
        """
        self.ensure_one()
        self.check_access("write")
        self._move("done")
        lines = self.line_ids.filtered("chosen")
        credits_now = self.env["ar.collection.credit"].search(
            [("id", "in", lines.credit_line_id.ids)]
        )
        proposals = self.env["ar.collection.credit"]._propose(credits_now)
        for line in lines:
            line._apply_line(proposals.get(line.credit_line_id.id))
        return True

    def action_undo(self, reason=None):
        """Undo all applications of the batch, or none.

        :return: as ``ar.collection.application.action_undo``
        """
        self.ensure_one()
        self.check_access("write")
        self._move("undone")
        applied = self.line_ids.application_id.filtered(lambda one: one.state == "applied")
        return applied._told(applied._undo(reason or self.env._("The whole batch was undone.")))

    def action_open_applications(self):
        """What the batch applied."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_application_action"
        )
        action["domain"] = [("id", "in", self.line_ids.application_id.ids)]
        action["context"] = {}
        return action

    # === BUSINESS === #
    def _move(self, state):
        if state not in TRANSITIONS[self.state]:
            raise UserError(
                self.env._(
                    "%(batch)s is not in the state for this any more.", batch=self.display_name
                )
            )
        # sudo: states are written by transitions only
        self.sudo().state = state

    @api.model
    def _collect(self, credit_ids=None):
        """A draft of the credits that fit exactly, without differences; empty if none does."""
        root = self.env.company._ar_root()
        domain = [("company_id", "=", root.id), ("reserved", "=", False)]
        domain += [("kind", "not in", ("credit_note", "entry"))]
        if credit_ids is not None:
            domain.append(("id", "in", credit_ids))
        found = self.env["ar.collection.credit"].search(domain, limit=LIMIT)
        vals_list, taken = [], set()
        for credit_id, proposal in found._propose(found).items():
            if not proposal["exact"] or proposal["answers"][0]["differences"]:
                continue
            items = {line_id for line_id, _amount in proposal["answers"][0]["allocations"]}
            if items & taken:
                continue  # another credit of the batch pays it
            taken |= items
            vals_list.append(found.browse(credit_id)._batch_line_vals(proposal))
        if not vals_list:
            return self.browse()
        # sudo: made by the program only, of credits the user may see
        batch = self.sudo().create({"company_id": root.id, "user_id": self.env.uid})
        lines = self.env["ar.collection.application.batch.line"].sudo()  # dito
        lines.create([{**vals, "batch_id": batch.id} for vals in vals_list])
        return batch.sudo(False)

    def _form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.env._("Apply all that fit exactly"),
        }


class ArCollectionApplicationBatchLine(models.Model):
    """One credit of a batch, with what it pays."""

    _name = "ar.collection.application.batch.line"
    _description = "Credit of a Batch"
    _order = "batch_id, id"

    batch_id = fields.Many2one(
        "ar.collection.application.batch", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    chosen = fields.Boolean(string="Apply", default=True)
    credit_line_id = fields.Many2one(
        "account.move.line", string="Credit", readonly=True, index="btree_not_null",
        ondelete="set null",
    )  # fmt: skip
    credit_name = fields.Char(string="Number", readonly=True)
    date = fields.Date(readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", readonly=True, index=True, ondelete="cascade"
    )
    text = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    amount_company = fields.Float(readonly=True)
    items = fields.Char(readonly=True, help="What it pays.")
    reason = fields.Char(readonly=True)
    why = fields.Char(compute="_compute_why")
    allocations = fields.Char(readonly=True, help="The proposal, to be compared when applied.")
    application_id = fields.Many2one(
        "ar.collection.application", readonly=True, index="btree_not_null", ondelete="set null"
    )
    problem = fields.Char(string="Not applied because", readonly=True)

    @api.depends("reason")
    def _compute_why(self):
        words = self.env["ar.collection.credit"]._reason_words()
        for line in self:
            line.why = words.get(line.reason, line.reason)

    def write(self, vals):
        if not self.env.su and set(vals) - {"chosen"}:
            raise UserError(self.env._("Only which credits are applied can be chosen."))
        return super().write(vals)

    def _apply_line(self, proposal):
        """Apply one credit; an error is kept on the line and stops no other."""
        answer = proposal["answers"][0] if proposal and proposal["exact"] else None
        if not answer or json.dumps(answer["allocations"]) != self.allocations:
            self._note(problem=self.env._("It has changed since the look."))
            return
        lines = self.env["account.move.line"]
        try:
            with self.env.cr.savepoint():
                application = self.env["ar.collection.application"]._apply(
                    self.credit_line_id,
                    [(lines.browse(line_id), amount) for line_id, amount in answer["allocations"]],
                    mode="automatic",
                    reason=answer["reason"],
                    confidence=answer["confidence"],
                    partner=self.partner_id,
                )
        except UserError as error:
            self._note(problem=str(error))
        else:
            self._note(application_id=application.id)

    def _note(self, **vals):
        # sudo: results are written by the program only
        self.sudo().write(vals)
