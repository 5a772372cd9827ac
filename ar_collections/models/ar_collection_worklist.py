from odoo import api, fields, models

#: Groups of the worklist in their fixed order; a debtor without one needs nobody today.
GROUPS = [
    ("callback", "Call-backs due"),
    ("broken", "Broken promises"),
    ("priority", "By priority"),
    ("follow_up", "Follow-ups"),
    ("snoozed", "Snoozed"),
]


class ArCollection(models.Model):
    """The worklist: who needs the collector today, and what puts a debtor off."""

    _inherit = "ar.collection"

    worklist_group = fields.Selection(
        GROUPS,
        string="Worklist",
        readonly=True,
        index="btree_not_null",
        group_expand="_group_expand_worklist_group",
        help="Part of the worklist the debtor stands in; empty: nothing to do today.",
    )
    snoozed_until = fields.Date(tracking=True, help="Not on the list before this day.")
    snooze_reason = fields.Char(tracking=True)
    pinned = fields.Boolean(help="On top of the list, whatever the score.")

    @api.model
    def _group_expand_worklist_group(self, values, domain):
        """The groups there are, in their fixed order."""
        return [value for value, _label in GROUPS if value in values]

    @api.model
    def _kept_fields(self):
        return super()._kept_fields() | {"worklist_group"}
