from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import repeated


class ArCollection(models.Model):
    """What the refresh keeps beside the figures: policy, last payment, last notice."""

    _inherit = "ar.collection"

    @api.model
    def _assign_policies(self, partner_ids=None):
        """Give each debtor its own policy, else the first of the company whose domain fits."""
        self.flush_model()
        policies = (
            self.env["ar.collection.policy"]
            .sudo()  # those of all companies
            .search_fetch(Domain.TRUE, ["company_id", "domain", "by_hand"])
        )
        for company, of_company in policies.grouped("company_id").items():
            cases = [
                SQL("WHEN %s THEN %s", policy._fits_sql(partner_ids), policy.id)
                for policy in of_company
            ]
            repeated.execute(
                self.env,
                SQL(
                    """
                    UPDATE ar_collection account SET policy_id = %(policy)s
                     WHERE account.company_id = %(company)s AND %(restrict)s
                       AND account.policy_id IS DISTINCT FROM %(policy)s
                    """,
                    policy=SQL(
                        "coalesce(account.own_policy_id, CASE %s END)", SQL(" ").join(cases)
                    ),
                    company=company.id,
                    restrict=self._partners_condition(partner_ids),
                ),
            )
        self.invalidate_model(["policy_id"])

    @api.model
    def _update_last_payments(self, new_ids, paid_ids):
        """Date of the last payment of new accounts and of those whose payments moved.

        Every payment touches its debtor through the queue, so the nightly refresh of all
        need not read all paid items.

        :param new_ids: ids of accounts. :param paid_ids: ids of debtors, or None.
        """
        # sudo: those of all companies
        partner_ids = [*self.sudo().browse(new_ids).partner_id.ids, *(paid_ids or ())]
        if not partner_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account SET last_payment_date = paid.date
                  FROM ar_collection own
                  LEFT JOIN (
                        SELECT partner.commercial_partner_id AS partner_id,
                               split_part(company.parent_path, '/', 1)::int AS company_id,
                               max(line.date) AS date
                          FROM res_partner partner
                          JOIN account_move_line line ON line.partner_id = partner.id
                          JOIN res_company company ON company.id = line.company_id
                         WHERE partner.commercial_partner_id = ANY(%(partners)s::int[])
                           AND line.account_id IN (SELECT id FROM account_account
                                                    WHERE account_type = 'asset_receivable')
                           AND line.journal_id IN (SELECT id FROM account_journal
                                                    WHERE type IN ('bank', 'cash', 'credit'))
                           AND line.balance < 0 AND line.parent_state = 'posted'
                         GROUP BY 1, 2
                       ) paid ON paid.partner_id = own.partner_id
                             AND paid.company_id = own.company_id
                 WHERE account.id = own.id AND own.partner_id = ANY(%(partners)s::int[])
                   AND account.last_payment_date IS DISTINCT FROM paid.date
                """,
                partners=partner_ids,
            )
        )
        self.invalidate_model(["last_payment_date"])

    @api.model
    def _update_last_notices(self, partner_ids):
        """Date of the last notice sent to the debtors touched: each sending touches its debtor."""
        if partner_ids is None:
            return
        self.env["ar.collection.notice"].flush_model()
        repeated.execute(
            self.env,
            SQL(
                """
                UPDATE ar_collection account
                   SET last_notice_date = sent.date,
                       last_contact_date = greatest(account.last_contact_date, sent.date)
                  FROM (SELECT notice.collection_id,
                               max(notice.date) FILTER (WHERE notice.state = 'sent') AS date
                          FROM ar_collection_notice notice
                          JOIN ar_collection account ON account.id = notice.collection_id
                         WHERE %(concerned)s
                         GROUP BY notice.collection_id) sent
                 WHERE account.id = sent.collection_id
                   AND account.last_notice_date IS DISTINCT FROM sent.date
                """,
                concerned=self._partners_condition(partner_ids),
            ),
        )
        self.invalidate_model(["last_notice_date", "last_contact_date"])
