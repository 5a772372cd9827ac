from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from stdnum.iso7064 import mod_97_10

from odoo.tests import TransactionCase, tagged

from ..demo import plan
from ..demo.plan_dunning import LEVELS

#: What tonight's run must have an example of.
REASONS = {
    "all_held",
    "below_minimum",
    "covered_by_credit",
    "debtor_paused",
    "delivery_unknown",
    "direct_debit",
    "level_not_reached",
    "money_on_its_way",
    "no_address",
    "not_dunned",
    "nothing_overdue",
    "quiet_period",
    "resume_wait",
}


@tagged("-standard", "ar_demo", "post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company, in figures that a person can check."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["ar.collection.demo"]._load_company()
        companies = cls.company + cls.company.child_ids
        cls.env = cls.env(context={"allowed_company_ids": companies.ids})
        cls.today = (
            cls.env["res.currency.rate"]
            .search([("company_id", "=", cls.company.id)], order="name desc", limit=1)
            .name
        )
        # the day for which the company was made: midnight may have passed since
        cls.startClassPatcher(
            patch.object(cls.registry["res.company"], "_ar_today", lambda _company: cls.today)
        )
        cls.env["ar.collection"]._refresh()
        cls.accounts = cls.env["ar.collection"].search([("company_id", "=", cls.company.id)])

    def account(self, name):
        return self.accounts.filtered(lambda account: account.partner_id.name.startswith(name))

    def decide(self):
        run = self.env["ar.collection.run"].with_company(self.company)
        return run._decide(self.company, self.today)

    # === THE COMPANY === #
    def test_company(self):
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertEqual(self.company.country_id.code, "BE")
        self.assertEqual(len(self.company.child_ids), 1)
        number = self.company.partner_id.bank_ids.sanitized_acc_number
        self.assertEqual(mod_97_10.checksum(number[4:] + number[:4]), 1, "check digits of the IBAN")
        digits = self.company.vat.removeprefix("BE")
        self.assertEqual(97 - int(digits[:8]) % 97, int(digits[8:]), "check digits of the number")
        self.assertTrue(self.company.ar_sender_id)
        self.assertFalse(self.company.ar_automatic)
        self.assertFalse(self.company.ar_first_run_seen, "the first screen offers to look")

    def test_the_company_has_its_own_policies(self):
        policies = self.env["ar.collection.policy"].search([("company_id", "=", self.company.id)])
        self.assertEqual(policies.mapped("dunned"), [False, True])
        ladder = [(level.delay, level.min_days, level.formal) for level in policies[1].level_ids]
        self.assertEqual(
            ladder,
            [(level.delay, level.min_days, level.formal) for level in LEVELS],
            "the past notices of the demo climb the delivered ladder",
        )

    def test_users(self):
        group = "ar_collections.group_ar_collection_"
        users = {user.login: user for user in self.env["res.users"].search([])}
        for login, has, has_not in (
            ("lena", "user", "all"),
            ("tomas", "user", "all"),
            ("petra", "manager", "readonly"),
            ("rex", "readonly", "user"),
        ):
            self.assertTrue(users[login].has_group(group + has), login)
            self.assertFalse(users[login].has_group(group + has_not), login)
            self.assertEqual(users[login].company_id, self.company)
        self.assertEqual(self.env.ref("base.user_admin").company_id, self.company)
        mine = self.accounts.with_user(users["lena"]).search([]).user_id
        self.assertEqual(mine, users["lena"], "own debtors and those of nobody")

    def test_team(self):
        lena, tomas, nele = (
            self.env["res.users"].search([("login", "=", login)])
            for login in ("lena", "tomas", "nele")
        )
        portfolios = self.env["ar.collection.portfolio"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(portfolios.mapped("name"), ["Key accounts", "Everybody else"])
        self.assertEqual(portfolios.lead_id, nele)
        self.assertFalse(self.accounts.filtered(lambda account: not account.portfolio_id))
        self.assertTrue(self.accounts.filtered(lambda account: not account.user_id))
        absence = self.env["ar.collection.absence"].search([("user_id", "=", tomas.id)])
        self.assertRecordValues(absence, [{"deputy_id": lena.id, "state": "planned"}])
        targets = self.env["ar.collection.target"].search([("company_id", "=", self.company.id)])
        self.assertEqual(targets.user_id, lena | tomas)

    def test_contact_rules(self):
        checks = self.accounts._contact_check()
        for name, code in (
            ("Kessler", "insolvent"),
            ("Thornbury", "attorney"),
            ("Hartmann", "written_only"),
        ):
            self.assertEqual(checks[self.account(name).id]["code"], code)
        zones = {check["tz"] for check in checks.values()}
        self.assertGreater(len(zones), 10)
        self.assertIn("Asia/Kolkata", zones)

    # === DEBTORS AND FIGURES === #
    def test_size(self):
        self.assertGreaterEqual(len(self.accounts.filtered("total_due")), 44)
        items = self.env["account.move.line"].search(self.accounts._open_items_domain())
        currencies = {currency.decimal_places for currency in items.currency_id}
        self.assertGreaterEqual(len(items.currency_id), 3)
        self.assertEqual(currencies, {0, 2, 3})
        self.assertGreaterEqual(len(self.accounts.partner_id.country_id), 10)
        self.assertGreaterEqual(len(set(self.accounts.partner_id.mapped("lang"))), 5)
        invoices = self.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("company_id", "child_of", self.company.id)]
        )
        self.assertGreater(len(invoices), 600)
        partner = self.account("Brennan").partner_id
        of_brennan = invoices.filtered(lambda move: move.commercial_partner_id == partner)
        self.assertGreaterEqual(len(of_brennan), 150)
        self.assertTrue(invoices.filtered(lambda move: move.company_id != self.company))

    def test_cache_and_ledger_agree(self):
        self.assertFalse(self.env["ar.collection"]._differences())

    def test_figures_tie_to_the_receivable_accounts(self):
        """Debtors, items without a partner and non-trade items make up the ledger."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "child_of", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        nontrade = lines.filtered("account_id.non_trade")
        nameless = (lines - nontrade).filtered(lambda line: not line.partner_id)
        of_debtors = sum(self.accounts.mapped("total_due")) - sum(
            self.accounts.mapped("unapplied_credit")
        )
        self.assertAlmostEqual(sum(nontrade.mapped("amount_residual")), 4120.0)
        self.assertAlmostEqual(sum(nameless.mapped("amount_residual")), -1250.0)
        self.assertAlmostEqual(sum(lines.mapped("balance")), of_debtors + 4120.0 - 1250.0, places=2)

    def test_figures_of_one_debtor(self):
        """Rheintal owes 49,105.50 of which 9,300.00 is promised; 27,640.00 is not yet due."""
        account = self.account("Rheintal")
        self.assertRecordValues(
            account,
            [
                {
                    "total_due": 76745.5,
                    "not_due": 27640.0,
                    "bucket_1": 36815.0,
                    "bucket_2": 12290.5,
                    "total_overdue": 49105.5,
                    "promised": 9300.0,
                    "net_collectable": 39805.5,
                    "days_overdue": 52,
                }
            ],
        )
        self.assertEqual(account.level_id.name, "Reminder")

    def test_total_overdue(self):
        overdue = sum(self.accounts.mapped("total_overdue"))
        self.assertGreater(overdue, 650_000)
        self.assertLess(overdue, 780_000)

    def test_kinds_of_hold(self):
        holds = self.env["ar.collection.hold"].search([("company_id", "=", self.company.id)])
        kinds = {"disputed", "promised", "planned", "withheld", "debit", "placed", "other"}
        self.assertEqual(set(holds.mapped("kind")), kinds)
        self.assertEqual(set(holds.mapped("state")), {"active", "ended"})
        week = self.today + timedelta(days=7)
        active = holds.filtered(lambda hold: hold.state == "active")
        self.assertTrue(active.filtered(lambda hold: hold.date_to and hold.date_to < week))
        self.assertEqual(self.account("Fonderie Marchetti").held_other, 2150.0, "blocked by core")
        self.assertEqual(self.account("Brouwerij").held_other, 1089.0, "not to be followed up")

    def test_promises_of_every_outcome(self):
        promises = self.env["ar.collection.promise"].search([("company_id", "=", self.company.id)])
        states = Counter(promises.mapped("state"))
        self.assertLessEqual({"open", "kept", "partial", "broken"}, set(states))
        self.assertGreater(states["kept"], states["broken"])
        self.assertEqual(set(promises.user_id.mapped("login")), {"lena", "tomas"})
        rheintal = self.account("Rheintal").promise_ids.filtered(lambda p: p.state == "open")
        self.assertEqual(rheintal.mapped("amount"), [9300.0])
        talleres = self.account("Talleres")
        self.assertGreaterEqual(talleres.broken_promises, 1)
        self.assertIn("Promise broken", "".join(talleres.message_ids.mapped(lambda m: str(m.body))))
        bill = promises.filtered(lambda promise: promise.method == "bill")
        self.assertEqual(bill.instrument_state, "received")

    def test_stages(self):
        stages = set(self.accounts.stage_id.mapped("kind"))
        wanted = {"current", "reminder", "active", "promise", "plan", "dispute", "legal", "closed"}
        self.assertLessEqual(wanted, stages)

    # === NOTICES AND TONIGHT === #
    def test_items_stand_where_the_past_notices_left_them(self):
        notices = self.env["ar.collection.notice"].search([("company_id", "=", self.company.id)])
        self.assertLessEqual({"sent", "failed", "cancelled"}, set(notices.mapped("state")))
        last = {}
        for line in notices.sorted("date").line_ids:
            counts = line.notice_id.state == "sent" or line.notice_id.delivery_unknown
            if counts and line.kind in ("claim", "also"):
                last[line.line_id] = line.level_id
        for item, level in last.items():
            self.assertEqual(item.ar_level_id, level, item.move_name)
        levelled = self.env["account.move.line"].search(
            [("ar_level_id", "!=", False), ("company_id", "child_of", self.company.id)]
        )
        self.assertFalse(levelled - self.env["account.move.line"].union(*last))

    def test_tonight(self):
        """Every level, and every reason that the demo is to show."""
        decided = [row["decision"] for row in self.decide()]
        levels = Counter(decision.level.delay for decision in decided if decision.level)
        self.assertEqual(levels, {45: 4, 21: 8, 7: 7, -3: 4})
        reasons = {decision.reason for decision in decided if decision.reason}
        self.assertEqual(reasons, REASONS)

    def test_each_reason_has_the_debtor_it_was_made_for(self):
        names = {row["account"]["account_id"]: row["decision"].reason for row in self.decide()}
        for name, reason in (
            ("Silva", "no_address"),
            ("Kärntner", "no_address"),
            ("Delgado", "no_address"),
            ("Bellini", "covered_by_credit"),
            ("Novák", "below_minimum"),
            ("Comptoir", "quiet_period"),
            ("Van Doorn", "resume_wait"),
            ("Karlsson", "debtor_paused"),
            ("Halden Instruments Rotterdam", "not_dunned"),
            ("Wim", "not_dunned"),
            ("Zeeland", "delivery_unknown"),
            ("Jensen", "money_on_its_way"),
            ("Stadtwerke Norden", "direct_debit"),
            ("Meridian", None),
        ):
            self.assertEqual(names[self.account(name).id], reason, name)

    # === MADE ONCE, AND ALWAYS THE SAME === #
    def test_second_call_changes_nothing(self):
        models = ("res.company", "res.partner", "account.move", "ar.collection.notice")
        before = [self.env[name].search_count([]) for name in models]
        self.assertEqual(self.env["ar.collection.demo"]._load_company(), self.company)
        self.assertEqual([self.env[name].search_count([]) for name in models], before)

    def test_plan_is_the_same_every_time(self):
        """On one day in every detail; on other days in names and amounts."""
        first = plan.build(date(2026, 11, 17))
        self.assertEqual(first, plan.build(date(2026, 11, 17)))
        self.assertEqual(first.checksum(), plan.build(date(2027, 2, 28)).checksum())

    def test_plan_is_what_was_made(self):
        made = plan.build(self.today)
        numbers = self.env["account.move"].search_count(
            [
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("company_id", "child_of", self.company.id),
                ("state", "!=", "draft"),  # disputes propose credit notes
            ]
        )
        self.assertEqual(numbers, len(made.documents))
        names = set(self.accounts.partner_id.mapped("name"))
        wanted = {row.name for row in made.debtors.values() if row.role != "insurer"}
        self.assertEqual(names, wanted)
