from odoo import api, fields, models
from odoo.tools import SQL

from ..models.ar_collection_decision import REASONS


class ArCollectionComparison(models.Model):
    """What would change: the decisions of two simulations of one day, side by side.

    A is the simulation compared with, B the other; both looked at the same ledger. Where only
    one of them writes to each invoice address of a debtor, what it says to an address other than
    the debtor itself stands alone.
    """

    _name = "ar.collection.comparison"
    _inherit = ["ar.collection.debtor.mixin"]
    _description = "Comparison of Decisions"
    _auto = False
    _order = "change_rank, difference desc, id"
    _rec_name = "partner_id"

    run_id = fields.Many2one("ar.collection.run", string="Simulation", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    address_id = fields.Many2one("res.partner", string="Invoice address", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    decision_a_id = fields.Many2one("ar.collection.decision", string="A", readonly=True)
    decision_b_id = fields.Many2one("ar.collection.decision", string="B", readonly=True)
    conclusion_a = fields.Char(related="decision_a_id.conclusion", string="Decision A")
    conclusion_b = fields.Char(related="decision_b_id.conclusion", string="Decision B")
    tone_a = fields.Char(related="decision_a_id.tone", string="Tone A")
    tone_b = fields.Char(related="decision_b_id.tone", string="Tone B")
    why_b = fields.Char(related="decision_b_id.why", string="Why B")
    level_a_id = fields.Many2one("ar.collection.level", readonly=True)
    level_b_id = fields.Many2one("ar.collection.level", readonly=True)
    reason_a = fields.Selection(REASONS, readonly=True)
    reason_b = fields.Selection(REASONS, readonly=True)
    overdue = fields.Monetary(readonly=True)
    claim_a = fields.Monetary(readonly=True)
    claim_b = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True, help="Claim B less claim A.")
    days_overdue = fields.Integer(string="Oldest (days)", readonly=True, aggregator="max")
    change = fields.Selection(
        [
            ("new", "Gets a notice"),
            ("gone", "No notice any more"),
            ("level", "Another level"),
            ("amount", "Another amount"),
            ("reason", "No notice, another reason"),
            ("same", "The same"),
        ],
        readonly=True,
        help="What B does otherwise than A.",
    )
    change_rank = fields.Integer(readonly=True, aggregator=None)

    @property
    def _table_query(self):
        """Both decided at once from one ledger, so each debtor stands on both sides."""
        return SQL(
            """
            SELECT pair.*, array_position(ARRAY['new', 'gone', 'level', 'amount', 'reason', 'same'],
                                          pair.change) AS change_rank
              FROM (
                SELECT coalesce(b.id * 2, a.id * 2 + 1) AS id, pair_id AS run_id,
                       collection_id,
                       coalesce(b.partner_id, a.partner_id) AS partner_id,
                       coalesce(b.address_id, a.address_id) AS address_id,
                       coalesce(b.company_id, a.company_id) AS company_id,
                       a.id AS decision_a_id, b.id AS decision_b_id,
                       a.level_id AS level_a_id, b.level_id AS level_b_id,
                       a.reason AS reason_a, b.reason AS reason_b,
                       coalesce(b.overdue, a.overdue) AS overdue,
                       coalesce(b.days_overdue, a.days_overdue) AS days_overdue,
                       coalesce(a.claim, 0) AS claim_a, coalesce(b.claim, 0) AS claim_b,
                       coalesce(b.claim, 0) - coalesce(a.claim, 0) AS difference,
                       CASE WHEN a.id IS NULL AND b.reason IS NULL
                              OR a.reason IS NOT NULL AND b.id IS NOT NULL AND b.reason IS NULL
                            THEN 'new'
                            WHEN b.id IS NULL AND a.reason IS NULL
                              OR b.reason IS NOT NULL AND a.id IS NOT NULL AND a.reason IS NULL
                            THEN 'gone'
                            WHEN level_a.name ->> 'en_US' != level_b.name ->> 'en_US' THEN 'level'
                            WHEN a.claim != b.claim THEN 'amount'
                            WHEN a.reason IS DISTINCT FROM b.reason THEN 'reason'
                            ELSE 'same' END AS change
                  FROM (SELECT run.id AS pair_id, coalesce(nullif(
                                   decision.address_id, decision.partner_id), 0) AS to_id,
                               decision.*
                          FROM ar_collection_run run
                          JOIN ar_collection_decision decision
                            ON decision.run_id = run.compared_run_id) a
                  FULL JOIN (
                        SELECT run.id AS pair_id, coalesce(nullif(
                                   decision.address_id, decision.partner_id), 0) AS to_id,
                               decision.*
                          FROM ar_collection_run run
                          JOIN ar_collection_decision decision ON decision.run_id = run.id
                         WHERE run.compared_run_id IS NOT NULL) b
                       USING (pair_id, collection_id, to_id)
                  LEFT JOIN ar_collection_level level_a ON level_a.id = a.level_id
                  LEFT JOIN ar_collection_level level_b ON level_b.id = b.level_id) pair
            """
        )

    @api.model
    def _search(self, *args, **kwargs):
        # decisions are written by one statement, levels by the ORM
        self.env["ar.collection.run"].flush_model()
        self.env["ar.collection.level"].flush_model()
        return super()._search(*args, **kwargs)
