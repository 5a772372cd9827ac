from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import withheld
from .ar_collection_withheld_judge import _decimal


class ArCollection(models.Model):
    """What the account knows of tax its debtor withholds."""

    _inherit = "ar.collection"

    withheld_rate = fields.Float(
        string="Withholds tax (%)",
        digits=(5, 2),
        help="The debtor pays short by so much, as tax paid for us; 0: none.",
    )
    withheld_base = fields.Selection(
        [("untaxed", "The untaxed amount"), ("total", "The total")],
        string="Of",
        default="untaxed",
        help="What the rate is taken of.",
    )
    withheld_ids = fields.One2many("ar.collection.withheld", "collection_id", string="Withheld tax")
    withheld_missing = fields.Integer(compute="_compute_withheld_missing")

    # Whom the refresh asks about: mostly nobody.
    _withheld_idx = models.Index("(id) WHERE withheld_rate > 0")
    _withheld_rate_percent = models.Constraint(
        "CHECK (withheld_rate IS NULL OR withheld_rate >= 0 AND withheld_rate < 100)",
        "The rate of tax withheld is a percentage between 0 and 100.",
    )

    @api.depends("withheld_ids.state")
    def _compute_withheld_missing(self):
        counts = dict(
            self.env["ar.collection.withheld"]._read_group(
                [("collection_id", "in", self.ids), ("state", "=", "expected")],
                ["collection_id"],
                ["__count"],
            )
        )
        for account in self:
            account.withheld_missing = counts.get(account._origin, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"withheld_rate", "withheld_base"} & set(vals):
            self.env["ar.collection.withheld"]._judge_accounts(self)
        return result

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_withheld withheld"
            " JOIN concerned ON concerned.id = withheld.collection_id"
            " UNION ALL SELECT FROM ar_collection account"
            " JOIN concerned ON concerned.id = account.id WHERE account.withheld_rate > 0"
        )
        if self.env["ar.collection.withheld"]._core_withholds():
            waiting = None
        return {**super()._refresh_steps(), "_follow_withheld": waiting}

    def _follow_withheld(self):
        self.env["ar.collection.withheld"]._judge_accounts(self)

    def action_open_withheld(self):
        """The withheld tax of the debtor."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_withheld_action"
        )
        return {**action, "domain": [("collection_id", "=", self.id)], "context": {}}


class ArCollectionRemittanceLine(models.Model):
    _inherit = "ar.collection.remittance.line"

    def _is_withheld(self, item, amount):
        """A deduction within the tax that the debtor withholds is no dispute."""
        # sudo: the rate only; the accountant need not see the debtor's account
        account = self.remittance_id.sudo().collection_id
        move = item.move_id
        if not account.withheld_rate or move.move_type != "out_invoice":
            return super()._is_withheld(item, amount)
        tax = withheld.expected(
            _decimal(account.withheld_rate),
            account.withheld_base or "untaxed",
            *map(_decimal, (move.amount_untaxed, move.amount_total, item.amount_currency)),
        )
        return amount <= tax + withheld.ROUNDED
