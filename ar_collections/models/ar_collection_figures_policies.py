from odoo import api, models
from odoo.tools import SQL

#: Context key: ids of the policies of a what-if.
CHOSEN = "ar_collections_policy_ids"


class ArCollectionFigures(models.AbstractModel):
    """What if these were the policies: the accounts as they would be assigned to them."""

    _inherit = "ar.collection.figures"

    @api.model
    def _accounts_sql(self):
        """SQL table: the collection accounts with the policy that decides.

        With ``ar_collections_policy_ids`` in the context that is the debtor's own policy if
        it is among them, else the first of them, archived or not, whose conditions fit.
        A policy chosen by hand that no debtor has yet is tried by its conditions.
        """
        chosen = self.env.context.get(CHOSEN)
        if chosen is None:
            return SQL("ar_collection")
        # sudo: the rules of the ladder are no secret, debtors are filtered by who shows them
        policies = self.env["ar.collection.policy"].sudo().with_context(active_test=False)
        given = (
            self.env["ar.collection"]
            .sudo()  # which policies are in use, not by whom
            ._read_group([("own_policy_id", "in", chosen)], ["own_policy_id"])
        )
        by_hand = {policy for [policy] in given}
        fits = [
            SQL(
                "WHEN account.company_id = %s AND %s THEN %s",
                policy.company_id.id,
                policy._fits_sql(tried=policy not in by_hand),
                policy.id,
            )
            for policy in policies.search([("id", "in", chosen)])
        ]
        return SQL(
            """
            (SELECT account.id, account.partner_id, account.company_id, account.last_notice_date,
                    CASE WHEN account.own_policy_id = ANY(%s::int[]) THEN account.own_policy_id
                         %s END AS policy_id
               FROM ar_collection account)
            """,
            list(chosen),
            SQL(" ").join(fits),
        )
