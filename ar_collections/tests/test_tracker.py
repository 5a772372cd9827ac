from datetime import datetime, time, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .promise import PromiseCommon
from .test_call import CallCommon

FIGURES = {
    "worked": "count_distinct",
    "calls": "sum",
    "attempts": "sum",
    "contacts": "sum",
    "right_party": "sum",
    "right_rate": "avg",
    "promises": "sum",
    "promised": "sum",
    "judged": "sum",
    "kept": "sum",
    "kept_rate": "avg",
    "notices": "sum",
    "disputes": "sum",
    "collected": "sum",
}


class TrackerCommon(CallCommon, PromiseCommon):
    """What two collectors did in two weeks, worked out by hand.

    Lena: two attempts with Alpha, one right person; a promise of Gamma kept, one of Delta
    broken. Tomas: an attempt with Beta, and a busy line. A notice to Alpha in the name of boss.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Activity = cls.env["ar.collection.activity"]
        cls.chief = cls._user("chief", "user")
        cls.auditor = cls._user("auditor-of-trackers", "readonly")
        cls.portfolio = cls.env["ar.collection.portfolio"].create(
            {"name": "North", "lead_id": cls.chief.id, "company_id": cls.company.id}
        )
        cls.beta, cls.gamma, cls.delta = (
            cls._owing(name, amount, user)
            for name, amount, user in (
                ("Beta", 600, cls.tomas),
                ("Gamma", 500, cls.lena),
                ("Delta", 200, cls.lena),
            )
        )
        cls.account.sudo().portfolio_id = cls.portfolio
        for user in (cls.lena, cls.tomas, cls.boss):
            user.name = user.login

    @classmethod
    def _owing(cls, name, amount, user):
        """The account of a new debtor who owes this much."""
        partner = cls._debtor(name, email=f"{name.lower()}@debtor.example")
        cls._invoice(amount, 25, partner=partner)
        cls.Account._refresh(partner.ids)
        account = cls.Account.search([("partner_id", "=", partner.id)])
        account.user_id = user
        return account

    def _at(self, days, hour=10):
        """An hour of a day so many days ago."""
        return datetime.combine(self.today - timedelta(days=days), time(hour))

    def _notice_sent(self, account, days, user):
        return self.Notice.sudo().create(
            {
                "collection_id": account.id,
                "date": self.today - timedelta(days=days),
                "date_sent": self._at(days, 6),
                "state": "sent",
                "user_id": user.id,
            }
        )

    def _paid(self, account, amount, days):
        moves = self.env["account.move"].search(
            [("partner_id", "=", account.partner_id.id), ("amount_residual", ">", 0)],
            order="invoice_date_due",
            limit=1,
        )
        return self._pay(moves, amount, self.today - timedelta(days=days))

    def _two_weeks(self):
        self._log("no_answer", date=self._at(12))
        self._log("refuses", note="No", date=self._at(10))
        self._paid(self.account, 300, 8)
        self._notice_sent(self.account, 7, self.boss)
        self._paid(self.account, 200, 6)
        self._paid(self.account, 100, 0)  # the seventh day after the notice
        returned = self._paid(self.account, 80, 9)
        returned.action_ar_bounce(self.today - timedelta(days=5), "AM04")
        self._paid(self.beta, 100, 20)  # after no action
        self._log("voicemail", self.tomas, self.beta, date=self._at(5))
        self._log("busy", self.tomas, self.beta, date=self._at(4))
        self._paid(self.beta, 250, 0)
        promises = {"user_id": self.lena.id, "ago": 9}
        self._promise(500, -3, account=self.gamma, **promises)
        self._promise(200, -2, account=self.delta, **promises)
        self._paid(self.gamma, 500, 4)
        self._judge()

    def _figures(self, user=None, domain=(), groupby="user_id"):
        """dict group -> figures that are not zero."""
        self.env.flush_all()
        rows = self.Activity.with_user(user or self.boss)._read_group(
            [("company_id", "=", self.company.id), *domain],
            [groupby],
            [f"{name}:{how}" for name, how in FIGURES.items()],
        )
        return {
            group: {name: value for name, value in zip(FIGURES, values, strict=True) if value}
            for group, *values in rows
        }


@tagged("post_install", "-at_install")
class TestActivity(TrackerCommon):
    """The activity report."""

    def test_two_weeks(self):
        self._two_weeks()
        found = self._figures()
        self.assertEqual(
            found,
            {
                self.lena: {
                    "worked": 3,
                    "calls": 2,
                    "attempts": 2,
                    "contacts": 1,
                    "right_party": 1,
                    "right_rate": 50.0,
                    "promises": 2,
                    "promised": 700.0,
                    "judged": 2,
                    "kept": 1,
                    "kept_rate": 50.0,
                    "collected": 800.0,
                },
                self.tomas: {"worked": 1, "calls": 2, "attempts": 1, "collected": 250.0},
                self.boss: {"notices": 1, "collected": 300.0},
            },
        )

    def test_by_day(self):
        self._two_weeks()
        days = self._figures(domain=[("user_id", "=", self.tomas.id)], groupby="date:day")
        day = {ago: self.today - timedelta(days=ago) for ago in (0, 4, 5)}
        self.assertEqual(
            days,
            {
                day[5]: {"worked": 1, "calls": 1, "attempts": 1},
                day[4]: {"worked": 1, "calls": 1},
                day[0]: {"collected": 250.0},
            },
        )

    def test_seven_days_and_no_more(self):
        self._log("no_answer", date=self._at(10))
        self._paid(self.account, 40, 11)  # before it
        self._paid(self.account, 30, 10)  # on its day
        self._paid(self.account, 20, 3)  # the seventh day
        self._paid(self.account, 10, 2)  # the eighth
        self.assertEqual(self._figures()[self.lena]["collected"], 50.0)

    def test_no_credit_notes_no_misc_entries(self):
        self._log("no_answer", date=self._at(2))
        note = self._credit_note(60)
        (self._item(note) + self._item(self.invoice)).reconcile()
        entry = self._entry([{"amount": -70, "partner_id": self.debtor.id}])
        (self._item(entry) + self._item(self.invoice)).reconcile()
        self.assertNotIn("collected", self._figures()[self.lena])

    def test_a_bank_line_counts(self):
        self._log("no_answer", date=self._at(2))
        self._match(self._bank_line(400, self.debtor, days=1), self.young)
        self.assertEqual(self._figures()[self.lena]["collected"], 400.0)

    def test_a_promise_on_a_call_is_that_call(self):
        call = self._log("no_answer", date=self._at(5))
        promise = self._promise(400, 5, ago=5, account=self.account, user_id=self.tomas.id)
        promise.sudo().call_id = call
        self._paid(self.account, 400, 1)
        self.assertEqual(self._figures()[self.lena]["collected"], 400.0)

    def test_disputes_opened(self):
        """On a call: who called; else the coordinator, the collector of the debtor."""
        disputes = self.env["ar.collection.dispute"]
        reason = self.env["ar.collection.dispute.reason"].search([], limit=1)
        call = self._log(
            "dispute",
            self.lena,
            note="Two are broken",
            date=self._at(2),
            line_ids=[Command.set(self._item(self.invoice).ids)],
            dispute_reason_id=reason.id,
        )
        [of_call] = disputes.search([("collection_id", "=", self.account.id)])
        self.assertEqual(of_call.call_id, call)
        opened = [("kind", "=", "dispute")]
        self.assertEqual(self._figures(domain=opened), {self.lena: {"disputes": 1}})
        row = self.Activity.search(opened)
        action = row.action_open_record()
        self.assertEqual((action["res_model"], action["res_id"]), (of_call._name, of_call.id))
        of_call.sudo().write({"call_id": False, "collector_id": self.tomas.id})
        self.assertEqual(self._figures(domain=opened), {self.tomas: {"disputes": 1}})

    def test_a_cancelled_promise_is_none(self):
        self._promise(400, 5, account=self.account).action_cancel("Another date")
        self.assertFalse(self._figures())

    def test_days_are_those_of_the_company(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        with freeze_time("2026-03-02 20:00:00"):  # the 3rd in Tokyo
            call = self._log("refuses", note="No")
        self.env.flush_all()
        [row] = self.Activity.search([("res_id", "=", call.id), ("kind", "=", "call")])
        self.assertEqual(str(row.date), "2026-03-03")

    def test_what_the_row_opens(self):
        self._two_weeks()
        rows = self.Activity.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows), len(set(rows.ids)))
        for row in rows:
            self.assertTrue(self.env[row.res_model].browse(row.res_id).exists())
            self.assertEqual(row.action_open_record()["res_id"], row.res_id)

    def test_every_figure_says_what_it_is(self):
        described = self.Activity.fields_get(list(FIGURES), ["help"])
        self.assertEqual({name for name in FIGURES if described[name].get("help")}, set(FIGURES))

    # === WHO SEES WHAT === #
    def test_roles(self):
        self._two_weeks()
        seen = {user: set(self._figures(user)) for user in (self.lena, self.tomas, self.chief)}
        self.assertEqual(seen[self.lena], {self.lena})
        self.assertEqual(seen[self.tomas], {self.tomas})
        # of the team: Alpha is of North, Gamma and Delta are not
        team = self._figures(self.chief)
        self.assertEqual(team[self.lena]["collected"], 300.0)
        self.assertEqual(team[self.boss], {"notices": 1, "collected": 300.0})
        everybody = {self.lena, self.tomas, self.boss}
        self.assertEqual(set(self._figures(self.auditor)), everybody)
        self.assertEqual(set(self._figures(self._user("all-of-it", "all"))), everybody)

    def test_companies(self):
        self._two_weeks()
        other = self._other_company("Elsewhere")
        stranger = self._user("elsewhere", "manager", company_ids=other.ids, company_id=other.id)
        self.assertFalse(self.Activity.with_user(stranger).search([]))
        branch = self._branch()
        clerk = self._user("branch", "manager", company_ids=branch.ids, company_id=branch.id)
        self.assertTrue(self.Activity.with_user(clerk).search([]), "the root of a branch")


@tagged("post_install", "-at_install")
class TestNonpayment(TrackerCommon):
    """Why debtors do not pay: by customer, product and salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Nonpayment = cls.env["ar.collection.nonpayment"]
        cls.cash, cls.goods = cls.env["ar.collection.nonpayment.reason"].search([], limit=2)
        cls.pump, cls.valve = cls.env["product.product"].create([{"name": "P"}, {"name": "V"}])
        cls.sale = cls._invoice(
            0,
            12,
            invoice_user_id=cls.boss.id,
            invoice_line_ids=[
                Command.create({"product_id": product.id, "price_unit": price, "tax_ids": False})
                for product, price in ((cls.pump, 300), (cls.valve, 100))
            ],
        )
        cls.Account._refresh(cls.debtor.ids)

    def _told(self, reason, moves, days, **vals):
        return self._log(
            "cannot_pay",
            nonpayment_reason_id=reason.id,
            line_ids=[Command.set(self._item(moves).ids)] if moves else False,
            date=self._at(days),
            **vals,
        )

    def _by(self, groupby, user=None):
        self.env.flush_all()
        rows = self.Nonpayment.with_user(user or self.boss)._read_group(
            [("company_id", "=", self.company.id)],
            [groupby],
            [
                "calls:count_distinct",
                "debtors:count_distinct",
                "items:count_distinct",
                "amount:sum",
                "open_amount:sum",
            ],
        )
        return {group: figures for group, *figures in rows}

    def test_an_item_counts_once_under_the_last_reason(self):
        self.assertEqual(self.sale.amount_total, 400.0)
        self._told(self.cash, self.sale, 5)
        self._told(self.goods, self.sale + self.young, 3)
        self._pay(self.sale, 100)
        self.assertEqual(
            self._by("reason_id"),
            {self.cash: [1, 1, 1, 0.0, 0.0], self.goods: [1, 1, 2, 800.0, 700.0]},
        )
        nothing = self.env["product.product"]
        self.assertEqual(
            self._by("product_id"),
            {
                self.pump: [2, 1, 1, 300.0, 225.0],
                self.valve: [2, 1, 1, 100.0, 75.0],
                nothing: [1, 1, 1, 400.0, 400.0],
            },
        )
        self.assertEqual(self._by("salesperson_id")[self.boss], [2, 1, 1, 400.0, 300.0])
        self.assertEqual(self._by("partner_id"), {self.debtor: [2, 1, 2, 800.0, 700.0]})

    def test_a_reason_without_items(self):
        self.debtor.user_id = self.tomas
        self._told(self.cash, None, 1)
        self.assertEqual(self._by("salesperson_id"), {self.tomas: [1, 1, 0, 0.0, 0.0]})

    def test_roles(self):
        self._told(self.cash, self.sale, 5)
        self.assertTrue(self._by("reason_id", self.lena))
        self.assertFalse(self._by("reason_id", self.tomas))
        self.assertTrue(self._by("reason_id", self.chief), "leads the team of the debtor")
        self.assertTrue(self._by("reason_id", self.auditor))


