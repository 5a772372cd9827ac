from odoo import api, models
from odoo.tools import SQL

#: Notices of one batch.
SIZE = 100
#: What a notice reads beside the ledger.
KEPT = {
    "ar.collection",
    "ar.collection.contact.rule",
    "ar.collection.level",
    "ar.collection.policy",
    "ir.actions.report",
    "ir.mail_server",
    "mail.alias",
    "mail.alias.domain",
    "mail.template",
    "payment.provider",
    "report.paperformat",
    "res.bank",
    "res.company",
    "res.country",
    "res.country.state",
    "res.currency",
    "res.lang",
    "res.partner",
    "res.partner.bank",
    "res.users",
}


class ArCollectionNotice(models.Model):
    """A worker delivers notice after notice, each with transactions of its own.

    At each commit the ORM forgets all that it has read. Addresses, letterhead, policies and
    mail servers would be read again for each notice, which takes longer than all the rest.
    So they are read for a batch of notices at once, and kept over its commits, for seconds.
    What is claimed is never kept: items, holds, credits, money on its way, the state of the
    notice, and whether an address may be used, are read by each claim for itself.
    """

    _inherit = "ar.collection.notice"

    @api.model
    def _worker(self):
        """The worker these notices are delivered by, None outside of the job."""
        return self.env.context.get("ar_delivery_worker")

    @api.model
    def _begin_batch(self):
        """Read what the next notices have in common, all at once.

        :return: whether there are any.
        """
        worker = self._worker()
        self.env.invalidate_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM ar_collection_notice WHERE %s AND id != ALL(%s::int[])"
                " ORDER BY id LIMIT %s",
                self._due_sql(),
                worker.passed,
                SIZE,
            )
        )
        ids = [notice_id for [notice_id] in rows]
        worker.begin(ids)
        accounts = self.browse(ids).collection_id
        (accounts.partner_id | accounts.contact_id).mapped("lang")
        return bool(rows)

    @api.model
    def _commit(self, keep_all=False, **progress):
        """Commit one step; what the batch shares stays in the cache.

        :param keep_all: the next step is of the same notice, and goes on with all that this
            one has read and written.
        :param progress: what the job has done, see ``ir.cron._commit_progress``.
        :return: seconds left to the job.
        """
        transaction, kept = self.env.transaction, {}
        if self._worker():
            self.env.flush_all()
            kept = dict(transaction.field_data)
            if not keep_all:
                kept = {field: known for field, known in kept.items() if field.model_name in KEPT}
        cron = self.env["ir.cron"]
        if not progress:
            cron = cron.with_context(ir_cron_progress_id=False)
        left = cron._commit_progress(**progress)
        if progress and self._worker():
            self._worker().left = left
        transaction.field_data.update(kept)
        return left
