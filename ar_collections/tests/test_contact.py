from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Datetime
from odoo.tests import tagged

from .common import ArCollectionsCommon

utc = Datetime.to_datetime
#: Tuesday 17 November 2026, 09:42 in Brussels.
NOW = utc("2026-11-17 08:42:00")


class ContactCommon(ArCollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "Europe/Brussels"
        cls.Rule = cls.env["ar.collection.contact.rule"]
        cls.business = cls.env.ref("ar_collections.contact_rule_business")
        cls._place("be", city="Brussels")
        cls.account = cls._account(cls.debtor)

    @classmethod
    def _account(cls, partner):
        return partner._ar_account()

    @classmethod
    def _place(cls, code, partner=None, state=None, **vals):
        """Move a debtor to a country, the timezone of whoever made it taken off."""
        country = cls.env.ref(f"base.{code}")
        found = cls.env["res.country.state"].search(
            [("country_id", "=", country.id), ("code", "=", state)], limit=1
        )
        (partner or cls.debtor).write(
            {"country_id": country.id, "state_id": found.id, "tz": False, **vals}
        )

    def _check(self, channel="phone", now=NOW):
        return self.account._contact_check(channel, now)[self.account.id]

    @classmethod
    def _call(cls, date, result="no_answer", account=None, **vals):
        return cls.env["ar.collection.call"].create(
            {
                "collection_id": (account or cls.account).id,
                "date": date,
                "result_id": cls.env.ref(f"ar_collections.call_result_{result}").id,
                "note": "Said so",
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestContact(ContactCommon):
    """What is known of a debtor, and what the rule says."""

    def test_allowed_with_time_and_place(self):
        verdict = self._check()
        self.assertTrue(verdict["allowed"])
        self.assertIn("9:42", verdict["local_time"])
        self.assertEqual(verdict["tz"], "Europe/Brussels")
        self.assertIn("in Brussels", verdict["reason"])
        self.assertEqual(verdict["until_at"], utc("2026-11-17 18:00:00"))
        self.assertFalse(verdict["guessed"])

    def test_the_clock_of_the_debtor(self):
        for code, state, zone, allowed, again, guessed in (
            ("us", "OH", "America/New_York", False, utc("2026-11-17 13:00:00"), False),
            ("us", None, "America/New_York", False, utc("2026-11-17 13:00:00"), True),
            ("in", None, "Asia/Kolkata", True, None, False),
            ("jp", None, "Asia/Tokyo", True, None, False),
            ("de", None, "Europe/Berlin", True, None, False),
            ("br", None, "America/Sao_Paulo", False, utc("2026-11-17 11:00:00"), True),
        ):
            with self.subTest(country=code, state=state):
                self._place(code, state=state)
                verdict = self._check()
                self.assertEqual(
                    (verdict["tz"], verdict["allowed"], verdict["allowed_at"], verdict["guessed"]),
                    (zone, allowed, again, guessed),
                )
                self.assertEqual("guess" in verdict["reason"], guessed)

    def test_a_timezone_set_by_hand(self):
        self._place("us")
        self.account.contact_tz = "America/Los_Angeles"
        self.assertEqual(self._check()["allowed_at"], utc("2026-11-17 16:00:00"))
        self.assertFalse(self._check()["guessed"])

    def test_no_country_at_all(self):
        self.debtor.write({"country_id": False, "tz": False, "city": False})
        verdict = self._check()
        self.assertEqual((verdict["tz"], verdict["guessed"]), ("UTC", True))

    def test_the_address_of_the_contact_counts(self):
        contact = self._debtor("Desk", parent_id=self.debtor.id, is_company=False)
        contact.write({"type": "ar_collections", "email": "desk@debtor.example"})
        self._place("us", contact, state="OH", city="Columbus")
        self.assertEqual(self._check()["tz"], "America/New_York")
        self.assertIn("Columbus", self._check()["detail"])

    def test_a_public_holiday_of_the_debtor_s_country(self):
        self._place("cz", city="Brno")
        verdict = self._check()
        self.assertEqual(
            (verdict["code"], verdict["allowed_at"]), ("holiday", utc("2026-11-18 07:00:00"))
        )
        self.assertIn("public holiday in Czech", verdict["reason"])
        self.business.holidays = False
        self.assertTrue(self._check()["allowed"])

    # === RULES === #
    def test_the_first_rule_that_fits(self):
        self._place("us", state="OH")
        evening = utc("2026-11-18 01:30:00")  # 20:30 in Ohio
        regulation_f = self.env.ref("ar_collections.contact_rule_regulation_f")
        self.assertFalse(regulation_f.active)
        self.assertFalse(self._check(now=evening)["allowed"])
        regulation_f.active = True
        self.assertFalse(self._check(now=evening)["allowed"])  # a business debtor
        self.debtor.is_company = False
        self.assertTrue(self._check(now=evening)["allowed"])
        self.assertIn("not full compliance", regulation_f.description)

    def test_the_rule_of_the_policy_goes_first(self):
        late = self.Rule.create({"name": "Late", "sequence": 99, "hour_from": 20, "hour_to": 22})
        self._invoice(100, 10)
        self.Account._refresh()
        self.policy.contact_rule_id = late
        self.assertEqual(self._check()["rule"], "Late")
        self.policy.contact_rule_id = False
        self.assertTrue(self._check()["allowed"])

    def test_rules_of_another_company_do_not_bind(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.Rule.create({"name": "Theirs", "sequence": 1, "hour_to": 9, "company_id": other.id})
        self.assertTrue(self._check()["allowed"])

    def test_without_any_rule_everything_is_allowed(self):
        self.Rule.search([]).active = False
        self.assertTrue(self._check(now=utc("2026-11-22 03:00:00"))["allowed"])

    def test_rules_that_make_no_sense_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "no day of the week"):
            self.business.write(
                dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), False)
            )
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self.business.domain = "[('no_such_field', '=', 1)]"

    # === PAST === #
    def test_attempts_are_counted(self):
        self.business.max_attempts = 2
        self._call("2026-11-16 09:00:00")
        verdict = self._check()
        self.assertEqual((verdict["allowed"], verdict["used"], verdict["limit"]), (True, 1, 2))
        self.assertIn("1 of 2 attempts", verdict["reason"])
        self._call("2026-11-17 08:00:00")
        verdict = self._check()
        self.assertEqual(
            (verdict["code"], verdict["allowed_at"]), ("attempts", utc("2026-11-23 07:00:00"))
        )

    def test_an_inbound_call_starts_the_wait_but_is_no_attempt(self):
        self.business.write({"max_attempts": 1, "quiet_days": 7})
        self._call("2026-11-12 10:00:00", "refuses", direction="in")
        verdict = self._check()
        self.assertEqual((verdict["code"], verdict["used"]), ("quiet", 0))
        self.assertEqual(verdict["allowed_at"], utc("2026-11-19 07:00:00"))
        self.assertIn("Quiet until Thu, Nov 19", verdict["title"])

    def test_a_conversation_with_somebody_else(self):
        self.business.quiet_days = 7
        self._call("2026-11-16 10:00:00", "refuses", reached="other")
        self.assertTrue(self._check()["allowed"])
        self.business.right_party = False
        self.assertFalse(self._check()["allowed"])

    # === WISHES === #
    def test_restrictions_and_their_day(self):
        attorney = self._debtor("Studio Legale Conti")
        for field, value, channel, code, text in (
            ("written_only", True, "phone", "written_only", "Written contact only, since"),
            ("do_not_contact", True, "email", "do_not_contact", "not to be contacted"),
            ("attorney_id", attorney.id, "phone", "attorney", "represented by Studio Legale Conti"),
            ("deceased", True, "letter", "deceased", "has died"),
            ("insolvent", True, "email", "insolvent", "insolvent"),
            ("legal_stop", True, "phone", "legal_stop", "legal stop"),
        ):
            with self.subTest(field=field):
                self.account.write({field: value})
                verdict = self._check(channel)
                self.assertEqual((verdict["code"], verdict["allowed_at"]), (code, None))
                self.assertIn(text, verdict["reason"])
                self.assertEqual(self.account.contact_since, self.company._ar_today())
                self.account.write({field: False, "contact_since": False})

    def test_the_day_that_was_given_stays(self):
        self.account.write({"written_only": True, "contact_since": "2026-03-03"})
        self.account.deceased = True
        self.assertEqual(str(self.account.contact_since), "2026-03-03")

    def test_wishes_survive_a_merge(self):
        other = self._debtor("Alpha again")
        other._ar_account().write(
            {"written_only": True, "contact_since": "2026-03-03", "contact_tz": "Asia/Tokyo"}
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((other | self.debtor).ids, self.debtor)
        account = self.debtor._ar_account()
        self.assertTrue(account.written_only)
        self.assertEqual(
            (str(account.contact_since), account.contact_tz), ("2026-03-03", "Asia/Tokyo")
        )

    def test_opted_out_of_mail(self):
        self.env["mail.blacklist"]._add("alpha@debtor.example")
        self.assertEqual(self._check("email")["code"], "opted_out")
        self.assertTrue(self._check("phone")["allowed"])

    # === SCREEN, RIGHTS, SPEED === #
    def test_field_of_the_screen(self):
        with freeze_time(NOW):
            self.account.invalidate_recordset()
            self.assertTrue(self.account.contact_allowed)
            self.assertEqual(self.account.contact_check["until_at"], "2026-11-17 18:00:00")

    def test_a_collector_reads_the_verdict_and_may_not_change_rules(self):
        collector = self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "contact_collector",
                "group_ids": [(6, 0, [self.env.ref("ar_collections.group_ar_collection_user").id])],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        account = self.account.with_user(collector)
        self.assertTrue(account._contact_check(now=NOW)[account.id]["allowed"])
        account.written_only = True
        self.assertFalse(account._contact_check(now=NOW)[account.id]["allowed"])
        with self.assertRaises(AccessError):
            self.business.with_user(collector).max_attempts = 3

    def test_queries_do_not_grow_with_debtors(self):
        debtors = self._debtor("One") | self._debtor("Two")
        for number in range(30):
            debtors |= self._debtor(f"More {number}")
        self._place("us", debtors, state="OH")
        accounts = self.Account.browse([self._account(debtor).id for debtor in debtors])
        self.env.ref("ar_collections.contact_rule_regulation_f").active = True
        accounts._contact_check(now=NOW)  # what is cached over requests
        counts = []
        for group in (accounts[:2], accounts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._contact_check(now=NOW)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLess(counts[1], 20)
