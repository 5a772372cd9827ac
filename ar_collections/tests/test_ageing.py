import random

from odoo.tests import tagged

from ..tools import ageing_options
from .ageing import AgeingCommon


@tagged("post_install", "-at_install")
class TestAgeing(AgeingCommon):
    """What was owed at a day, worked out by hand."""

    def test_part_paid_later(self):
        """1,000 due 40 days ago, 400 paid 20 days ago."""
        invoice = self._invoice(1000, 40)
        self._pay(invoice, 400, self._ago(20))
        self.assertEqual(self._row(40), {"not_due": 1000, "total": 1000})
        self.assertEqual(self._row(21), {"bucket_1": 1000, "total": 1000})
        self.assertEqual(self._row(20), {"bucket_1": 600, "total": 600})
        self.assertEqual(self._row(0), {"bucket_2": 600, "total": 600})
        self.assertEqual(self._row(41), {}, "not yet posted then")
        for days in (0, 10, 20, 21, 40, 41):
            self.assertEqual(self._total(days), self._ledger(days))

    def test_paid_in_full_comes_back_in_the_past(self):
        invoice = self._invoice(700, 100)
        self._pay(invoice, date=self._ago(3))
        self.assertEqual(self._row(0), {})
        self.assertEqual(self._row(3), {})
        self.assertEqual(self._row(4), {"bucket_4": 700, "total": 700})

    def test_payment_before_the_invoice(self):
        """Money of 30 days ago, matched with an invoice of 10 days ago: a credit in between."""
        credit = self._entry(-500, 30, self.debtor)
        invoice = self._invoice(800, 0, invoice_date=self._ago(10))
        (credit | self._item(invoice)).reconcile()
        self.assertEqual(self._row(20), {"credits": -500, "total": -500})
        self.assertEqual(self._row(20, credits="aged"), {"bucket_1": -500, "total": -500})
        self.assertEqual(self._row(20, credits="without"), {})
        self.assertEqual(self._row(10), {"not_due": 300, "total": 300})

    def test_undone_matching(self):
        """What is no longer matched stands open on both sides, for the days between, too."""
        invoice = self._invoice(900, 50)
        payment = self._pay(invoice, date=self._ago(30))
        self.assertEqual(self._row(20), {})
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self._row(20), {"bucket_1": 900, "credits": -900})
        self.assertEqual(self._row(0), {"bucket_2": 900, "credits": -900})
        self.assertEqual(self._row(31), {"bucket_1": 900, "total": 900})
        self.assertTrue(payment)
        self.assertEqual(self._total(20), self._ledger(20))

    def test_exchange_difference(self):
        """120 GBP booked at 2 for one, paid at 3 for one: the difference by its own date."""
        gold = self.setup_other_currency(
            "GBP", rounding=0.01, rates=[(self._ago(400), 2.0), (self._ago(15), 3.0)]
        )
        invoice = self._invoice(120, 60, currency_id=gold.id)
        self.assertEqual(self._row(16), {"bucket_2": 60, "total": 60})
        self._pay(invoice, date=self._ago(10))
        self.assertEqual(self._row(11), {"bucket_2": 60, "total": 60})
        own = self._item(invoice).matched_credit_ids.exchange_move_id.date
        self.assertGreater(own, self._ago(10), "core books it later: both days are told apart")
        self.assertEqual(self._row(10), {"bucket_2": 20, "total": 20}, "60 less 120 GBP at 3")
        self.assertEqual(self._row((self.today - own).days), {})
        for days in (0, 9, 10, 11, (self.today - own).days):
            self.assertEqual(self._total(days), self._ledger(days))
        rows = self._rows(11, amounts="currency", rows=["debtor"])
        self.assertEqual(rows, {gold.id: {"bucket_2": 120, "total": 120}})
        rows = self._rows(11, amounts=gold.id)
        self.assertEqual(rows, {self.debtor.id: {"bucket_2": 120, "total": 120}})
        rows = self._rows(11, amounts=self.company.currency_id.id)
        self.assertEqual(rows, {})

    def test_by_invoice_date(self):
        self._invoice(100, -5, invoice_date=self._ago(70))
        self.assertEqual(self._row(0), {"not_due": 100, "total": 100})
        self.assertEqual(self._row(0, basis="invoice"), {"bucket_3": 100, "total": 100})

    def test_redated(self):
        """An extension changes the due date; the report ages by the first one, unless asked."""
        move = self._invoice(100, 40)
        account = self._account()
        plan = (
            self.env["ar.collection.plan"]
            .sudo()
            .create(
                {
                    "collection_id": account.id,
                    "kind": "extension",
                    "currency_id": account.currency_id.id,
                }
            )
        )
        item = self._item(move)
        self.env["ar.collection.plan.item"].sudo().create({"plan_id": plan.id, "line_id": item.id})
        item.write({"ar_original_due_date": self._ago(40), "date_maturity": self._ago(-5)})
        self.assertEqual(self._row(0)["bucket_2"], 100)
        self.assertEqual(self._row(0, basis="due")["not_due"], 100)
        self.assertEqual(self.Ageing._tie_out(self._options(0))["redated"], 100)

    def test_by_dispute(self):
        disputed, free = self._invoice(100, 5), self._invoice(30, 5)
        self._account()
        reason = self.env["ar.collection.dispute.reason"].search(
            [("for_query", "=", False)], limit=1
        )
        self.env["ar.collection.dispute"]._open(
            self._account(), {self._item(disputed).id: None}, reason=reason
        )
        rows = self._rows(0, rows=["dispute"])
        self.assertEqual(
            {key: row["total"] for key, row in rows.items()}, {reason.id: 100, None: 30}
        )
        self.assertEqual(rows[reason.id]["disputed"], 100)
        items = self.Ageing._ageing_items(self._options(0, rows=["dispute"]), (("dispute", None),))
        self.assertEqual([item["name"] for item in items], [free.name])

    def test_buckets_of_the_company(self):
        self.company.write(
            {"ar_bucket_1": 10, "ar_bucket_2": 20, "ar_bucket_3": 40, "ar_bucket_4": 50}
        )
        for days in (0, 1, 10, 11, 20, 21, 40, 41, 50, 51):
            self._invoice(1, days)
        self.assertEqual(
            self._row(0),
            {
                "not_due": 1,
                "bucket_1": 2,
                "bucket_2": 2,
                "bucket_3": 2,
                "bucket_4": 2,
                "bucket_5": 1,
                "total": 10,
            },
        )

    def test_nobody_and_other_accounts(self):
        """Entries without a partner and on other receivable accounts are rows of their own."""
        self._invoice(100, 5)
        self._entry(40, 8)
        other = self.receivable.copy({"non_trade": True, "code": "409999"})
        self._entry(-25, 8, self.debtor, other)
        self.assertEqual(
            self._rows(0),
            {
                self.debtor.id: {"bucket_1": 100, "total": 100},
                "no_partner": {"bucket_1": 40, "total": 40},
                "non_trade": {"credits": -25, "total": -25},
            },
        )
        self.assertEqual(list(self._rows(0, rows=["collector"]))[-2:], ["no_partner", "non_trade"])
        self.assertEqual(self._total(0), self._ledger(0))
        totals = self.Ageing._totals(self.company, self.today)
        self.assertEqual(
            (totals["balance"], totals["no_partner"], totals["non_trade"]), (100, 40, -25)
        )

    def test_totals(self):
        self._invoice(100, 5)
        self._invoice(30, -3)
        self._credit_note(20, days=1)
        totals = self.Ageing._totals(self.company, self.today)
        self.assertEqual(
            {name: totals[name] for name in totals if totals[name]},
            {
                "not_due": 30,
                "bucket_1": 100,
                "total_due": 130,
                "total_overdue": 100,
                "unapplied_credit": 20,
                "balance": 110,
                "debtors": 1,
                "items": 3,
            },
        )
        by_debtor = self.Ageing._totals(self.company, self._ago(4), by="debtor")
        self.assertEqual(by_debtor[self.debtor.id]["balance"], 100)

    def test_held_parts_by_their_dates(self):
        """Disputed from 10 to 5 days ago, promised since 4 days; 300 paid 2 days ago."""
        invoice = self._invoice(1000, 20)
        account = self._account()
        item = self._item(invoice)
        for kind, amount, first, last in (("disputed", 250, 10, 5), ("promised", 600, 4, -10)):
            self.Hold.sudo().create(
                {
                    "collection_id": account.id,
                    "line_id": item.id,
                    "kind": kind,
                    "amount": amount,
                    "date_from": self._ago(first),
                    "date_to": self._ago(last),
                }
            )
        self._pay(invoice, 300, self._ago(2))
        whole = {"bucket_1": 1000, "total": 1000}
        self.assertEqual(self._row(11), whole)
        self.assertEqual(self._row(10), {**whole, "disputed": 250})
        self.assertEqual(self._row(5), {**whole, "disputed": 250})
        self.assertEqual(self._row(4), {**whole, "promised": 600})
        self.assertEqual(self._row(2), {"bucket_1": 700, "total": 700, "promised": 300})
        self.assertEqual(self._row(0), {"bucket_1": 700, "total": 700, "promised": 300})

    def test_dated_later(self):
        """Today is what every screen shows; entries dated later are named."""
        self._invoice(100, 5)
        later = self._entry(60, -7, self.debtor)
        self.assertEqual(self._row(0), {"not_due": 60, "bucket_1": 100, "total": 160})
        check = self.Ageing._tie_out(self._options(0))
        self.assertEqual((check["report"], check["ledger"], check["difference"]), (160, 100, 60))
        found = self.env.execute_query_dict(self.Ageing._differences_sql(self._options(0)))
        self.assertEqual(
            [(row["line_id"], row["reported"], row["booked"], row["reason"]) for row in found],
            [(later.id, 60, 0, "later")],
        )
        self.assertEqual(self._row(-7)["total"], 160, "of a day to come: what is booked up to it")
        self.assertEqual(self._row(-6)["total"], 100)

    def test_matched_with_later(self):
        """Today's invoice paid by an entry of next week: the invoice is named."""
        invoice = self._invoice(100, 5)
        later = self._entry(-100, -7, self.debtor)
        (self._item(invoice) | later).reconcile()
        self.assertEqual(self._row(0), {})
        check = self.Ageing._tie_out(self._options(0))
        self.assertEqual(check["difference"], -100)
        found = self.env.execute_query_dict(self.Ageing._differences_sql(self._options(0)))
        self.assertEqual(
            [(row["line_id"], row["reported"], row["booked"], row["reason"]) for row in found],
            [(self._item(invoice).id, 0, 100, "later_match")],
        )

    def test_matched_with_draft(self):
        """Core leaves what is set back to draft matched: the claim is open all the same."""
        invoice = self._invoice(100, 35)
        credit = self._entry(-100, 20, self.debtor)
        (self._item(invoice) | credit).reconcile()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET state = 'draft' WHERE id = %s", [credit.move_id.id]
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'draft' WHERE move_id = %s",
            [credit.move_id.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._row(10), {"bucket_1": 100, "total": 100})
        self.assertEqual(self._total(10), self._ledger(10))
        found = self.env.execute_query_dict(self.Ageing._differences_sql(self._options(0)))
        self.assertEqual([row["reason"] for row in found], ["unposted"])
        self.assertFalse(self.env.execute_query(self.Ageing._differences_sql(self._options(10))))

    def test_before_the_first_entry(self):
        self.assertEqual(self.Ageing._ageing_groups(self._options(20000)), [])
        self.assertEqual(self.Ageing._tie_out(self._options(20000))["difference"], 0)

    def test_groups(self):
        """Rows by what is known of the debtor, and of the item."""
        lena = self._user("lena-ageing", "user")
        belgium = self.env.ref("base.be")
        other = self._debtor("Beta", country_id=belgium.id)
        self._invoice(100, 5, invoice_user_id=lena.id)
        move = self._invoice(70, 45, partner=other, invoice_user_id=False)
        self._reach(move, self.second, 3)
        account = self._account(other)
        account.user_id = lena
        by = {
            name: {key: row["total"] for key, row in self._rows(0, rows=[name]).items()}
            for name in ageing_options.DIMENSIONS
        }
        mine = self._account()
        self.assertEqual(by["debtor"], {self.debtor.id: 100, other.id: 70})
        self.assertEqual(by["collector"], {None: 100, lena.id: 70})
        self.assertEqual(by["country"][belgium.id], 70)
        self.assertEqual(by["level"], {None: 100, self.second.id: 70})
        self.assertEqual(by["policy"], {mine.policy_id.id: 170})
        self.assertEqual(sum(by["stage"].values()), 170)
        self.assertEqual(by["currency"], {self.company.currency_id.id: 170})
        self.assertEqual(by["salesperson"][lena.id], 100)
        rows = self._rows(0, (("collector", lena.id),), rows=["collector", "debtor"])
        self.assertEqual({key: row["total"] for key, row in rows.items()}, {other.id: 70})
        rows = self._rows(0, (("collector", None),), rows=["collector", "debtor"])
        self.assertEqual({key: row["total"] for key, row in rows.items()}, {self.debtor.id: 100})
        rows = self._rows(0, (("country", belgium.id),), rows=["country", "debtor"])
        self.assertEqual(list(rows), [other.id])
        items = self.Ageing._ageing_items(
            self._options(0, rows=["collector", "debtor"]),
            (("collector", lena.id), ("debtor", other.id)),
        )
        self.assertEqual([(item["name"], item["amount"]) for item in items], [(move.name, 70)])

    def test_filter(self):
        other = self._debtor("Beta")
        self._invoice(100, 5)
        self._invoice(70, 45, partner=other)
        self._entry(40, 8)
        self._refresh()
        rows = self._rows(0, domain=[["partner_id", "=", other.id]])
        self.assertEqual(rows, {other.id: {"bucket_2": 70, "total": 70}})

    def test_order_and_pages(self):
        debtors = [self._debtor(f"Debtor {number}") for number in range(5)]
        for number, debtor in enumerate(debtors, 1):
            self._invoice(100 * number, 5, partner=debtor)
        options = self._options(0)
        page = self.Ageing._ageing_groups(options, limit=2, totals=True)
        self.assertEqual([row["total"] for row in page], [500, 400, 1500])
        self.assertEqual((page[-1]["rows"], page[-1]["debtors"]), (5, 5))
        page = self.Ageing._ageing_groups(options, offset=4, limit=2)
        self.assertEqual([row["key"] for row in page], [debtors[0].id])
        names = self.Ageing._ageing_groups(self._options(0, sort="name", descending=False))
        self.assertEqual([row["name"] for row in names], [f"Debtor {n}" for n in range(5)])

    def test_branches(self):
        """A branch's items count when the branch is open; the others are one sum."""
        branch = self._branch()
        self._invoice(100, 5)
        move = self._invoice(50, 5, company_id=branch.id)
        self.assertEqual(move.company_id, branch)
        both = self.Ageing.with_context(allowed_company_ids=[self.company.id, branch.id])
        only = self.Ageing.with_context(allowed_company_ids=[self.company.id])
        options = self._options(0)
        self.assertEqual([row["total"] for row in both._ageing_groups(options)], [150])
        self.assertEqual([row["total"] for row in only._ageing_groups(options)], [100])
        self.assertEqual(only._tie_out(options)["other_branches"], 50)
        self.assertEqual(only._tie_out(options)["difference"], 0)
        self.assertEqual(both._tie_out(options)["other_branches"], 0)
        # the claim of one branch paid in another: the matched part has no counterpart here
        credit = self._entry(-100, 3, self.debtor)
        (self._item(move) | credit).reconcile()
        self.assertEqual(only._tie_out(self._options(1))["difference"], 50)
        found = self.env.execute_query_dict(only._differences_sql(self._options(1)))
        self.assertEqual(
            [(row["line_id"], row["reason"]) for row in found], [(credit.id, "branch")]
        )
        self.assertEqual(both._tie_out(self._options(1))["difference"], 0)

    def test_property_total_is_ledger(self):
        """Random histories: at every day the report is the ledger, and bucket sums its total."""
        dice = random.Random(20261122)
        gold = self.setup_other_currency(
            "GBP", rounding=0.01, rates=[(self._ago(n), 1.5 + n % 7 / 10) for n in range(0, 120, 9)]
        )
        debtors = [self.debtor, self._debtor("Beta"), None]
        lines = self.env["account.move.line"]
        for _number in range(30):
            partner, days = dice.choice(debtors), dice.randint(0, 100)
            amount = dice.randint(100, 90000) / 100
            kind = dice.choice(("invoice", "credit", "entry", "entry"))
            if kind == "entry" or not partner:
                sign = dice.choice((-1, 1))
                lines |= self._entry(sign * amount, days, partner)
                continue
            move = self._invoice(
                amount,
                days,
                partner,
                move_type="out_invoice" if kind == "invoice" else "out_refund",
                currency_id=dice.choice((gold, self.company.currency_id)).id,
                invoice_date=self._ago(days + dice.randint(0, 10)),
            )
            lines |= self._item(move)
        for _number in range(14):
            partner = dice.choice(debtors[:2])
            some = lines.filtered(
                lambda line, p=partner: line.partner_id == p and not line.reconciled
            )
            claims, paid = (some.filtered(lambda line, s=s: line.balance * s > 0) for s in (1, -1))
            if claims and paid:
                (dice.choice(claims) | dice.choice(paid)).reconcile()
        for line in dice.sample(lines.filtered("matched_debit_ids"), 2):
            line.remove_move_reconcile()
        for days in (*range(0, 115, 3), 130):
            options = self._options(days)
            rows = self.Ageing._ageing_groups(options)
            total = round(sum(row["total"] for row in rows), 2)
            self.assertEqual(total, round(self._ledger(days), 2), f"{days} days ago")
            for row in rows:
                parts = sum(
                    row[name]
                    for name in ("not_due", *(f"bucket_{n}" for n in range(1, 6)), "credits")
                )
                self.assertAlmostEqual(parts, row["total"], 2)
            self.assertFalse(self.Ageing._tie_out(options)["difference"])
            self.assertFalse(
                self.env.execute_query(self.Ageing._differences_sql(options)) if days else []
            )
