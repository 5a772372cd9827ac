from dataclasses import dataclass, replace
from datetime import date

from odoo import api, models
from odoo.tools import SQL


@dataclass(frozen=True)
class Scope:
    """Whose figures, and of which days: both included.

    ``allowed``: SQL that gives the ids of the accounts the reader may see; None: all of the
    company. ``user_id`` None: every collector, False: nobody's debtors. ``country_id`` None:
    every country. ``policy_id`` None: every segment; a segment is the debtors of a policy.
    """

    company: models.BaseModel
    date_from: date
    date_to: date
    user_id: int | bool | None = None
    country_id: int | None = None
    policy_id: int | None = None
    allowed: SQL | None = None

    @property
    def days(self):
        return (self.date_to - self.date_from).days + 1

    @property
    def whole(self):
        """Whether these are the figures of the company in total."""
        chosen = (self.allowed, self.user_id, self.country_id, self.policy_id)
        return all(part is None for part in chosen)

    def between(self, date_from, date_to):
        """The same debtors in other days."""
        return replace(self, date_from=date_from, date_to=date_to)

    def of_any_user(self):
        """The same without a choice of the collector."""
        return replace(self, user_id=None)

    def of_everybody(self):
        """The same without a choice of collector, country and segment."""
        return replace(self, user_id=None, country_id=None, policy_id=None)

    def accounts_sql(self, alias, user=None, country=None, policy=None):
        """SQL condition: the account ``alias`` belongs to it.

        :param SQL user, country, policy: where collector, country and policy stand, if not on
            the account and its debtor.
        """
        column = SQL.identifier(alias)
        parts = [SQL("%s.company_id = %s", column, self.company.id)]
        if self.allowed is not None:
            parts.append(SQL("%s.id IN (%s)", column, self.allowed))
        if self.user_id is not None:
            user = user or SQL("%s.user_id", column)
            parts.append(
                SQL("%s = %s", user, self.user_id) if self.user_id else SQL("%s IS NULL", user)
            )
        if self.country_id is not None:
            country = country or SQL(
                "(SELECT country_id FROM res_partner WHERE id = %s.partner_id)", column
            )
            parts.append(SQL("%s = %s", country, self.country_id))
        if self.policy_id is not None:
            parts.append(SQL("%s = %s", policy or SQL("%s.policy_id", column), self.policy_id))
        return SQL("(%s)", SQL(" AND ").join(parts))

    def domain(self):
        """The same as a domain on ``ar.collection``; the record rules do the rest."""
        domain = [("company_id", "=", self.company.id)]
        if self.user_id is not None:
            domain.append(("user_id", "=", self.user_id))
        if self.country_id is not None:
            domain.append(("partner_id.country_id", "=", self.country_id))
        if self.policy_id is not None:
            domain.append(("policy_id", "=", self.policy_id))
        return domain


class ArCollectionKpi(models.Model):
    """Which debtors a reader's figures are about."""

    _inherit = "ar.collection.kpi"

    @api.model
    def _scope(self, company, date_from, date_to, **chosen):
        """The scope of the current user: collectors of own debtors get figures of these only.

        :param chosen: ``user_id``, ``country_id``, ``policy_id`` of :class:`Scope`.
        """
        return Scope(company, date_from, date_to, allowed=self._allowed_sql(company), **chosen)

    @api.model
    def _allowed_sql(self, company):
        """SQL of the ids of the accounts one may see, None: every one of the company."""
        if self.env.su or any(
            self.env.user.has_group(f"ar_collections.group_ar_collection_{group}")
            for group in ("all", "readonly")
        ):
            return None
        query = self.env["ar.collection"]._search([("company_id", "=", company.id)])
        return query.subselect()
