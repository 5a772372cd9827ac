from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Money that is taken off an item is remembered: its trace goes with this row."""
        self.env["ar.collection.released"]._remember(self)
        return super().unlink()
