from odoo import models

RESULT = "ar_collections.call_result_plan"


class ArCollectionPlan(models.Model):
    """A plan agreed on the phone has a logged call as evidence."""

    _inherit = "ar.collection.plan"

    def _log_acceptance(self, name=None, note=None):
        """Log the call in which the debtor agreed.

        The next step is the plan's: its instalments become the next action when they are due.

        :param name: who agreed; None: the contact of the debtor. :param note: what was said.
        """
        self.ensure_one()
        text = self.env._(
            "%(name)s agreed to %(plan)s: %(summary)s",
            name=name or self._agreement_contact().display_name,
            plan=self.display_name,
            summary=self.summary or "",
        )
        return self.env["ar.collection.call"].create(
            {
                "collection_id": self.collection_id.id,
                "result_id": self.env.ref(RESULT).id,
                "line_ids": [(6, 0, self.item_ids.line_id.ids)],
                "next_action": False,
                "next_action_date": False,
                "note": "\n".join(filter(None, [text, note])),
            }
        )
