from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.ar_collections.tools import contact, timezone
from odoo.addons.ar_collections.tools.holiday import Holiday, falls
from odoo.tests import BaseCase, tagged

NEW_YORK = ZoneInfo("America/New_York")
BRUSSELS = ZoneInfo("Europe/Brussels")
KOLKATA = ZoneInfo("Asia/Kolkata")
#: 12 CFR 1006.6(b)(1) and 1006.14(b)(2).
REGULATION_F = contact.Rule(
    hours=(8.0, 21.0),
    weekdays=frozenset(range(7)),
    timed=frozenset({"phone", "visit", "sms", "email"}),
    max_attempts=7,
    attempt_days=7,
    quiet_days=7,
)


def there(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def local(verdict, zone=NEW_YORK):
    return verdict.at and verdict.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@tagged("post_install", "-at_install")
class TestContactPure(BaseCase):
    """The contact rules as their texts put them."""

    # === HOURS === #
    def test_hours_of_regulation_f(self):
        """Before 8 and after 9 at the consumer's local time: at 8 it may, at 9 it may not."""
        for clock, allowed, again in (
            ("07:59", False, "2026-06-10 08:00"),
            ("08:00", True, None),
            ("20:59", True, None),
            ("21:00", False, "2026-06-11 08:00"),
            ("23:59", False, "2026-06-11 08:00"),
            ("00:00", False, "2026-06-10 08:00"),
        ):
            for channel in ("phone", "email", "sms", "visit"):
                with self.subTest(clock=clock, channel=channel):
                    now = there(f"2026-06-10 {clock}")
                    verdict = contact.check(REGULATION_F, NEW_YORK, now, channel=channel)
                    self.assertEqual(verdict.allowed, allowed)
                    self.assertEqual(verdict.reason, "" if allowed else "hours")
                    self.assertEqual(local(verdict), again)

    def test_letters_keep_no_hours(self):
        now = there("2026-06-10 03:00")
        self.assertTrue(contact.check(REGULATION_F, NEW_YORK, now, channel="letter").allowed)
        self.assertTrue(contact.check(contact.Rule(), NEW_YORK, now, channel="email").allowed)

    def test_business_hours_end_on_friday_and_open_on_monday(self):
        rule = contact.Rule()
        for clock, reason, again in (
            ("2026-11-20 18:59", "", None),  # a Friday
            ("2026-11-20 19:00", "hours", "2026-11-23 08:00"),
            ("2026-11-21 10:00", "weekday", "2026-11-23 08:00"),
            ("2026-11-22 23:00", "weekday", "2026-11-23 08:00"),
        ):
            with self.subTest(clock=clock):
                verdict = contact.check(rule, BRUSSELS, there(clock, BRUSSELS))
                self.assertEqual(verdict.reason, reason)
                self.assertEqual(local(verdict, BRUSSELS), again)

    def test_the_clock_of_the_debtor_not_of_the_caller(self):
        """09:42 in Brussels is 14:12 in Pune, and 03:42 in Columbus."""
        now = there("2026-11-17 09:42", BRUSSELS)
        self.assertTrue(contact.check(contact.Rule(), KOLKATA, now).allowed)
        self.assertEqual(
            contact.check(contact.Rule(), KOLKATA, now).until.astimezone(BRUSSELS),
            there("2026-11-17 14:30", BRUSSELS),
        )
        verdict = contact.check(contact.Rule(), NEW_YORK, now)
        self.assertEqual(local(verdict, BRUSSELS), "2026-11-17 14:00")

    def test_half_hours_and_a_whole_day(self):
        half = contact.Rule(hours=(8.5, 18.25))
        for clock, allowed in (("08:29", 0), ("08:30", 1), ("18:14", 1), ("18:15", 0)):
            now = there(f"2026-11-17 {clock}")
            self.assertEqual(contact.check(half, NEW_YORK, now).allowed, bool(allowed), clock)
        whole = contact.Rule(hours=(0.0, 24.0))
        self.assertTrue(contact.check(whole, NEW_YORK, there("2026-11-17 23:59")).allowed)

    def test_a_rule_that_never_opens_names_no_time(self):
        verdict = contact.check(
            contact.Rule(weekdays=frozenset()), NEW_YORK, there("2026-11-17 10:00")
        )
        self.assertEqual((verdict.allowed, verdict.at), (False, None))

    # === DAYLIGHT SAVING === #
    def test_the_clock_changes_overnight(self):
        """The window opens at 8 of the clock on the wall, an hour of UTC earlier or later."""
        rule = REGULATION_F
        for evening, opens in (
            ("2026-03-07 22:00", "2026-03-08T12:00:00+00:00"),  # summer time begins: 8 EDT
            ("2026-03-06 22:00", "2026-03-07T13:00:00+00:00"),  # the day before: 8 EST
            ("2026-10-31 22:00", "2026-11-01T13:00:00+00:00"),  # it ends: 8 EST
            ("2026-10-30 22:00", "2026-10-31T12:00:00+00:00"),
        ):
            with self.subTest(evening=evening):
                verdict = contact.check(rule, NEW_YORK, there(evening))
                self.assertEqual(verdict.at.isoformat(), opens)
                self.assertTrue(contact.check(rule, NEW_YORK, verdict.at).allowed)
                before = verdict.at - timedelta(minutes=1)
                self.assertFalse(contact.check(rule, NEW_YORK, before).allowed)

    def test_an_hour_that_does_not_come_and_one_that_comes_twice(self):
        night = contact.Rule(hours=(2.5, 20.0), weekdays=frozenset(range(7)))
        skipped = contact.check(night, NEW_YORK, there("2026-03-08 00:30"))
        self.assertEqual(skipped.at.isoformat(), "2026-03-08T07:30:00+00:00")  # 3:30, not 2:30
        twice = contact.Rule(hours=(1.5, 20.0), weekdays=frozenset(range(7)))
        second = contact.check(twice, NEW_YORK, there("2026-11-01 00:30"))
        self.assertEqual(second.at.isoformat(), "2026-11-01T06:30:00+00:00")  # the second 1:30
        closes = contact.Rule(hours=(0.0, 1.5), weekdays=frozenset(range(7)))
        now = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # the first 1:45
        self.assertFalse(contact.check(closes, NEW_YORK, now).allowed)

    def test_quiet_days_are_days_of_the_calendar_where_the_clock_changes(self):
        past = contact.Past(conversation=there("2026-03-05 20:00"))
        verdict = contact.check(REGULATION_F, NEW_YORK, there("2026-03-09 10:00"), past=past)
        self.assertEqual((verdict.reason, local(verdict)), ("quiet", "2026-03-12 08:00"))

    # === REGULATION F: DAYS === #
    def test_after_a_conversation_on_the_1st_the_8th_is_the_first(self):
        past = contact.Past(conversation=there("2026-06-01 15:00"))
        for day, reason in ((1, "quiet"), (2, "quiet"), (7, "quiet"), (8, ""), (9, "")):
            with self.subTest(day=day):
                now = there(f"2026-06-{day:02d} 16:00")
                verdict = contact.check(REGULATION_F, NEW_YORK, now, past=past)
                self.assertEqual(verdict.reason, reason)
                self.assertEqual(local(verdict), "2026-06-08 08:00" if reason else None)

    def test_the_day_of_the_conversation_is_the_debtor_s(self):
        """23:30 on the 1st in New York is the 2nd in Brussels."""
        past = contact.Past(conversation=there("2026-06-01 23:30"))
        now = there("2026-06-08 08:00")
        self.assertTrue(contact.check(REGULATION_F, NEW_YORK, now, past=past).allowed)

    def test_seven_calls_within_seven_days(self):
        """The eighth waits until the first of them is out of the seven days."""
        attempts = tuple(there(f"2026-06-0{day} 10:00") for day in (1, 2, 3, 4, 5, 6))
        for extra, now, reason, again in (
            ((), "2026-06-07 12:00", "", None),
            (("2026-06-07 11:00",), "2026-06-07 12:00", "attempts", "2026-06-08 08:00"),
            (("2026-06-06 11:00",), "2026-06-06 12:00", "attempts", "2026-06-08 08:00"),
            (("2026-06-07 11:00",), "2026-06-08 08:00", "", None),
            (
                ("2026-06-07 11:00", "2026-06-08 09:00"),
                "2026-06-08 10:00",
                "attempts",
                "2026-06-09 08:00",
            ),
        ):
            with self.subTest(extra=extra, now=now):
                past = contact.Past(attempts=(*attempts, *map(there, extra)))
                verdict = contact.check(REGULATION_F, NEW_YORK, there(now), past=past)
                self.assertEqual(verdict.reason, reason)
                self.assertEqual(local(verdict), again)

    def test_all_seven_on_one_day(self):
        past = contact.Past(attempts=(there("2026-06-01 10:00"),) * 7)
        verdict = contact.check(REGULATION_F, NEW_YORK, there("2026-06-03 10:00"), past=past)
        self.assertEqual((verdict.used, local(verdict)), (7, "2026-06-08 08:00"))

    def test_the_limits_are_those_of_calls(self):
        past = contact.Past(
            attempts=(there("2026-06-01 10:00"),) * 9, conversation=there("2026-06-01 10:00")
        )
        now = there("2026-06-02 10:00")
        for channel, allowed in (
            ("phone", 0),
            ("visit", 0),
            ("email", 1),
            ("sms", 1),
            ("letter", 1),
        ):
            verdict = contact.check(REGULATION_F, NEW_YORK, now, channel=channel, past=past)
            self.assertEqual(verdict.allowed, bool(allowed), channel)

    def test_a_call_back_that_was_asked_for(self):
        """Consent given directly at most seven days before; not before the time asked for."""
        past = contact.Past(
            attempts=(there("2026-06-01 09:00"),) * 7,
            conversation=there("2026-06-01 15:00"),
            consent=there("2026-06-03 11:00"),
        )
        for now, reason, again in (
            ("2026-06-02 10:00", "quiet", "2026-06-03 11:00"),
            ("2026-06-03 10:59", "quiet", "2026-06-03 11:00"),
            ("2026-06-03 11:00", "", None),
            ("2026-06-03 22:00", "hours", "2026-06-04 08:00"),
        ):
            with self.subTest(now=now):
                verdict = contact.check(REGULATION_F, NEW_YORK, there(now), past=past)
                self.assertEqual((verdict.reason, local(verdict)), (reason, again))
        late = contact.Past(past.attempts[:0], past.conversation, there("2026-06-12 11:00"))
        self.assertFalse(contact.consented(late, there("2026-06-12 12:00"), NEW_YORK))

    def test_what_is_allowed_again_is_allowed_then(self):
        """Whatever forbids it: at the time that is named it is allowed, a minute before not."""
        past = contact.Past(
            attempts=tuple(there(f"2026-11-1{day} 10:00") for day in (2, 3, 3)),
            conversation=there("2026-11-12 10:00"),
        )
        holiday = date(2026, 11, 19)
        for quiet, most in ((0, 0), (7, 0), (0, 2), (9, 3), (3, 1)):
            rule = contact.Rule(quiet_days=quiet, max_attempts=most)
            for hour in range(0, 24 * 9, 5):
                now = there("2026-11-13 00:00") + timedelta(hours=hour)
                options = {"past": past, "is_holiday": lambda day: day == holiday}
                verdict = contact.check(rule, NEW_YORK, now, **options)
                if verdict.allowed:
                    continue
                self.assertTrue(contact.check(rule, NEW_YORK, verdict.at, **options).allowed)
                before = max(now, verdict.at - timedelta(minutes=1))
                self.assertFalse(contact.check(rule, NEW_YORK, before, **options).allowed)

    # === STOPS === #
    def test_what_the_debtor_asked_for(self):
        for stops, open_channels in (
            ({"do_not_contact"}, ()),
            ({"legal_stop", "written_only"}, ()),
            ({"attorney"}, ()),
            ({"deceased"}, ()),
            ({"insolvent"}, ()),
            ({"written_only"}, ("email", "letter", "sms")),
            (set(), ("email", "letter", "phone", "sms", "visit")),
        ):
            debtor = contact.Debtor(stops)
            found = [
                channel
                for channel in sorted(contact.LIVE | contact.WRITTEN)
                if not contact.stop(debtor, contact.Rule(), channel)
            ]
            self.assertEqual(found, list(open_channels), stops)

    def test_a_stop_names_no_time(self):
        verdict = contact.check(
            contact.Rule(),
            NEW_YORK,
            there("2026-06-10 10:00"),
            debtor=contact.Debtor({"written_only"}),
        )
        self.assertEqual((verdict.reason, verdict.at), ("written_only", None))

    def test_channels_of_the_rule(self):
        rule = contact.Rule(channels=frozenset({"email"}))
        now = there("2026-06-10 10:00")
        self.assertEqual(contact.check(rule, NEW_YORK, now).reason, "channel")
        self.assertTrue(contact.check(rule, NEW_YORK, now, channel="email").allowed)

    # === HOLIDAYS, TIMEZONES === #
    def test_a_public_holiday(self):
        """17 November in Czechia: the call waits until the 18th at 8."""
        prague = ZoneInfo("Europe/Prague")
        verdict = contact.check(
            contact.Rule(),
            prague,
            there("2026-11-17 09:42", prague),
            is_holiday=lambda day: day == date(2026, 11, 17),
        )
        self.assertEqual((verdict.reason, local(verdict, prague)), ("holiday", "2026-11-18 08:00"))

    def test_holidays_of_a_year(self):
        for holiday, expected in (
            (Holiday("easter", offset=-2), "2026-04-03"),
            (Holiday("easter", offset=39), "2026-05-14"),
            (Holiday("easter", offset=50), "2026-05-25"),
            (Holiday("weekday", nth=3, weekday=0, month=1), "2026-01-19"),
            (Holiday("weekday", nth=1, weekday=0, month=9), "2026-09-07"),
            (Holiday("weekday", nth=-1, weekday=0, month=10), "2026-10-26"),
            (Holiday("yearly", day=date(2020, 7, 14)), "2026-07-14"),
            (Holiday("once", day=date(2026, 5, 8)), "2026-05-08"),
        ):
            self.assertEqual(falls(holiday, 2026).isoformat(), expected, holiday)
        self.assertIsNone(falls(Holiday("once", day=date(2025, 5, 8)), 2026))
        self.assertIsNone(falls(Holiday("weekday", nth=5, weekday=0, month=2), 2026))

    def test_a_timezone_that_nothing_says_is_a_guess(self):
        zones = ["America/New_York", "America/Chicago", "America/Detroit"]
        for state, noted, expected, guessed in (
            ("OH", None, "America/New_York", False),
            ("IL", "America/New_York", "America/Chicago", False),  # the state says more
            ("MI", None, "America/New_York", True),  # cut by a border of timezones
            ("MI", "America/Detroit", "America/Detroit", False),
            (None, None, "America/New_York", True),
            (None, "America/Chicago", "America/Chicago", False),
            (None, "Europe/Brussels", "America/New_York", True),  # that of its creator
        ):
            with self.subTest(state=state, noted=noted):
                found = timezone.zone_of("US", state, zones, contact=noted)
                self.assertEqual(found, timezone.Zone(expected, guessed))
