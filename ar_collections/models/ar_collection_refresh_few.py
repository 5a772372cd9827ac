from odoo import api, models
from odoo.tools import SQL

from ..tools import prepared
from . import repeated
from .ar_collection_figures import BLOCKED, COMPANIES, LEVELS, TRADE

#: So many debtors are few: for more PostgreSQL plans each statement for itself.
FEW = 200


class ArCollection(models.Model):
    """The refresh of the debtors that an hour of postings touches.

    One statement aggregates, compares and writes; it and the others of this path are prepared.
    """

    _inherit = "ar.collection"

    @api.model
    def _refresh_few(self, partner_ids, paid_ids):
        """Bring the figures of some debtors in line with the ledger, in this transaction.

        :param partner_ids: ids of debtors. :param paid_ids: those of them whose payments
            moved; None: maybe all.
        """
        if not partner_ids:
            return
        self._flush_ledger()
        few = self._remembering() if len(partner_ids) <= FEW else self
        few._assign_policies(partner_ids)
        few._update_last_payments([], partner_ids if paid_ids is None else paid_ids)
        few._update_last_notices(partner_ids)
        rows, missing = few._write_figures(partner_ids)
        written = [row for row in rows if row[3]]
        if new_ids := self._insert_missing(missing):
            few._assign_policies(partner_ids)
            few._update_last_payments(new_ids, None)
            rows, _missing = few._write_figures(partner_ids)
            written += [row for row in rows if row[3]]
        self._follow_figures(written)
        # sudo: the machine owns what follows, whoever posted the invoice
        self.sudo().browse(row[0] for row in rows)._after_refresh(few)

    @api.model
    def _remembering(self):
        """The model, for a while with a memory and with prepared statements."""
        memory = repeated.Few(
            self.env.cr,
            levels=SQL("ARRAY(%s)", LEVELS),
            trade=SQL("ARRAY(%s)", TRADE),
            blocked=SQL("EXISTS (%s)", BLOCKED),
            companies=SQL("ARRAY(SELECT ARRAY[id, root_id] FROM (%s) company)", COMPANIES),
        )
        return self.with_context(ar_delivery_worker=memory)

    @api.model
    def _write_figures(self, partner_ids):
        """Aggregate the ledger, and give the accounts that differ their new values.

        :return: (rows (id, old and new kind of stage, whether it was written) of all accounts
            of these debtors, (debtor, company) of those that have no account yet).
        """
        found = repeated.execute(
            self.env,
            SQL(
                """
                WITH ar_figures AS MATERIALIZED (%(figures)s), written AS (%(update)s)
                SELECT account.id, partner_id, company_id, written.was, written.becomes,
                       written.id IS NOT NULL AS written
                  FROM (SELECT id, partner_id, company_id FROM ar_collection
                         WHERE partner_id = ANY(%(partners)s::int[])) account
                  FULL JOIN ar_figures USING (partner_id, company_id)
                  LEFT JOIN written ON written.id = account.id
                 ORDER BY account.id
                """,
                figures=self._debtors_sql(partner_ids),
                update=self._update_sql(SQL("(%s)", self._changes_sql(partner_ids))),
                partners=prepared.array(partner_ids),
            ),
            log_exceptions=False,  # a conflict is no error
        )
        return (
            [(row["id"], row["was"], row["becomes"], row["written"]) for row in found if row["id"]],
            [(row["partner_id"], row["company_id"]) for row in found if not row["id"]],
        )
