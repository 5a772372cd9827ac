from odoo import api, fields, models
from odoo.exceptions import ValidationError

REASONS = [
    ("illness", "Illness or bereavement"),
    ("customers", "Own customers do not pay"),
    ("disaster", "Fire, flood, other disaster"),
    ("season", "Season or loss of orders"),
    ("restructuring", "Restructuring"),
    ("other", "Other"),
]


class ArCollection(models.Model):
    """Hardship of a debtor: why, what was seen of it, and when to look again.

    Little free text: a note about people is kept as short as it can be.
    """

    _name = "ar.collection"
    _inherit = "ar.collection"

    hardship = fields.Boolean(
        string="In hardship",
        tracking=True,
        help="Letters use the softer text of their level where it has one.",
    )
    hardship_reason = fields.Selection(REASONS, string="Why", tracking=True)
    hardship_evidence = fields.Char(
        string="Evidence seen", size=120, help="What was seen, not what it says."
    )
    hardship_note = fields.Char(
        string="In short", size=160, help="As little as possible, nothing about health."
    )
    hardship_review_date = fields.Date(string="Look again on", tracking=True)

    def action_hardship(self):
        """Open the form that notes the hardship of the debtor."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hardship: %(debtor)s", debtor=self.display_name),
            "res_model": "ar.collection",
            "res_id": self.id,
            "view_id": self.env.ref("ar_collections.ar_collection_view_form_hardship").id,
            "views": [(self.env.ref("ar_collections.ar_collection_view_form_hardship").id, "form")],
            "target": "new",
        }

    @api.constrains("hardship", "hardship_reason", "hardship_review_date")
    def _check_hardship(self):
        for account in self.filtered("hardship"):
            if not account.hardship_reason or not account.hardship_review_date:
                raise ValidationError(
                    self.env._(
                        "Please say why %(debtor)s is in hardship, and when to look again.",
                        debtor=account.display_name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("hardship_review_date") or vals.get("hardship"):
            for account in self.filtered(lambda account: account.hardship):
                account._set_next_action(
                    self.env._("Look at the hardship again"), account.hardship_review_date
                )
        return result

    def _call_facts(self):
        facts = super()._call_facts()
        if not self.hardship:
            return facts
        reason = dict(self._fields["hardship_reason"]._description_selection(self.env))
        return [[self.env._("In hardship"), reason.get(self.hardship_reason, "")], *facts]
