from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArCollectionsCommon


class PortfolioCommon(ArCollectionsCommon):
    """Two collectors, a lead, and four debtors: overdue 400, 300, 200 and 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.ben, cls.lea = (cls._collector(name) for name in ("ann", "ben", "lea"))
        cls.Portfolio = cls.env["ar.collection.portfolio"]
        cls.Absence = cls.env["ar.collection.absence"]
        cls.accounts = cls.Account
        for name, amount in (("One", 400), ("Two", 300), ("Three", 200), ("Four", 100)):
            partner = cls._debtor(name)
            cls._invoice(amount, 10, partner=partner)
            cls.accounts |= partner._ar_account()
        cls.Account._refresh()
        cls.one, cls.two, cls.three, cls.four = cls.accounts

    @classmethod
    def _collector(cls, name, group="user", company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": name.title(),
                "login": f"portfolio_{name}",
                "group_ids": [
                    Command.set(cls.env.ref(f"ar_collections.group_ar_collection_{group}").ids)
                ],
                "company_ids": [Command.set(company.ids)],
                "company_id": company.id,
            }
        )

    @classmethod
    def _portfolio(cls, name="All", members=None, **vals):
        members = (cls.ann, cls.ben) if members is None else members
        return cls.Portfolio.create(
            {
                "name": name,
                "company_id": cls.company.id,
                "domain": [("partner_id", "in", cls.accounts.partner_id.ids)],
                "member_ids": [Command.create({"user_id": user.id}) for user in members],
                **vals,
            }
        )

    @classmethod
    def _share(cls, **kwargs):
        return cls.Portfolio._apply(cls.Portfolio._plan(cls.company, **kwargs))

    def _users(self):
        return [account.user_id.name or "" for account in self.accounts]


@tagged("post_install", "-at_install")
class TestPortfolio(PortfolioCommon):
    """Debtors find their portfolio and their collector."""

    def test_shared_out_by_number(self):
        portfolio = self._portfolio()
        self._share()
        self.assertEqual(self._users(), ["Ann", "Ben", "Ann", "Ben"])
        self.assertEqual(self.accounts.portfolio_id, portfolio)
        self.assertEqual(portfolio.member_ids.mapped("debtor_count"), [2, 2])
        self.assertEqual(portfolio.member_ids.mapped("amount"), [600, 400])

    def test_shared_out_by_amount(self):
        self._portfolio(method="amount")
        self._share()
        self.assertEqual(self._users(), ["Ann", "Ben", "Ben", "Ann"])  # 500 each

    def test_second_run_changes_nothing(self):
        self._portfolio()
        self._share()
        self.assertEqual(self._share(), [])

    def test_the_first_portfolio_that_fits(self):
        big = self._portfolio(
            "Big", [self.lea], sequence=1, domain="[('total_overdue', '>=', 300)]"
        )
        rest = self._portfolio("Rest", [self.ann], sequence=2)
        self._share()
        self.assertEqual(self._users(), ["Lea", "Lea", "Ann", "Ann"])
        self.assertEqual((self.one | self.two).portfolio_id, big)
        rest.sequence = 0
        self._share()
        self.assertEqual(self._users(), ["Ann"] * 4)

    def test_who_keeps_the_collector(self):
        portfolio = self._portfolio(members=[self.ann, self.ben])
        self.one.user_id = self.ben
        self.two.user_id = self.lea  # no collector of the portfolio
        self.three.write({"user_id": self.lea.id, "keep_collector": True})
        self._share()
        self.assertEqual(self._users(), ["Ben", "Ann", "Lea", "Ann"])
        portfolio.sticky = False
        self.accounts.user_id = self.ben
        self._share()
        self.assertEqual(self._users(), ["Ann", "Ann", "Ben", "Ben"])  # the third one is kept

    def test_nobody_has_more_than_the_capacity(self):
        portfolio = self._portfolio()
        portfolio.member_ids.capacity = 1
        self._share()
        self.assertEqual(self._users(), ["Ann", "Ben", "", ""])
        self.assertEqual(portfolio.unassigned_count, 2)
        action = self.Portfolio.action_unassigned()
        self.assertEqual(
            self.Account.search([*action["domain"], ("id", "in", self.accounts.ids)]),
            self.three | self.four,
        )

    def test_a_collector_who_left(self):
        self._portfolio(members=[self.ben])
        self.accounts.user_id = self.ann
        self.ann.active = False
        self._share(nightly=True)
        self.assertEqual(self._users(), ["Ann"] * 4, "not every night")
        self.Portfolio.search([]).automatic = True
        self._share(nightly=True)
        self.assertEqual(self._users(), ["Ben"] * 4)

    def test_every_night_only_new_debtors(self):
        self._portfolio(automatic=True)
        self.one.user_id = self.lea
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_share").method_direct_trigger()
        self.assertEqual(self._users(), ["Lea", "Ann", "Ben", "Ann"])

    def test_a_debtor_who_owes_nothing_gets_nobody_new(self):
        self._portfolio()
        self._pay(self.env["account.move"].search([("partner_id", "=", self.one.partner_id.id)]))
        self.Account._refresh(self.one.partner_id.ids)
        self._share()
        self.assertEqual(self._users()[0], "")
        self.assertTrue(self.one.portfolio_id)

    def test_without_collectors_nobody_is_taken_away(self):
        self._portfolio(members=[])
        self.accounts.user_id = self.ann
        self._share()
        self.assertEqual(self._users(), ["Ann"] * 4)

    def test_debtors_of_another_company_are_left(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        account = self.Account.sudo().create(
            {"partner_id": self.one.partner_id.id, "company_id": other.id, "total_due": 50}
        )
        self._portfolio()
        self._share()
        self.assertFalse(account.user_id or account.portfolio_id)

    def test_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self._portfolio(domain="[('nonsense', '=', 1)]")
        stranger = self._collector("stranger")
        stranger.group_ids = self.env.ref("base.group_user")
        with self.assertRaisesRegex(ValidationError, "no collector"):
            self._portfolio(members=[stranger])
        with self.assertRaises(AccessError):
            self._portfolio().with_user(self.ann).sticky = False
        with self.assertRaises(AccessError):
            self.one.with_user(self.ann).portfolio_id = False

    # === LOOK FIRST === #
    def test_look_then_apply(self):
        self._portfolio()
        self.one.user_id = self.ben
        Share = self.env["ar.collection.portfolio.share"]
        share = Share.browse(Share.action_look()["res_id"])
        self.assertEqual(self._users(), ["Ben", "", "", ""])
        rows = share.row_ids.filtered("portfolio_id")
        found = {row.user_id.name: (row.before, row.after, row.amount) for row in rows}
        self.assertEqual(found, {False: (3, 0, 0.0), "Ann": (0, 2, 500.0), "Ben": (1, 2, 500.0)})
        self.two.user_id = self.lea  # meanwhile
        share.action_apply()
        self.assertEqual(self._users(), ["Ben", "Lea", "Ann", "Ben"])
        with self.assertRaises(UserError):
            Share.with_user(self._collector("all", "all")).action_look()

    def test_queries_do_not_grow_with_debtors(self):
        self._portfolio()
        for _warm in range(2):  # a new portfolio lets the registry forget the record rules
            self.env.invalidate_all()
            self._share()
        with self.assertQueryCount(13):
            self.env.invalidate_all()
            self._share()

    # === REASSIGN === #
    def test_reassign_with_a_reason(self):
        self._portfolio()
        self._share()
        (self.one | self.two)._reassign(self.lea, "Speaks Italian")
        self.assertEqual(self._users(), ["Lea", "Lea", "Ann", "Ben"])
        self._share()
        self.assertEqual(self._users(), ["Lea", "Lea", "Ann", "Ben"])
        entries = self.env["ar.collection.audit"].search([("collection_id", "=", self.one.id)])
        self.assertEqual(entries.mapped("what"), ["Debtor moved from Ann to Lea"])
        self.assertEqual(entries.reason, "Speaks Italian")
        self.one._reassign(self.env["res.users"], "Left", keep=False)
        self.assertFalse(self.one.user_id)

    def test_reassign_refused(self):
        self.one.user_id = self.ann
        with self.assertRaisesRegex(UserError, "say why"):
            self.one._reassign(self.ben, " ")
        elsewhere = self._collector("far", company=self.setup_other_company()["company"])
        with self.assertRaisesRegex(UserError, "cannot work"):
            self.one._reassign(elsewhere, "Far")
        with self.assertRaises(AccessError):
            self.one.with_user(self.ben)._reassign(self.ben, "Mine now")


@tagged("post_install", "-at_install")
class TestTeam(PortfolioCommon):
    """Leads and deputies see and work what is theirs, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts.user_id = cls.ann

    def _seen(self, user, model="ar.collection"):
        found = self.env[model].with_user(user).search([])
        accounts = found if model == "ar.collection" else found.collection_id
        return accounts.with_env(self.env) & self.accounts

    def _away(self, start=0, end=0, **vals):
        return self.Absence.create(
            {
                "user_id": self.ann.id,
                "deputy_id": self.ben.id,
                "date_from": self.today + timedelta(days=start),
                "date_to": self.today + timedelta(days=end),
                **vals,
            }
        )

    def test_a_lead_sees_the_portfolio(self):
        self.assertFalse(self._seen(self.lea))
        portfolio = self._portfolio(members=[self.ann], lead_id=self.lea.id)
        portfolio.domain = f"[('id', '=', {self.one.id})]"
        self._share()
        self.assertEqual(self._seen(self.lea), self.one)
        self.one.with_user(self.lea).next_action = "Ask Ann"
        with self.assertRaises(AccessError):
            self.two.with_user(self.lea).next_action = "Not mine"

    def test_every_model_follows(self):
        for name in ("ar.collection.call", "ar.collection.promise", "ar.collection.hold"):
            self.assertFalse(self._seen(self.lea, name))
        result = self.env.ref("ar_collections.call_result_no_answer").id
        self.env["ar.collection.call"].create({"collection_id": self.one.id, "result_id": result})
        item = self._item(
            self.env["account.move"].search([("partner_id", "=", self.one.partner_id.id)])
        )
        self.Hold.create(
            {
                "collection_id": self.one.id,
                "line_id": item.id,
                "amount": 10,
                "date_to": self.today,
            }
        )
        self._portfolio(members=[self.ann], lead_id=self.lea.id)
        self._share()
        self._away()
        for user in (self.lea, self.ben):
            for name in ("ar.collection.call", "ar.collection.hold", "ar.collection.contact.log"):
                with self.subTest(user=user.name, model=name):
                    self.assertEqual(self._seen(user, name), self.one)

    def test_a_deputy_works_the_list_and_gives_it_back(self):
        for start, end, sees in ((-3, -1, False), (1, 2, False), (-1, 0, True), (0, 5, True)):
            with self.subTest(start=start, end=end):
                absence = self._away(start, end)
                self.env.invalidate_all()
                self.assertEqual(self._seen(self.ben), self.accounts if sees else self.Account)
                self.assertEqual(self.one.deputy_id, self.ben if sees else self.env["res.users"])
                if sees:
                    self.one.with_user(self.ben).next_action = "Called for Ann"
                self.assertEqual(self._seen(self.ann), self.accounts, "Ann keeps hers")
                absence.sudo().unlink()
        self.assertEqual(self.accounts.user_id, self.ann)

    def test_found_by_deputy(self):
        self._away()
        found = self.Account.search([("deputy_id", "=", self.ben.id)])
        self.assertEqual(found & self.accounts, self.accounts)
        found = self.Account.search([("deputy_id", "=", False)])
        self.assertFalse(found & self.accounts)
        self.assertFalse(self.one.with_user(self.ann).deputy_id == self.ann)

    def test_absences_that_make_no_sense(self):
        self._away(0, 5)
        for vals, message in (
            ({"start": 3, "end": 9}, "away already"),
            ({"user_id": self.lea.id, "deputy_id": self.ann.id}, "away already"),
            ({"user_id": self.ben.id, "deputy_id": self.lea.id}, "away already"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, message):
                self._away(**vals)
        stranger = self._collector("nobody")
        stranger.group_ids = self.env.ref("base.group_user")
        with self.assertRaisesRegex(ValidationError, "no collector"):
            self._away(20, 21, deputy_id=stranger.id)

    def test_who_may_say_that_somebody_is_away(self):
        vals = {
            "user_id": self.ann.id,
            "deputy_id": self.ben.id,
            "date_from": self.today,
            "date_to": self.today,
        }
        absences = self.Absence
        with self.assertRaises(AccessError):
            absences.with_user(self.ben).create(vals)
        with self.assertRaises(AccessError):
            absences.with_user(self.lea).create(vals)
        absences.with_user(self.ann).create(vals).sudo().unlink()
        self._portfolio(members=[self.ann], lead_id=self.lea.id)
        absence = absences.with_user(self.lea).create(vals)
        entry = self.env["ar.collection.audit"].search([("event", "=", "right")], limit=1)
        self.assertIn("Debtors of Ann worked by Ben", entry.what)
        with self.assertRaisesRegex(UserError, "has begun"):
            absence.unlink()

    # === TARGETS === #
    def test_progress_of_a_target(self):
        target = self.env["ar.collection.target"].create(
            {
                "user_id": self.ann.id,
                "company_id": self.company.id,
                "month": self.today,
                "amount": 1000,
                "contacts": 4,
            }
        )
        self.assertEqual(target.month, self.today.replace(day=1))
        move = self.env["account.move"].search([("partner_id", "=", self.one.partner_id.id)])
        self._pay(move, 250)
        self._pay(
            self.env["account.move"].search([("partner_id", "=", self.two.partner_id.id)]),
            date=self.today.replace(day=1) - timedelta(days=1),  # the month before
        )
        result = self.env.ref("ar_collections.call_result_refuses").id
        for reached in ("right", "other"):
            self.env["ar.collection.call"].create(
                {
                    "collection_id": self.one.id,
                    "result_id": result,
                    "reached": reached,
                    "user_id": self.ann.id,
                    "note": "No",
                }
            )
        target.invalidate_recordset()
        self.assertRecordValues(
            target,
            [
                {
                    "amount_now": 250.0,
                    "amount_progress": 25.0,
                    "contacts_now": 1,
                    "contacts_progress": 25.0,
                    "promises_now": 0,
                    "promises_progress": 0.0,
                }
            ],
        )
        self.assertFalse(self.env["ar.collection.target"].with_user(self.ben).search([]))
        self.assertEqual(self.env["ar.collection.target"].with_user(self.ann).search([]), target)
        self._portfolio(members=[self.ann], lead_id=self.lea.id)
        self.assertEqual(self.env["ar.collection.target"].with_user(self.lea).search([]), target)
        self.assertEqual(target.copy().month.day, 1)
