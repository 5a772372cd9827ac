from odoo import api, fields, models
from odoo.tools import SQL


class ArCollectionDecision(models.Model):
    """A missing address that was dismissed stays so from run to run.

    Until an address of the debtor or its policy changes, or more is overdue than then. Where
    several invoice addresses of a debtor cannot be written to, that is one problem.
    """

    _inherit = "ar.collection.decision"

    dismissed = fields.Char(
        readonly=True,
        help="Why a missing address needs no more work, until the address changes or more is "
        "overdue.",
    )

    def _dismiss(self, reason):
        """A missing address needs no more work while nothing changes."""
        self.flush_model()
        decisions = self._of_same_debtors()
        # by SQL: the machine's own words on the account; the caller has checked the right
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection account
                   SET dismissed = %s, dismissed_facts = known.facts,
                       dismissed_overdue = decision.overdue
                  FROM (SELECT collection_id, sum(overdue) AS overdue
                          FROM ar_collection_decision WHERE id = ANY(%s)
                         GROUP BY collection_id) decision
                  JOIN (%s) known ON known.collection_id = decision.collection_id
                 WHERE account.id = decision.collection_id
                """,
                reason,
                decisions.ids,
                self._known_sql(self.collection_id.ids),
            )
        )
        self.env["ar.collection"].invalidate_model(["dismissed"])
        decisions.sudo().dismissed = reason  # the only word a person adds to a decision
        self.env["ar.collection.audit"]._log(
            self, "override", self.env._("Missing address dismissed"), reason
        )

    def _of_same_debtors(self):
        """These decisions, and those on other addresses of the same debtors that lack one, too."""
        if not self.address_id:
            return self
        return self | self.search(
            [
                ("run_id", "in", self.run_id.ids),
                ("collection_id", "in", self.collection_id.ids),
                ("reason", "=", "no_address"),
            ]
        )

    @api.model
    def _known_sql(self, account_ids):
        """SQL (collection_id, facts): policy and addresses of these debtors, in short."""
        for name in ("res.partner", "mail.blacklist", "ar.collection"):
            self.env[name].flush_model()
        return SQL(
            """
            SELECT account.id AS collection_id,
                   md5(account.policy_id || string_agg(
                       concat_ws('|', partner.id, partner.type, partner.email_normalized,
                                 blacklist.id, partner.street, partner.zip, partner.city,
                                 partner.country_id), ';' ORDER BY partner.id)) AS facts
              FROM ar_collection account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
              LEFT JOIN mail_blacklist blacklist
                     ON blacklist.email = partner.email_normalized AND blacklist.active
             WHERE account.id = ANY(%s) AND partner.active
             GROUP BY account.id
            """,
            list(account_ids),
        )


class ArCollection(models.Model):
    _inherit = "ar.collection"

    dismissed = fields.Char(
        readonly=True, copy=False, help="Why its missing address is no problem."
    )
    dismissed_facts = fields.Char(readonly=True, copy=False, help="What was known then.")
    dismissed_overdue = fields.Monetary(readonly=True, copy=False, help="What was overdue then.")

    def _kept_fields(self):
        return super()._kept_fields() | {"dismissed", "dismissed_facts", "dismissed_overdue"}


class ArCollectionRun(models.Model):
    _inherit = "ar.collection.run"

    def _insert_decisions(self, results):
        result = super()._insert_decisions(results)
        lost = [row["account"]["account_id"] for row in results if _has_no_address(row)]
        if lost and not self.simulation:
            self._keep_dismissed(lost)
        return result

    def _propose_actions(self, results):
        """Nobody is asked for an address that was dismissed."""
        dismissed = set(
            self.env["ar.collection.decision"]
            .search([("run_id", "=", self.id), ("dismissed", "!=", False)])
            .collection_id.ids
        )
        return super()._propose_actions(
            [row for row in results if row["account"]["account_id"] not in dismissed]
        )

    def _keep_dismissed(self, account_ids):
        """What was dismissed stays so if nothing has changed since."""
        decisions = self.env["ar.collection.decision"]
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection_decision decision SET dismissed = account.dismissed
                  FROM ar_collection account JOIN (%s) known ON known.collection_id = account.id
                  JOIN (SELECT collection_id, sum(overdue) AS overdue FROM ar_collection_decision
                         WHERE run_id = %s AND reason = 'no_address'
                         GROUP BY collection_id) now ON now.collection_id = account.id
                 WHERE decision.run_id = %s AND decision.reason = 'no_address'
                   AND account.id = decision.collection_id AND account.dismissed IS NOT NULL
                   AND account.dismissed_facts = known.facts
                   AND now.overdue <= account.dismissed_overdue
                """,
                decisions._known_sql(account_ids),
                self.id,
                self.id,
            )
        )
        decisions.invalidate_model(["dismissed"])


def _has_no_address(row):
    return row["decision"].reason == "no_address"
