from odoo import api, fields, models


class ArCollectionPlanLine(models.Model):
    """Interest and fee of an instalment are due with it, and paid by an invoice of their own.

    Money on the covered items fills the instalments (``tools.adherence``); what comes for
    interest and fee is matched with their invoice. An instalment is kept when its items are
    paid: interest alone breaks no plan, it is chased as any invoice.
    """

    _inherit = "ar.collection.plan.line"

    interest_move_id = fields.Many2one(
        "account.move",
        string="Interest invoiced by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    extra_open = fields.Monetary(
        string="Interest and fee open",
        compute="_compute_extra_open",
        help="What is not paid by the invoice of interest and fee yet. When a plan ends early, "
        "only what was invoiced.",
    )
    open_total = fields.Monetary(
        string="Open with interest and fee",
        compute="_compute_extra_open",
        help="What the debtor is asked for.",
    )

    @api.depends(
        "open_amount",
        "interest",
        "fee",
        "plan_state",
        "interest_move_id.state",
        "interest_move_id.amount_residual",
    )
    def _compute_extra_open(self):
        for line in self:
            move = line.sudo().interest_move_id  # what is open of it, no more
            extra = line.interest + line.fee
            if move.state == "posted":  # of what was earned, not of what was agreed
                billed = line.plan_id.line_ids.filtered(
                    lambda other, move=move: other.sudo().interest_move_id == move
                )
                whole = sum(other.interest + other.fee for other in billed)
                share = extra / whole if whole else 0
                extra = line.currency_id.round(move.amount_residual * share)
            elif line.plan_state in ("defaulted", "cancelled"):
                extra = 0
            line.extra_open = extra
            line.open_total = line.open_amount + extra


class ArCollectionPlan(models.Model):
    _inherit = "ar.collection.plan"

    open_total = fields.Monetary(
        string="Still to pay, with interest and fees", compute="_compute_open_total"
    )

    @api.depends("open_amount", "line_ids.extra_open")
    def _compute_open_total(self):
        for plan in self:
            plan.open_total = plan.open_amount + sum(plan.line_ids.mapped("extra_open"))
