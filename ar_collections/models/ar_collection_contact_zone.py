from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytz

from odoo import api, models
from odoo.tools import SQL

from ..tools import timezone


@cache
def zones_of_country(code, year):
    """(timezones of a country, whether their clocks differ in that year)."""
    zones = list(pytz.country_timezones.get(code, [])) if code else []
    clocks = {
        tuple(
            datetime(year, month, 1, 12, tzinfo=ZoneInfo(zone)).utcoffset()
            for month in range(1, 13)
        )
        for zone in zones
    }
    return zones, len(clocks) > 1


class ArCollection(models.Model):
    """Where the debtor is, and what the clock says there."""

    _inherit = "ar.collection"

    def _contact_rows(self):
        """What is to be known of these debtors to contact them: one query.

        :return: dicts: id, company_id, debtor_id, rule_id, the restrictions, since, attorney
            and preferred channel; of the address of the contact, else of the company: country,
            country_id, state, city; timezones; callback_at.
        """
        contacts = self.env["res.partner"].browse(self._debtor_ids())._ar_contact_ids()
        self.env["ar.collection"].flush_model()
        self.env["ar.collection.policy"].flush_model(["contact_rule_id"])
        self.env["res.partner"].flush_model(["country_id", "state_id", "city", "tz"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT account.id, account.company_id, account.partner_id AS debtor_id,
                       account.do_not_contact, account.written_only, account.deceased,
                       account.insolvent, account.legal_stop, account.contact_since,
                       account.attorney_id, account.contact_tz,
                       CASE WHEN account.remind_at IS NULL THEN account.callback_at END
                       AS callback_at,
                       account.contact_override_channel, account.contact_override_until,
                       account.contact_override_user_id,
                       policy.contact_rule_id AS rule_id, contact.id AS contact_id,
                       contact.tz AS partner_tz, place.city, place.country_id,
                       country.code AS country, state.code AS state
                  FROM ar_collection account
                  JOIN res_partner debtor ON debtor.id = account.partner_id
             LEFT JOIN unnest(%(debtors)s::int[], %(contacts)s::int[]) AS known(debtor, contact)
                       ON known.debtor = debtor.id
             LEFT JOIN res_partner contact ON contact.id = coalesce(known.contact, debtor.id)
             LEFT JOIN ar_collection_policy policy ON policy.id = account.policy_id
                  JOIN res_partner place ON place.id = CASE WHEN contact.country_id IS NULL
                                                            THEN debtor.id ELSE contact.id END
             LEFT JOIN res_country country ON country.id = place.country_id
             LEFT JOIN res_country_state state ON state.id = place.state_id
                 WHERE account.id = ANY(%(ids)s)
                """,
                debtors=list(contacts),
                contacts=list(contacts.values()),
                ids=self.ids,
            )
        )

    def _debtor_ids(self):
        return [partner_id for partner_id in self.mapped("partner_id.id") if partner_id]

    @api.model
    def _zone_of(self, row, home):
        """The timezone of a row of ``_contact_rows``: ``tools.timezone.Zone``."""
        zones, differ = zones_of_country(row["country"], datetime.now(UTC).year)
        return timezone.zone_of(
            row["country"],
            row["state"],
            zones,
            differ=differ,
            chosen=row["contact_tz"],
            contact=row["partner_tz"],
            home=home,
        )
