from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestCredit(CashCommon):
    """Unapplied credits: what is listed, whose it may be, what it is proposed for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Credit = cls.env["ar.collection.credit"]

    def _credit(self, line):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Credit.browse(line.id)

    def _proposal(self, line, **kwargs):
        return self.Credit._propose(self._credit(line), **kwargs)[line.id]

    # === THE LIST === #
    def test_every_kind_once(self):
        self._account()
        invoice = self._invoice(1000, 40)
        bank = self._suspense(self._bank_line(70, days=3))
        payment = self._payment(200)
        rest = self._payment(300)
        self.Application._apply(rest, [(self._item(invoice), 100)])
        note = self._item(self._credit_note(50))
        entry = self._item(self._entry([{"amount": -25, "partner_id": self.debtor.id}]))
        lines = bank + payment + rest + note + entry
        self._refresh()
        credits_found = self._credit(lines[0]).search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            credits_found.sorted(lambda credit: lines.ids.index(credit.id)),
            [
                {"kind": "bank", "amount": 70, "total": 70, "identified": False, "age": 3},
                {"kind": "payment", "amount": 200, "total": 200, "identified": True, "age": 0},
                {"kind": "overpayment", "amount": 200, "total": 300, "identified": True, "age": 0},
                {"kind": "credit_note", "amount": 50, "total": 50, "identified": True, "age": 0},
                {"kind": "entry", "amount": 25, "total": 25, "identified": True, "age": 0},
            ],
        )
        self.assertEqual(credits_found.filtered("identified").mapped("claims"), [900.0] * 4)

    def test_applied_money_leaves_the_list_and_comes_back(self):
        invoice = self._invoice(70, 40)
        line = self._suspense(self._bank_line(70))
        application = self.Application._apply(line, [(self._item(invoice), 70)])
        self.assertFalse(self._credit(line).search([("id", "=", line.id)]))
        application.action_undo()
        self.assertTrue(self._credit(line).search([("id", "=", line.id)]))

    def test_age_of_cash(self):
        self._bank_line(100, days=10)
        self._bank_line(300, partner=self.debtor, days=2)
        self._credit_note(5000, days=90)
        self.assertEqual(
            self.Credit._age_of_cash(self.company),
            {"amount": 400, "unidentified": 100, "count": 2, "days": 4.0},
        )

    def test_reserved_credit_is_not_proposed(self):
        self._invoice(200, 40)
        line = self._payment(200)
        self.assertEqual(self._proposal(line)["kind"], "match")
        account = self._account()
        self.Hold.create(
            {
                "collection_id": account.id,
                "scope": "item",
                "line_id": line.id,
                "kind": "other",
                "date_from": self.today,
                "date_to": self.today + timedelta(days=9),
            }
        )
        self.assertTrue(self._credit(line).reserved)
        self.assertEqual(self._proposal(line)["kind"], "none")

    def test_collectors_see_their_own_and_those_of_nobody(self):
        mine, theirs = self._debtor("Mine"), self._debtor("Theirs")
        for partner in (mine, theirs):
            self._invoice(10, 1, partner=partner)
        collector, other = self._user("cora", "user"), self._user("otto", "user")
        self._account(mine).user_id = collector
        self._account(theirs).user_id = other
        own, foreign = self._payment(5, partner=mine), self._payment(5, partner=theirs)
        nobodys = self._suspense(self._bank_line(7))
        self.env.flush_all()
        seen = self.Credit.with_user(collector).search([("company_id", "=", self.company.id)])
        self.assertEqual(set(seen.ids), {own.id, nobodys.id})
        self.assertNotIn(foreign.id, seen.ids)

    # === WHO PAID === #
    def test_payer_by_each_sign(self):
        bolt = self._debtor("Bolt & Nut GmbH", ref="C-40077")
        invoice = self._invoice(123.45, 10, partner=bolt)
        self._account(bolt)
        self.env["res.partner.bank"].create(
            {"partner_id": bolt.id, "acc_number": "BE71 0961 2345 6769"}
        )
        for vals, sign in (
            ({"payment_ref": f"for {invoice.name}"}, "reference"),
            ({"account_number": "BE71096123456769"}, "account"),
            ({"partner_name": "BOLT NUT"}, "name"),
            ({"payment_ref": "customer C40077"}, "number"),
        ):
            line = self._suspense(self._bank_line(99, **vals))
            proposal = self._proposal(line)
            self.assertEqual(proposal["debtor"], bolt.id, vals)
            self.assertEqual(proposal["payers"][0]["signs"], (sign,))
            credit = self._credit(line)
            self.assertEqual(credit.proposed_partner_id, bolt)
            self.assertIn("Bolt & Nut GmbH", credit.proposed_because)

    def test_an_amount_alone_proposes_nobody(self):
        self._invoice(123.45, 10)
        self._account()
        proposal = self._proposal(self._suspense(self._bank_line(123.45)))
        self.assertEqual((proposal["debtor"], proposal["kind"]), (False, "none"))
        self.assertEqual(proposal["payers"][0]["debtor"], self.debtor.id)

    def test_two_debtors_of_one_name(self):
        for place in ("North", "South"):
            twin = self._debtor("Twin Ltd", city=place)
            self._invoice(10, 1, partner=twin)
            self._account(twin)
        proposal = self._proposal(self._suspense(self._bank_line(10, partner_name="Twin")))
        self.assertFalse(proposal["debtor"])
        self.assertEqual(len(proposal["payers"]), 2)

    # === WHAT FOR === #
    def test_notice_named_by_its_printed_reference(self):
        first, second = self._invoice(100, 60), self._invoice(60, 50)
        self._invoice(40, 45)
        account = self._account()
        notice = (
            self.env["ar.collection.notice"]
            .sudo()
            .create(
                {
                    "collection_id": account.id,
                    "state": "sent",
                    "name": "N/2026/04711",
                    "date": self.today,
                }
            )
        )
        for line in (self._item(first), self._item(second)):
            self.env["ar.collection.notice.line"].sudo().create(
                {
                    "notice_id": notice.id,
                    "kind": "claim",
                    "line_id": line.id,
                    "currency_id": line.currency_id.id,
                    "amount": line.amount_residual_currency,
                }
            )
        reference = notice._payment_reference(notice.line_ids)
        for text in (reference, "your letter N/2026/04711", " ".join(reference)):
            proposal = self._proposal(self._payment(160, memo=text))
            self.assertEqual(proposal["kind"], "match", text)
            self.assertEqual(
                {line_id for line_id, _amount in proposal["answers"][0]["allocations"]},
                {self._item(first).id, self._item(second).id},
            )

    def test_children_and_group(self):
        child = self.env["res.partner"].create(
            {"name": "Alpha Invoices", "parent_id": self.debtor.id, "type": "invoice"}
        )
        of_child = self._invoice(77, 10, partner=child)
        sister = self._debtor("Sister")
        of_sister = self._invoice(88, 10, partner=sister)
        group = self.env["ar.collection.group"].create({"name": "Family"})
        proposal = self._proposal(self._payment(77))
        self.assertEqual(proposal["answers"][0]["allocations"], [(self._item(of_child).id, 77)])
        self.assertEqual(self._proposal(self._payment(88))["kind"], "none")
        (self._account() | self._account(sister)).group_id = group
        proposal = self._proposal(self._payment(88))
        self.assertEqual(proposal["answers"][0]["allocations"], [(self._item(of_sister).id, 88)])

    def test_registered_payment_is_not_counted_twice(self):
        invoice = self._invoice(500, 10)
        payment = self._pay(invoice)
        if not payment.outstanding_account_id.reconcile:
            self.skipTest("No outstanding account here")
        line = self._suspense(self._bank_line(500, partner=self.debtor))
        self._invoice(500, 5)
        proposal = self._proposal(line)
        self.assertEqual((proposal["kind"], proposal["payments"]), ("payment", payment.ids))
        application = self.Application._confirm_payment(line, payment)
        self.assertTrue(payment.is_matched)
        self.assertTrue(line.statement_line_id.is_reconciled)
        application.action_undo()
        self.assertFalse(line.statement_line_id.is_reconciled)
        self.assertEqual(invoice.amount_residual, 0)

    def test_currencies_at_the_rate_of_the_payment(self):
        gold = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        invoice = self._invoice(300, 10, currency_id=gold.id)  # 150 of the company
        proposal = self._proposal(self._payment(150, memo=invoice.name))
        self.assertEqual(proposal["answers"][0]["allocations"], [(self._item(invoice).id, 300)])
        other = self._invoice(150, 10)
        proposal = self._proposal(self._payment(150))
        self.assertEqual(proposal["kind"], "ambiguous", "in two currencies")
        self.assertEqual(len(proposal["answers"]), 2)
        self.assertTrue(other)

    def test_discount_of_the_payment_term(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        invoice = self._invoice(1000, 0, invoice_payment_term_id=term.id, invoice_date_due=False)
        self.assertEqual(self._item(invoice).discount_amount_currency, 980)
        answer = self._proposal(self._payment(980))["answers"][0]
        self.assertEqual(answer["allocations"], [(self._item(invoice).id, 980)])
        self.assertEqual(
            answer["differences"],
            [{"kind": "discount", "line_id": self._item(invoice).id, "amount": 20}],
        )

    # === LEARNING === #
    def test_learned_payer_and_prefix(self):
        self._account()
        alias = self.env["ar.collection.payer.alias"]
        invoice = self._invoice(10, 1)
        line = self._suspense(self._bank_line(10, partner_name="Holding XY, Vaduz"))
        self.assertFalse(self._proposal(line)["debtor"])
        alias._learn(self.company, self.debtor, name="Holding XY, Vaduz")
        alias._learn(self.company, self.debtor, name="HOLDING XY VADUZ")
        self.assertEqual(len(alias.search([("partner_id", "=", self.debtor.id)])), 1)
        self.assertEqual(self._proposal(line)["debtor"], self.debtor.id)
        alias.search([]).unlink()
        self.assertFalse(self._proposal(line)["debtor"], "deleted, and forgotten")
        alias._learn(self.company, self.debtor, prefix="RG")
        self._invoice(10, 1)
        number = int(invoice.name.rsplit("/", 1)[1])
        answer = self._proposal(self._payment(10, memo=f"RG {number}"))["answers"][0]
        self.assertEqual(answer["allocations"], [(self._item(invoice).id, 10)])

    # === SPEED === #
    def test_queries_do_not_grow_with_credits(self):
        for n in range(3):
            self._invoice(100 + n, 10)
        self._account()
        lines = self._payment(100) + self._suspense(self._bank_line(55, partner_name="Who"))
        few = self._count(lines)
        for n in range(6):
            lines += self._payment(200 + n)
            lines += self._suspense(self._bank_line(55 + n, partner_name=f"Who {n}"))
        self.assertLessEqual(self._count(lines), few + 2)

    def _count(self, lines):
        credits_found = self._credit(lines[0]).browse(lines.ids)
        before = self.cr.sql_log_count
        self.Credit._propose(credits_found)
        return self.cr.sql_log_count - before
