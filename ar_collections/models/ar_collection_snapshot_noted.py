from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ArCollectionSnapshot(models.Model):
    """What the rows note without a foreign key stays right when a record is deleted."""

    _inherit = "ar.collection.snapshot"

    @api.model
    def _forget_noted(self, name, records):
        """Records that no history needs are deleted: the column ``name`` no longer has them."""
        self.env.cr.execute(
            SQL(
                "UPDATE ar_collection_snapshot SET %(name)s = NULL WHERE %(name)s = ANY(%(ids)s)",
                name=SQL.identifier(name),
                ids=records.ids,
            )
        )
        self.invalidate_model([name])

    @api.model
    def _check_not_noted(self, name, records):
        """:raises UserError: rows tell of one of these records."""
        noted = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %(name)s FROM ar_collection_snapshot"
                " WHERE %(name)s = ANY(%(ids)s)",
                name=SQL.identifier(name),
                ids=records.ids,
            )
        )
        if noted:
            raise UserError(
                self.env._(
                    "The snapshots of collections tell of %(names)s. Archive instead of deleting.",
                    names=", ".join(
                        records.browse([row_id for [row_id] in noted]).mapped("display_name")
                    ),
                )
            )


class ArCollectionPolicy(models.Model):
    _inherit = "ar.collection.policy"

    @api.ondelete(at_uninstall=False)
    def _unlink_noted(self):
        self.with_context(active_test=False).level_ids._unlink_noted()
        self.env["ar.collection.snapshot"]._forget_noted("policy_id", self)


class ArCollectionLevel(models.Model):
    _inherit = "ar.collection.level"

    @api.ondelete(at_uninstall=False)
    def _unlink_noted(self):
        self.env["ar.collection.snapshot"]._forget_noted("level_id", self)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_noted(self):
        self.env["ar.collection.snapshot"]._check_not_noted("user_id", self)


class ResCountry(models.Model):
    _inherit = "res.country"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_noted(self):
        self.env["ar.collection.snapshot"]._check_not_noted("country_id", self)


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.ondelete(at_uninstall=False)
    def _unlink_totals(self):
        """A company without debtors: its empty totals go with it."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM ar_collection_snapshot"
                " WHERE company_id = ANY(%s) AND collection_id IS NULL",
                self.ids,
            )
        )
