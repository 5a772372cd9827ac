from odoo import models
from odoo.tools import SQL

from . import repeated
from .ar_collection_notice_channel import STANDING


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
                 WHERE line.notice_id = ANY(%s::int[]) AND line.kind IN ('claim', 'also')
                   AND item.id = line.line_id AND line.level_id IS NOT NULL
                   AND line.level_id IS DISTINCT FROM line.previous_level_id
                """,
                today,
                list(self.ids),
            )
        )

    def _restore_levels(self):
        """Put the items back to the level they had before the notice, unless the claim
        stands through another channel, or they have gone on since.

        Several notices of one debtor step back one after the other, the newest first.
        """
        self.env["ar.collection.queue"]._add(self.collection_id.partner_id.ids)
        left = self._fallen().sorted("id", reverse=True)
        while left:
            newest = {}
            for notice in left:
                newest.setdefault(notice.collection_id.id, notice.id)
            newest = self.browse(newest.values())
            newest._step_back()
            left -= newest

    def _fallen(self):
        """Those of these notices whose claim stands through no other channel."""
        self.flush_model(["state", "lead_id", "delivery_unknown"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT notice.id FROM ar_collection_notice notice
                 WHERE notice.id = ANY(%s) AND NOT EXISTS (
                       SELECT FROM ar_collection_notice other
                        WHERE other.id != notice.id
                          AND (other.id = coalesce(notice.lead_id, notice.id)
                               OR other.lead_id = coalesce(notice.lead_id, notice.id))
                          AND (other.state = ANY(%s) OR other.delivery_unknown))
                """,
                self.ids,
                list(STANDING),
            )
        )
        return self.browse(notice_id for [notice_id] in rows)

    def _step_back(self):
        self._update_items(
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
                tuple(self.ids),
            )
        )

    def _update_items(self, update):
        items = self.env["account.move.line"]
        repeated.flush(self.env, [items._name, "ar.collection.notice.line"])
        repeated.execute(self.env, update)
        items.invalidate_model(["ar_level_id", "ar_level_date"], flush=False)
