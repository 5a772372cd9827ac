from odoo import api, models
from odoo.exceptions import UserError

XMLID = "ir_cron_ar_collection_deliver"
MOST = 16


class ArCollectionNotice(models.Model):
    """Delivery workers: as many identical jobs as the setting says.

    A job runs on one worker in the whole cluster, so several need several jobs. Which
    notice is whose is settled by the lock of the claim alone.
    """

    _inherit = "ar.collection.notice"

    @api.model
    def _delivery_crons(self):
        """The delivery jobs; the first is the one that is delivered with the addon."""
        names = [XMLID, *(f"{XMLID}_{number}" for number in range(2, MOST + 1))]
        refs = [self.env.ref(f"ar_collections.{name}", raise_if_not_found=False) for name in names]
        return self.env["ir.cron"].sudo().union(*filter(None, refs))  # jobs of ours

    @api.model
    def _trigger_delivery(self, at=None):
        """Wake the delivery, now or at a time (UTC)."""
        for cron in self._delivery_crons():
            cron._trigger(at)

    @api.model
    def _set_delivery_workers(self, count):
        """Keep that many delivery jobs.

        :raises UserError: less than one, or more than is sensible.
        """
        if not 1 <= count <= MOST:
            raise UserError(
                self.env._("Delivery workers must be between 1 and %(most)s.", most=MOST)
            )
        crons = self._delivery_crons()
        crons[count:].unlink()
        first = crons[:1]
        for number in range(len(crons) + 1, count + 1):
            cron = first.copy({"name": f"{first.name} ({number})", "active": first.active})
            self.env["ir.model.data"].sudo().create(  # so that the addon takes it along
                {
                    "module": "ar_collections",
                    "name": f"{XMLID}_{number}",
                    "model": "ir.cron",
                    "res_id": cron.id,
                    "noupdate": True,
                }
            )
