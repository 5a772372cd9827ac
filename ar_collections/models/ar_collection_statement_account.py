from odoo import fields, models


class ArCollection(models.Model):
    """The statements of a debtor."""

    _inherit = "ar.collection"

    statement_ids = fields.One2many(
        "ar.collection.statement", "collection_id", string="Statements", readonly=True
    )
    statement_count = fields.Integer(string="Statements sent", compute="_compute_statement_count")

    def _compute_statement_count(self):
        counts = dict(
            self.env["ar.collection.statement"]._read_group(
                [("collection_id", "in", self.ids)], ["collection_id"], ["__count"]
            )
        )
        for account in self:
            account.statement_count = counts.get(account, 0)

    # === ACTIONS === #
    def action_statement(self):
        """Open the form that prints or sends statements of these debtors."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_statement_print_action"
        )
        return {**action, "context": {"default_collection_ids": self.ids}}

    def action_open_statements(self):
        """The statements of the debtor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_statement_action"
        )
        return {**action, "domain": [("collection_id", "=", self.id)], "context": {}}

    def action_compare_statement(self):
        """Compare the debtor's own statement with ours."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_statement_comparison_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {"default_collection_id": self.id},
        }
