from odoo import api, fields, models


class ArCollectionGroup(models.Model):
    """Debtors that belong together: their exposure is added up, their lists are grouped.

    Claims and letters stay with each legal entity.
    """

    _name = "ar.collection.group"
    _description = "Debtor Group"
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    collection_ids = fields.One2many("ar.collection", "group_id", string="Debtors")
    collection_count = fields.Integer(string="Number of debtors", compute="_compute_figures")
    exposure = fields.Monetary(
        compute="_compute_figures", help="All claims of its debtors, less unapplied credits."
    )
    total_overdue = fields.Monetary(string="Overdue", compute="_compute_figures")
    net_collectable = fields.Monetary(string="To collect", compute="_compute_figures")
    note = fields.Text()

    _name_uniq = models.UniqueIndex(
        "(company_id, lower(name))", "There is a debtor group of this name already."
    )

    @api.depends(
        "collection_ids.total_due",
        "collection_ids.unapplied_credit",
        "collection_ids.total_overdue",
        "collection_ids.net_collectable",
    )
    def _compute_figures(self):
        """Sums over the whole group, also of debtors of other collectors: what is at risk."""
        # sudo: sums only; the debtors themselves are listed as far as the reader may see them
        rows = (
            self.env["ar.collection"]
            .sudo()  # the sum over the group, also of debtors of other collectors
            ._read_group(
                [("group_id", "in", self.ids)],
                ["group_id"],
                [
                    "__count",
                    "total_due:sum",
                    "unapplied_credit:sum",
                    "total_overdue:sum",
                    "net_collectable:sum",
                ],
            )
        )
        figures = {group.id: row for group, *row in rows}
        for group in self:
            count, due, credit, overdue, net = figures.get(group._origin.id, (0, 0, 0, 0, 0))
            group.collection_count = count
            group.exposure = due - credit
            group.total_overdue = overdue
            group.net_collectable = net

    def action_open_debtors(self):
        """The debtors of the group."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        action["display_name"] = self.name
        action["domain"] = [("group_id", "=", self.id)]
        action["context"] = {}
        return action


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    group_id = fields.Many2one(
        "ar.collection.group",
        string="Debtor group",
        tracking=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Debtors that belong together, for example the companies of one owner.",
    )
