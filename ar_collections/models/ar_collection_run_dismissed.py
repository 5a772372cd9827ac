from odoo import fields, models
from odoo.tools import SQL


class ArCollectionDecision(models.Model):
    """A missing address that was dismissed stays so from run to run.

    Until an address of the debtor or its policy changes, or more is overdue than then.
    """

    _inherit = "ar.collection.decision"

    dismissed = fields.Char(
        readonly=True,
        help="Why a missing address needs no more work, until the address changes or more is "
        "overdue.",
    )
    dismissed_address = fields.Char(readonly=True, help="What was known of its addresses then.")
    dismissed_overdue = fields.Monetary(readonly=True, help="What was overdue then.")

    def _dismiss(self, reason):
        """A missing address needs no more work while nothing changes."""
        self.flush_model()
        # by SQL: the only words a person adds to a decision; the caller has checked the right
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection_decision decision
                   SET dismissed = %s, dismissed_address = known.address,
                       dismissed_overdue = overdue
                  FROM (%s) known
                 WHERE decision.id = ANY(%s) AND known.partner_id = decision.partner_id
                """,
                reason,
                self._known_addresses_sql(self.partner_id.ids),
                self.ids,
            )
        )
        self.invalidate_recordset(["dismissed", "dismissed_address", "dismissed_overdue"])
        self.env["ar.collection.audit"]._log(
            self, "override", self.env._("Missing address dismissed"), reason
        )

    def _known_addresses_sql(self, partner_ids):
        """SQL (partner_id, address): what is known of the addresses of these debtors."""
        self.env["res.partner"].flush_model()
        self.env["mail.blacklist"].flush_model()
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id,
                   md5(string_agg(concat_ws('|', partner.id, partner.type, partner.email_normalized,
                                            blacklist.id, partner.street, partner.zip,
                                            partner.city, partner.country_id), ';'
                                  ORDER BY partner.id)) AS address
              FROM res_partner partner
              LEFT JOIN mail_blacklist blacklist
                     ON blacklist.email = partner.email_normalized AND blacklist.active
             WHERE partner.commercial_partner_id = ANY(%s) AND partner.active
             GROUP BY partner.commercial_partner_id
            """,
            partner_ids,
        )


class ArCollectionRun(models.Model):
    _inherit = "ar.collection.run"

    def _insert_decisions(self, results):
        super()._insert_decisions(results)
        if not self.simulation:
            self._keep_dismissed([row["account"] for row in results if _has_no_address(row)])

    def _propose_actions(self, results):
        """Nobody is asked for an address that was dismissed."""
        dismissed = set(
            self.env["ar.collection.decision"]
            .search([("run_id", "=", self.id), ("dismissed", "!=", False)])
            .collection_id.ids
        )
        super()._propose_actions(
            [row for row in results if row["account"]["account_id"] not in dismissed]
        )

    def _keep_dismissed(self, facts):
        """What was dismissed at the run before is, if nothing has changed since."""
        if not facts:
            return
        decisions = self.env["ar.collection.decision"]
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection_decision decision
                   SET dismissed = before.dismissed,
                       dismissed_address = before.dismissed_address,
                       dismissed_overdue = before.dismissed_overdue
                  FROM ar_collection_decision before, (%(known)s) known
                 WHERE decision.run_id = %(run)s AND decision.reason = 'no_address'
                   AND before.run_id = (SELECT max(id) FROM ar_collection_run
                                         WHERE id < %(run)s AND company_id = %(company)s
                                           AND state = 'done' AND simulation IS NOT TRUE)
                   AND before.collection_id = decision.collection_id
                   AND before.dismissed IS NOT NULL
                   AND before.policy_id IS NOT DISTINCT FROM decision.policy_id
                   AND decision.overdue <= before.dismissed_overdue
                   AND known.partner_id = decision.partner_id
                   AND known.address = before.dismissed_address
                """,
                known=decisions._known_addresses_sql([fact["partner_id"] for fact in facts]),
                run=self.id,
                company=self.company_id.id,
            )
        )
        decisions.invalidate_model(["dismissed", "dismissed_address", "dismissed_overdue"])


def _has_no_address(row):
    return row["decision"].reason == "no_address"
