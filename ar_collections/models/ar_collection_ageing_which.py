from odoo import api, models
from odoo.tools import SQL

from .ar_collection_ageing_items import ACCOUNT_LEVELS


class ArCollectionAgeing(models.AbstractModel):
    """Which items stand in the report: what the reader may see, asked for, and opened."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _ageing_conditions(self, options, path, root):
        """SQL conditions: what the reader may see, what was asked for, the rows opened."""
        conditions = [SQL("TRUE")]
        if options.credits == "without":
            conditions.append(SQL("(line.open > 0 OR line.open = 0 AND line.open_currency > 0)"))
        if isinstance(options.amounts, int):
            conditions.append(SQL("line.currency_id = %s", options.amounts))
        if options.domain or not self._ageing_sees_all():
            conditions.append(
                SQL(
                    "partner.commercial_partner_id IN %s",
                    self._ageing_accounts_query(options, root).subselect("partner_id"),
                )
            )
            conditions.append(
                SQL(
                    "line.account_id != ALL(%s::int[])",
                    [account_id for account_id, other in self._ageing_accounts() if other],
                )
            )
        conditions += [
            self._ageing_of_debtors_sql(options, name, value)
            for name, value in path
            if name in ACCOUNT_LEVELS
        ]
        conditions += [
            SQL(
                "partner.commercial_partner_id IN (SELECT id FROM res_partner"
                " WHERE country_id IS NOT DISTINCT FROM %s)",
                value,
            )
            for name, value in path
            if name == "country"
        ]
        return conditions

    @api.model
    def _ageing_accounts_query(self, options, root):
        """The accounts that the reader may see and has asked for."""
        return self.env["ar.collection"]._search(
            [("company_id", "=", root.id), *options.domain], order="id"
        )

    @api.model
    def _ageing_of_debtors_sql(self, options, name, value):
        """SQL condition: the account of the debtor had this value; no account has none."""
        accounts = self._ageing_accounts_sql(options, {name})
        if value is None:
            return SQL(
                "partner.commercial_partner_id NOT IN (SELECT partner_id FROM (%s) account"
                " WHERE %s IS NOT NULL)",
                accounts,
                ACCOUNT_LEVELS[name],
            )
        return SQL(
            "partner.commercial_partner_id IN (SELECT partner_id FROM (%s) account WHERE %s = %s)",
            accounts,
            ACCOUNT_LEVELS[name],
            value,
        )

    @api.model
    def _ageing_sees_all(self):
        """Whether the reader sees every debtor, and so what is nobody's, too."""
        return self.env.su or any(
            self.env.user.has_group(f"ar_collections.group_ar_collection_{group}")
            for group in ("all", "readonly")
        )

    @api.model
    def _ageing_companies(self):
        """The root company of the report, and the ids of its branches that the reader has open;
        all of them for the machine."""
        root = self.env.company._ar_root()
        # sudo: only ids of the branches are read
        branches = self.env["res.company"].sudo().search([("id", "child_of", root.id)])
        if not self.env.su:
            branches &= self.env.companies
        return root, branches.ids

    @api.model
    def _ageing_accounts(self):
        """(id, whether it is not of trade) of every receivable account."""
        return self.env.execute_query(
            SQL(
                "SELECT id, coalesce(non_trade, FALSE) FROM account_account"
                " WHERE account_type = 'asset_receivable' ORDER BY id"
            )
        )
