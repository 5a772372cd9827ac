from odoo import api, fields, models
from odoo.exceptions import UserError

from .ar_collection_promise_effect import SHOW_KEY
from .ar_collection_promise_items import ITEMS_KEY


class ArCollection(models.Model):
    """What the account knows of its promises; kept by ``ar.collection.promise``."""

    _inherit = "ar.collection"

    promise_ids = fields.One2many("ar.collection.promise", "collection_id", string="Promises")
    next_promise_date = fields.Date(
        readonly=True, index="btree_not_null", help="The first day an open promise is due."
    )
    judged_promises = fields.Integer(readonly=True, help="Promises kept, partly kept or broken.")
    kept_rate = fields.Float(
        string="Promises kept (%)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Kept / judged, by number; partly kept is not kept.",
    )
    kept_rate_amount = fields.Float(
        string="Promises kept (% of amount)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Kept / judged, by amount in company currency.",
    )

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {
            "next_promise_date",
            "judged_promises",
            "kept_rate",
            "kept_rate_amount",
        }

    def action_promise(self):
        """Open the form that notes a promise of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return self._action_promise()

    def _action_promise(self, items=None):
        """The form of a new promise. :param items: ``account.move.line``, else the oldest."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_promise_action_new"
        )
        action["context"] = {"default_collection_id": self.id, SHOW_KEY: True}
        if items:
            action["context"][ITEMS_KEY] = items.ids
        return action


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def action_ar_promise(self):
        """Open the form that notes a promise for these open items of one debtor."""
        return self._ar_account(one_currency=True)._action_promise(self)


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_ar_promise(self):
        """Open the form that notes a promise for the open items of these invoices."""
        self.check_access("read")
        items = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.amount_residual > 0
        )
        if not items:
            raise UserError(
                self.env._(
                    "%(invoice)s has nothing open that could be promised.",
                    invoice=self[:1].display_name,
                )
            )
        return items.action_ar_promise()
