from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import contact

#: Where no rule fits: any hour of any day.
ANY_TIME = contact.Rule(hours=(0.0, 24.0), weekdays=frozenset(range(7)))


class ArCollection(models.Model):
    """Whether debtors may be contacted now: gather, ask ``tools.contact``, say it."""

    _inherit = "ar.collection"

    def _contact_check(self, channel="phone", now=None):
        """Whether these debtors may be contacted through a channel now.

        :param str channel: one of ``CHANNELS``. :param now: datetime, UTC; None: now.
        :return: dict id -> dict: ``allowed``; ``code``, empty when allowed; ``title`` and
            ``detail``, for people, and ``reason``, both; ``short``, for a row; ``tone`` allowed,
            hours, wait or stop; ``allowed_at`` (UTC, None: not by itself); ``until_at``, end of
            today's hours; ``local_time``, ``place``, ``tz``, ``guessed``; ``used`` attempts, and
            how many of them are allowed (``limit``, 0: any); the ``rule``; ``overridden``, by a
            manager.

        The number of queries does not depend on that of debtors.
        """
        if not self.ids:
            return {}
        now = (now or fields.Datetime.now()).replace(tzinfo=UTC)
        # sudo: the debtor's own address, and what was noted of it; the caller reads the account
        rows = self.sudo()._contact_rows()
        self._contact_gather(rows, channel, now)
        return {row["id"]: self._contact_verdict(row, channel, now) for row in rows}

    @api.model
    def _contact_gather(self, rows, channel, now):
        """Add to each row its rule, timezone, past and opted-out channels."""
        rules = self.env["ar.collection.contact.rule"]._choose(rows)
        companies = (
            self.env["res.company"]
            .sudo()  # where a company is: its timezone, nothing else is read
            .browse({row["company_id"] for row in rows})
        )
        homes = {company.id: company.partner_id.tz or "UTC" for company in companies}
        plain = {rule: rule._to_tools() for rule in set(rules.values()) if rule}
        calls = self._contact_calls([row["id"] for row in rows], plain.values(), now)
        opted_out = self._contact_opted_out([row["contact_id"] for row in rows], channel)
        years = {(now + timedelta(days=ahead)).year for ahead in (-1, 0, contact.HORIZON)}
        holidays = self.env["ar.collection.contact.holiday"]._of_countries(
            {row["country_id"] for row in rows if row["country_id"]}, years
        )
        for row in rows:
            rule = rules[row["id"]]
            zone = self._zone_of(row, homes[row["company_id"]])
            row.update(
                rule=rule,
                plain=plain.get(rule, ANY_TIME),
                zone=ZoneInfo(zone.name),
                guessed=zone.guessed,
                holidays=holidays if rule.holidays else {},
                opted_out={channel} if row["contact_id"] in opted_out else set(),
                **self._contact_past(row, calls.get(row["id"], []), rule),
            )

    @api.model
    def _contact_verdict(self, row, channel, now):
        stops = {name for name in contact.STOPS if row.get(name)}
        if row["attorney_id"]:
            stops.add("attorney")
        verdict = contact.check(
            row["plain"],
            row["zone"],
            now,
            channel=channel,
            debtor=contact.Debtor(stops, row["opted_out"]),
            past=row["past"],
            is_holiday=lambda day: (row["country_id"], day) in row["holidays"],
        )
        until = row["contact_override_until"]
        overridden = (
            not verdict.allowed
            and row["contact_override_channel"] == channel
            and until
            and until.replace(tzinfo=UTC) > now
        )
        if overridden:
            verdict = contact.Verdict(True, until=until.replace(tzinfo=UTC), used=verdict.used)
        return {
            "overridden": bool(overridden),
            "allowed": verdict.allowed,
            "code": verdict.reason,
            "allowed_at": verdict.at and verdict.at.replace(tzinfo=None),
            "until_at": verdict.until and verdict.until.replace(tzinfo=None),
            "tz": row["zone"].key,
            "guessed": row["guessed"],
            "used": verdict.used,
            "limit": row["plain"].max_attempts,
            "rule": row["rule"].name or "",
            **self._contact_texts({**row, "overridden": overridden}, channel, now, verdict),
        }

    @api.model
    def _contact_calls(self, account_ids, rules, now):
        """What was tried and said lately: dict account -> rows of calls, the newest first."""
        days = max((max(rule.attempt_days, rule.quiet_days, 8) for rule in rules), default=0)
        if not days:
            return {}
        calls = self.env["ar.collection.call"]
        calls.flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT collection_id, date, is_attempt, is_contact, right_party, contact_id
                  FROM ar_collection_call
                 WHERE collection_id = ANY(%s) AND channel IN ('phone', 'visit')
                   AND date BETWEEN %s AND %s
                 ORDER BY date DESC
                """,
                account_ids,
                (now - timedelta(days=days + 1)).replace(tzinfo=None),
                now.replace(tzinfo=None),
            )
        )
        result = {}
        for row in rows:
            row["date"] = row["date"].replace(tzinfo=UTC)
            result.setdefault(row["collection_id"], []).append(row)
        return result

    @api.model
    def _contact_past(self, row, calls, rule):
        """What of it counts: an inbound call is no attempt, but starts the wait."""
        spoke = next(
            (
                call
                for call in calls
                if call["is_contact"] and (call["right_party"] or not rule.right_party)
            ),
            None,
        )
        asked = row["callback_at"]
        return {
            "spoke": spoke,
            "past": contact.Past(
                attempts=tuple(call["date"] for call in calls if call["is_attempt"]),
                conversation=spoke and spoke["date"],
                consent=asked and asked.replace(tzinfo=UTC),
            ),
        }

    @api.model
    def _contact_opted_out(self, contact_ids, channel):
        """Of these contacts those whose address is on core's blacklist."""
        partners = self.env["res.partner"].sudo()  # of the contacts only yes or no
        if channel == "email":
            has = partners.browse(contact_ids).filtered("email_normalized")
            return set(has.ids) - partners._ar_mailable_ids(has.ids)
        if channel in ("phone", "sms") and "phone.blacklist" in self.env:
            partners.flush_model(["phone_sanitized"])
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT contact.id FROM res_partner contact
                      JOIN phone_blacklist blacklist
                        ON blacklist.number = contact.phone_sanitized AND blacklist.active
                     WHERE contact.id = ANY(%s)
                    """,
                    contact_ids,
                )
            )
            return {contact_id for [contact_id] in rows}
        return set()