@tagged("post_install", "-at_install")
class TestContactFlaw(TrackerCommon):
    """Contacts to mend."""

    def setUp(self):
        super().setUp()
        self.Flaw = self.env["ar.collection.contact.flaw"]
        partners = (self.account | self.beta | self.gamma | self.delta).partner_id
        partners.phone = "+1 202 555 0100"
        self.debtor.phone = "+1 202 555 0147"

    def _kinds(self, user=None, account=None):
        self.env.flush_all()
        self.Flaw.invalidate_model()
        domain = [("company_id", "=", self.company.id)]
        if account:
            domain.append(("collection_id", "=", account.id))
        return self.Flaw.with_user(user or self.boss).search(domain)

    def test_a_wrong_number_until_it_is_mended(self):
        self.assertFalse(self._kinds())
        self._log("wrong_number", number="+1 (202) 555-0147")
        [flaw] = self._kinds(self.lena)
        self.assertRecordValues(
            flaw,
            [{"kind": "wrong_number", "amount": 1000.0, "user_id": self.lena.id}],
        )
        self.assertEqual(flaw.action_open_contact()["res_id"], self.debtor.id)
        self.assertFalse(self._kinds(self.tomas))
        self.debtor.phone = "+1 202 555 0199"
        self.assertFalse(self._kinds())

    def test_a_later_call_mends_it(self):
        self._log("wrong_number", number=self.debtor.phone, date=self._at(1))
        self._log("refuses", note="No", number=self.debtor.phone)
        self.assertFalse(self._kinds())

    def test_right_as_it_is(self):
        self._log("wrong_number", number=self.debtor.phone, date=self._at(1))
        self._kinds(self.lena).action_is_right()
        self.assertFalse(self._kinds())
        self._log("wrong_contact")
        [flaw] = self._kinds(self.lena)
        self.assertEqual(flaw.kind, "wrong_contact")

    def test_missing(self):
        self.debtor.write({"email": False, "phone": False})
        self.assertEqual(set(self._kinds().mapped("kind")), {"no_address", "no_phone"})
        self.debtor.write(
            {"street": "1 Road", "city": "Town", "country_id": self.env.ref("base.us").id}
        )
        self.assertEqual(set(self._kinds().mapped("kind")), {"no_email", "no_phone"})
        self.env["res.partner"].create(
            {
                "name": "Accounts",
                "type": "invoice",
                "parent_id": self.debtor.id,
                "email": "accounts@debtor.example",
                "phone": "+1 202 555 0111",
            }
        )
        self.assertFalse(self._kinds())

    def test_nothing_overdue_nothing_missing(self):
        self.delta.partner_id.email = False
        self.assertEqual(self._kinds().collection_id, self.delta)
        self._paid(self.delta, 200, 0)
        self._refresh()
        self.assertFalse(self._kinds())

    def test_a_bounce(self):
        notice = self._notice_sent(self.account, 2, self.lena)
        notice.sudo().write(
            {
                "state": "failed",
                "failure": "bounce",
                "contact_id": self.debtor.id,
                "email_to": "alpha@debtor.example",
            }
        )
        [flaw] = self._kinds(self.lena)
        self.assertRecordValues(
            flaw, [{"kind": "bounce", "value": "alpha@debtor.example", "amount": 1000.0}]
        )
        with self.assertRaisesRegex(UserError, "alpha@debtor.example"):
            flaw.action_is_right()
        flaw.action_ask()
        self.assertEqual(self.account.next_action_date, self.today)
        self.debtor.email = "new@debtor.example"
        self.assertFalse(self._kinds())

    def test_roles(self):
        self._log("wrong_number", number=self.debtor.phone)
        self.assertTrue(self._kinds(self.chief))
        [flaw] = self._kinds(self.auditor)
        for action in (flaw.action_is_right, flaw.action_ask):
            with self.assertRaises(UserError):  # an access error is one
                action()
