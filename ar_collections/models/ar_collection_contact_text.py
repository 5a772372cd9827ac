from datetime import time
from zoneinfo import ZoneInfo

import babel.dates

from odoo import api, models
from odoo.tools.misc import babel_locale_parse, format_date, get_lang

#: What a verdict looks like.
TONES = {"": "allowed", "hours": "hours", "weekday": "hours"}
WAITS = ("holiday", "quiet", "attempts")


class ArCollection(models.Model):
    """What the contact rule says, in words: which rule, and when it is allowed again."""

    _inherit = "ar.collection"

    @api.model
    def _contact_texts(self, row, channel, now, verdict):
        """Title, detail, short text, tone, place and time of a verdict, for the reader."""
        words = {
            "time": self._clock(now.astimezone(row["zone"])),
            "place": self._contact_place(row),
            "hours": self._contact_hours(row),
            "count": verdict.used,
            "most": row["plain"].max_attempts,
            "days": row["plain"].attempt_days,
            "when": self._contact_when(verdict.at, now),
        }
        if row["overridden"]:
            return self._contact_override_texts(row, verdict, now, words)
        title = self._contact_title(verdict, channel, words)
        detail = self._contact_detail(row, verdict, now, words)
        if row["guessed"]:
            detail = f"{detail} {self._contact_guess(row, words)}".strip()
        reason = verdict.reason
        return {
            "title": title,
            "detail": detail,
            "reason": f"{title} {detail}".strip(),
            "short": self._contact_short(row, verdict, now),
            "tone": "wait" if reason in WAITS else TONES.get(reason, "stop"),
            "local_time": words["time"],
            "place": words["place"],
        }

    @api.model
    def _contact_override_texts(self, row, verdict, now, words):
        # sudo: the name of the manager, on the account the reader may see
        user = self.env["res.users"].sudo().browse(row["contact_override_user_id"] or [])
        title = self.env._(
            "Allowed until %(when)s by %(user)s.",
            when=self._contact_when(verdict.until, now),
            user=user.name or self.env._("a manager"),
        )
        detail = self.env._(
            "It is %(time)s in %(place)s, and the contact rule forbids it.", **words
        )
        return {
            "title": title,
            "detail": detail,
            "reason": f"{title} {detail}",
            "short": self.env._("allowed by a manager"),
            "tone": "allowed",
            "local_time": words["time"],
            "place": words["place"],
        }

    @api.model
    def _contact_place(self, row):
        country = self.env["res.country"].browse(row["country_id"] or [])
        return row["city"] or country.name or row["zone"].key.rpartition("/")[2].replace("_", " ")

    @api.model
    def _contact_hours(self, row):
        """From when to when, on which days, e.g. "from 08:00 to 19:00, Monday to Friday"."""
        rule = row["plain"]
        opens, closes = (self._clock_of(hour) for hour in rule.hours)
        return self.env._(
            "from %(from)s to %(to)s, %(days)s",
            **{"from": opens, "to": closes, "days": self._contact_days(rule.weekdays)},
        )

    @api.model
    def _contact_days(self, weekdays):
        days = sorted(weekdays)
        names = babel.dates.get_day_names(locale=self._locale())
        if len(days) == 7:
            return self.env._("every day")
        if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
            return self.env._("%(first)s to %(last)s", first=names[days[0]], last=names[days[-1]])
        return ", ".join(names[day] for day in days)

    @api.model
    def _contact_title(self, verdict, channel, words):
        reason = verdict.reason
        if not reason:
            if channel == "phone":
                return self.env._("Calling is allowed.")
            return self.env._("Contact is allowed.")
        if reason == "attorney":
            return self.env._("Contact the attorney.")
        if verdict.at and reason == "quiet":
            return self.env._("Quiet until %(when)s.", when=words["when"])
        if verdict.at:
            return self.env._("Please wait until %(when)s.", when=words["when"])
        if channel == "phone":
            return self.env._("No calls to this debtor.")
        return self.env._("This debtor is not contacted this way.")

    @api.model
    def _contact_detail(self, row, verdict, now, words):
        say = getattr(self, f"_contact_detail_{verdict.reason or 'allowed'}", None)
        return say(row, now, words) if say else self._contact_stop(row, verdict.reason)

    @api.model
    def _contact_detail_allowed(self, row, now, words):
        text = self.env._("It is %(time)s in %(place)s; contact is allowed %(hours)s.", **words)
        if words["most"]:
            text += " " + self._contact_detail_attempts(row, now, words)
        return text

    @api.model
    def _contact_detail_hours(self, row, now, words):
        return self.env._(
            "It is %(time)s in %(place)s. Contact is allowed there %(hours)s.", **words
        )

    @api.model
    def _contact_detail_weekday(self, row, now, words):
        day = babel.dates.get_day_names(locale=self._locale())[
            now.astimezone(row["zone"]).weekday()
        ]
        return self.env._(
            "It is %(day)s in %(place)s. Contact is allowed there %(hours)s.", day=day, **words
        )

    @api.model
    def _contact_detail_holiday(self, row, now, words):
        country = self.env["res.country"].browse(row["country_id"])
        name = row["holidays"][country.id, now.astimezone(row["zone"]).date()]
        return self.env._(
            "Today is a public holiday in %(country)s: %(name)s.", country=country.name, name=name
        )

    @api.model
    def _contact_detail_quiet(self, row, now, words):
        rule, spoke = row["plain"], row["spoke"]
        # sudo: the name of whom one spoke with, on the account the reader may see
        name = self.env["res.partner"].sudo().browse(spoke["contact_id"] or []).name
        return self.env._(
            "You spoke with %(name)s on %(date)s; the rule asks for %(days)s quiet days, that day "
            "included.",
            name=name or self.env._("the debtor"),
            date=format_date(self.env, spoke["date"].astimezone(row["zone"]).date()),
            days=rule.quiet_days,
        )

    @api.model
    def _contact_detail_attempts(self, row, now, words):
        return self.env._("%(count)s of %(most)s attempts used in the last %(days)s days.", **words)

    @api.model
    def _contact_stop(self, row, reason):
        # sudo: the name of the attorney, on the account the reader may see
        attorney = self.env["res.partner"].sudo().browse(row["attorney_id"] or [])
        texts = {
            "legal_stop": self.env._("A legal stop forbids to contact the debtor"),
            "do_not_contact": self.env._("The debtor is not to be contacted"),
            "deceased": self.env._("The debtor has died"),
            "insolvent": self.env._("The debtor is insolvent"),
            "attorney": self.env._("The debtor is represented by %(name)s", name=attorney.name),
            "written_only": self.env._("Written contact only"),
            "opted_out": self.env._("The address has opted out"),
            "channel": self.env._('The rule "%(rule)s" forbids it', rule=row["rule"].name),
        }
        since = reason not in ("opted_out", "channel") and row["contact_since"]
        if since:
            return self.env._(
                "%(reason)s, since %(date)s.",
                reason=texts[reason],
                date=format_date(self.env, since),
            )
        return f"{texts[reason]}."

    @api.model
    def _contact_guess(self, row, words):
        if not row["country"]:
            return self.env._("The time zone is a guess: the address has no country.")
        country = self.env["res.country"].browse(row["country_id"]).name
        return self.env._(
            "The time zone is a guess: %(country)s has several, and the address does not say "
            "which.",
            country=country,
        )

    @api.model
    def _contact_short(self, row, verdict, now):
        """What a row has room for, in the clock of the reader."""
        if verdict.allowed:
            if not verdict.until:
                return ""
            until = self._contact_when(verdict.until, now)
            if verdict.until.astimezone(row["zone"]).utcoffset() == self._here(now).utcoffset():
                return self.env._("until %(time)s", time=until)
            return self.env._("until %(time)s here", time=until)
        when = self._contact_when(verdict.at, now)
        if not when:
            return self._contact_stop(row, verdict.reason).rstrip(".") if not verdict.at else ""
        if verdict.reason == "holiday":
            return self.env._("holiday, from %(when)s", when=when)
        if verdict.reason == "quiet":
            return self.env._("quiet until %(when)s", when=when)
        if verdict.reason == "attempts":
            return self.env._("enough tried, from %(when)s", when=when)
        return self.env._("from %(when)s here", when=when)

    # === CLOCK === #
    @api.model
    def _locale(self):
        return babel_locale_parse(get_lang(self.env).code)

    @api.model
    def _here(self, moment):
        return moment.astimezone(ZoneInfo(self.env.user.tz or self.env.context.get("tz") or "UTC"))

    @api.model
    def _clock(self, moment):
        return babel.dates.format_time(moment.time(), "short", locale=self._locale())

    @api.model
    def _clock_of(self, hour):
        minutes = round(hour * 60)
        if minutes == 1440:
            return "24:00"
        return babel.dates.format_time(
            time(minutes // 60, minutes % 60), "short", locale=self._locale()
        )

    @api.model
    def _contact_when(self, moment, now):
        """A moment in the reader's clock: the time of today, else day and time."""
        if not moment:
            return ""
        here = self._here(moment)
        if here.date() == self._here(now).date():
            return self._clock(here)
        skeleton = "MMMEd" if here.year == self._here(now).year else "yMMMEd"
        day = babel.dates.format_skeleton(
            skeleton, here.replace(tzinfo=None), locale=self._locale()
        )
        return f"{day}, {self._clock(here)}"
