from odoo import fields, models


class ArCollectionUse(models.Model):
    """Who works on a debtor, until when.

    A table of its own: a mark on the account would hit the refresh, and another
    collector's save, in the row they write.
    """

    _name = "ar.collection.use"
    _description = "Debtor Being Worked On"
    _log_access = False

    collection_id = fields.Many2one(
        "ar.collection", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date_until = fields.Datetime(string="Until", required=True, readonly=True)

    _collection_uniq = models.UniqueIndex("(collection_id)", "One works on a debtor at a time.")


class ArCollection(models.Model):
    _inherit = "ar.collection"

    in_use_by = fields.Many2one("res.users", compute="_compute_in_use")
    in_use_until = fields.Datetime(compute="_compute_in_use")

    def _compute_in_use(self):
        """Who works on it: a mark that has run out counts no more."""
        marks = (
            self.env["ar.collection.use"]
            .sudo()  # who reads the debtor may see who works on it
            .search([("collection_id", "in", self.ids), ("date_until", ">", fields.Datetime.now())])
        )
        by_account = marks.grouped("collection_id")
        for account in self:
            mark = by_account.get(account._origin, marks.browse())
            account.in_use_by = mark.user_id
            account.in_use_until = mark.date_until
