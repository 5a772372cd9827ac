from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

SCORES = [("2", "Yes"), ("1", "Partly"), ("0", "No"), ("na", "Not applicable")]


class ArCollectionReviewCriterion(models.Model):
    """A question of the checklist by which calls are scored."""

    _name = "ar.collection.review.criterion"
    _description = "Review Question"
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class ArCollectionReview(models.Model):
    """A lead's look at one call: score, remark, seen by the collector."""

    _name = "ar.collection.review"
    _description = "Call Review"
    _order = "id desc"
    _rec_name = "call_id"

    call_id = fields.Many2one("ar.collection.call", required=True, ondelete="cascade")
    collection_id = fields.Many2one(related="call_id.collection_id", string="Debtor", store=True)
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        related="call_id.user_id", string="Collector", store=True, index=True, readonly=True
    )
    call_date = fields.Datetime(related="call_id.date", string="Call of", store=True)
    result_id = fields.Many2one(related="call_id.result_id", store=True)
    call_note = fields.Text(related="call_id.note", string="Note of the call")
    reviewer_id = fields.Many2one(
        "res.users",
        string="Reviewed by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    state = fields.Selection(
        [("draft", "To score"), ("done", "Scored")], required=True, default="draft", readonly=True
    )
    line_ids = fields.One2many("ar.collection.review.line", "review_id", string="Checklist")
    score = fields.Float(
        string="Score (%)",
        compute="_compute_score",
        store=True,
        aggregator="avg",
        digits=(5, 1),
        help="Points of the questions answered, of those that could be had.",
    )
    remark = fields.Text(help="What was good, what could be better.")
    led = fields.Boolean(
        compute="_compute_led", search="_search_led", help="Of a collector of a portfolio I lead."
    )
    seen_at = fields.Datetime(string="Seen by the collector", readonly=True)

    _call_uniq = models.UniqueIndex("(call_id)", "This call is in a sample already.")

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The average is that of the calls that were scored."""
        if aggregate_spec != "score:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "AVG(%s) FILTER (WHERE %s = 'done')",
            self._field_to_sql(self._table, "score", query),
            self._field_to_sql(self._table, "state", query),
        )

    @api.depends("line_ids.score")
    def _compute_score(self):
        for review in self:
            points = [int(line.score) for line in review.line_ids if line.score in ("0", "1", "2")]
            review.score = 100 * sum(points) / (2 * len(points)) if points else 0

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_led(self):
        users = self.env["ar.collection.target"]._led_users()
        for record in self:
            record.led = record.user_id in users

    @api.model
    def _search_led(self, operator, value):
        return self.env["ar.collection.target"]._search_led(operator, value)

    @api.constrains("call_id", "reviewer_id")
    def _check_reviewer(self):
        for review in self:
            if review.user_id == review.reviewer_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s made this call and cannot review it.", user=review.user_id.name
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        criteria = self.env["ar.collection.review.criterion"].search(Domain.TRUE)
        for vals in vals_list:
            vals.setdefault(
                "line_ids",
                [fields.Command.create({"criterion_id": criterion.id}) for criterion in criteria],
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (
            set(vals) - {"line_ids", "remark"} or any(review.state == "done" for review in self)
        ):
            raise AccessError(
                self.env._(
                    "Of a review the answers and the remark are written, until it is scored."
                )
            )
        return super().write(vals)

    # === ACTIONS === #
    def action_done(self):
        """The call is scored: the collector sees it now.

        :raises UserError: a question has no answer.
        """
        self.check_access("write")
        for review in self:
            if missing := review.line_ids.filtered(lambda line: not line.score):
                raise UserError(
                    self.env._(
                        "Please answer: %(questions)s",
                        questions=", ".join(missing.criterion_id.mapped("name")),
                    )
                )
        self.sudo().state = "done"  # written by this action only
        return True

    def action_seen(self):
        """The collector has read score and remark."""
        self.check_access("read")
        own = self.filtered(lambda review: review.user_id == self.env.user and not review.seen_at)
        own.sudo().seen_at = fields.Datetime.now()  # written by this action only
        return True


class ArCollectionReviewLine(models.Model):
    _name = "ar.collection.review.line"
    _description = "Review Answer"
    _order = "id"

    review_id = fields.Many2one(
        "ar.collection.review", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one(
        "ar.collection.review.criterion", string="Question", required=True, ondelete="restrict"
    )
    score = fields.Selection(SCORES, string="Answer")

    def write(self, vals):
        if not self.env.su and any(line.review_id.state == "done" for line in self):
            raise AccessError(self.env._("This call is scored; the answers stay as they are."))
        return super().write(vals)
