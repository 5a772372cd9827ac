from odoo import models
from odoo.tools import SQL


class ArCollectionNotice(models.Model):
    """The follow-up levels of the items, which go forward and back with the notices.

    Level and date are plain columns of the item that nothing in accounting looks at. They
    are written by SQL: accounting's own ``write`` takes longer than all the rest of a claim.
    """

    _inherit = "ar.collection.notice"

    def _write_levels(self, today):
        """Advance the items to the levels that the notices note on their lines."""
        self._update_items(
            SQL(
                """
                UPDATE account_move_line item
                   SET ar_level_id = line.level_id, ar_level_date = %s
                  FROM ar_collection_notice_line line
                 WHERE line.notice_id IN %s AND line.kind IN ('claim', 'also')
                   AND item.id = line.line_id AND line.level_id IS NOT NULL
                   AND line.level_id IS DISTINCT FROM line.previous_level_id
                """,
                today,
                tuple(self.ids),
            )
        )

    def _restore_levels(self):
        """Put the items back to the level they had before the notice, unless the claim
        stands through another channel, or they have gone on since."""
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)
        fallen = self.filtered(
            lambda notice: not notice._siblings().filtered(lambda other: other._stands())
        )
        if not fallen:
            return
        fallen._update_items(
            SQL(
                """
                UPDATE account_move_line item
                   SET ar_level_id = line.previous_level_id,
                       ar_level_date = line.previous_level_date
                  FROM ar_collection_notice_line line
                 WHERE line.notice_id IN %s AND line.kind IN ('claim', 'also')
                   AND item.id = line.line_id
                   AND item.ar_level_id IS NOT DISTINCT FROM line.level_id
                """,
                tuple(fallen.ids),
            )
        )

    def _update_items(self, update):
        items = self.env["account.move.line"]
        items.flush_model(["ar_level_id", "ar_level_date"])
        self.line_ids.flush_model()
        self.env.cr.execute(update)
        items.invalidate_model(["ar_level_id", "ar_level_date"], flush=False)
