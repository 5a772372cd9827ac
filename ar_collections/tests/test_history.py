import random
from datetime import timedelta

from odoo.tests import tagged

from .ledger import LedgerCommon

#: What happens to a ledger, and how often.
EVENTS = {
    "invoice": 8,
    "credit": 3,
    "entry": 2,
    "pay": 5,
    "match": 4,
    "unmatch": 3,
    "draft": 2,
    "cancel_payment": 2,
    "due_date": 2,
    "exclude": 2,
    "block": 1,
    "hold": 4,
    "end_hold": 2,
    "regroup": 1,
}


@tagged("post_install", "-at_install")
class TestHistory(LedgerCommon):
    """Whatever happens in whatever order: when the queue is empty the cache is the ledger, to
    the cent. Fixed seeds, so that a failure happens again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currencies = [
            cls.company.currency_id,
            cls.setup_other_currency("EUR", rates=[("2000-01-01", 0.9), ("2026-01-01", 0.87)]),
            cls.setup_other_currency("JPY", rates=[("2000-01-01", 151.3)]),
            cls.setup_other_currency("KWD", rates=[("2000-01-01", 0.307)]),
        ]
        cls.debtors = [cls._debtor(name) for name in ("Alpha", "Beta", "Gamma")]
        cls.contact = cls.env["res.partner"].create(
            {"name": "Contact", "parent_id": cls.debtors[0].id}
        )
        cls.term = cls._terms((40, 0), (60, 30))

    def _play(self, seed, events, check_every):
        self.random = random.Random(seed)
        self.moves = self.env["account.move"]
        self.payments = self.env["account.payment"]
        names = self.random.choices(list(EVENTS), weights=EVENTS.values(), k=events)
        for number, name in enumerate(names, start=1):
            getattr(self, f"_do_{name}")()
            if number % check_every == 0:
                self._refresh()
                with self.subTest(seed=seed, event=number, name=name):
                    self._check_ties()
                    self._check_sums()

    def _check_sums(self):
        """The sums that hold for every debtor at any time (DESIGN, section 2)."""
        for account in self.Account.search([]):
            due, overdue = account.total_due, account.total_overdue
            self.assertAlmostEqual(due, account.not_due + overdue)
            self.assertAlmostEqual(overdue, sum(account[f"bucket_{i}"] for i in range(1, 6)))
            parts = (account.disputed, account.promised, account.planned, account.held_other)
            self.assertAlmostEqual(account.held, sum(parts))
            self.assertAlmostEqual(account.collectable, overdue - account.held)
            self.assertTrue(0 <= account.net_collectable <= account.collectable + 0.001)
            self.assertTrue(all(part >= 0 for part in parts) and account.unapplied_credit >= 0)
            self.assertAlmostEqual(
                account.live_figures["balance"],
                account.live_figures["in_other_branches"]
                + sum(account.item_ids.mapped("amount_residual")),
            )

    # === EVENTS === #
    def _pick(self, records):
        return records[self.random.randrange(len(records))] if records else records

    def _open_items(self, domain=()):
        return self.env["account.move.line"].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
                ("partner_id", "!=", False),
                ("company_id", "=", self.company.id),
                *domain,
            ],
            order="id",
        )

    def _document(self, move_type):
        vals = {"currency_id": self.random.choice(self.currencies).id, "move_type": move_type}
        if self.random.random() < 0.3:
            vals["invoice_payment_term_id"] = self.term.id
        partner = self.random.choice([*self.debtors, self.contact])
        amount = self.random.choice([12, 99.99, 1000, 1234.56, 0.07])
        vals["partner_id"] = partner.id
        self.moves |= self._invoice(amount, self.random.randrange(-20, 140), **vals)

    def _do_invoice(self):
        self._document("out_invoice")

    def _do_credit(self):
        self._document("out_refund")

    def _do_entry(self):
        amount = self.random.choice([50.5, -20, 300])
        partner = self.random.choice([*self.debtors, self.contact])
        self._entry([{"partner_id": partner.id, "amount": amount}], days=self.random.randrange(90))

    def _do_pay(self):
        invoices = self.moves.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.amount_residual > 0
                and move.payment_state != "blocked"
            )
        )
        if invoice := self._pick(invoices):
            share = self.random.choice([1, 0.5, 0.25])
            amount = invoice.currency_id.round(invoice.amount_residual * share)
            if amount:
                self.payments |= self._pay(invoice, amount)

    def _do_match(self):
        credit = self._pick(self._open_items([("amount_residual", "<", 0)]))
        claims = self._open_items([("amount_residual", ">", 0)]).filtered(
            lambda item: (
                item.partner_id == credit.partner_id
                and item.account_id == credit.account_id
                and item.currency_id == credit.currency_id
            )
        )
        if claim := self._pick(claims):
            (credit + claim).reconcile()

    def _do_unmatch(self):
        matched = self.env["account.partial.reconcile"].search([], order="id")
        self._pick(matched).unlink()

    def _do_draft(self):
        posted = self.moves.filtered(lambda move: move.state == "posted")
        move = self._pick(posted)
        if move:
            self._item(move).remove_move_reconcile()
            move.button_draft()
            if self.random.random() < 0.5:
                move.action_post()

    def _do_cancel_payment(self):
        living = self.payments.filtered(lambda payment: payment.state in ("in_process", "paid"))
        if payment := self._pick(living):
            payment.action_draft()
            payment.action_cancel()

    def _do_due_date(self):
        if item := self._pick(self._open_items()):
            item.date_maturity = self.today - timedelta(days=self.random.randrange(-20, 140))

    def _do_exclude(self):
        if item := self._pick(self._open_items()):
            item.no_followup = not item.no_followup

    def _do_block(self):
        unpaid = self.moves.filtered(
            lambda move: move.payment_state in ("not_paid", "blocked") and move.state == "posted"
        )
        if move := self._pick(unpaid):
            move.action_toggle_block_payment()

    def _do_hold(self):
        item = self._pick(self._open_items())
        self._refresh()
        account = self.Account.search(
            [("partner_id", "=", item.partner_id.commercial_partner_id.id)]
        )
        if not account:
            return
        scope = self.random.choices(["item", "debtor"], weights=[9, 1])[0]
        residual = abs(item.amount_residual_currency)
        self.Hold.create(
            {
                "collection_id": account.id,
                "scope": scope,
                "line_id": item.id if scope == "item" else False,
                "amount": item.currency_id.round(residual * self.random.choice([0, 0.3, 0.5, 1])),
                "kind": self.random.choice(
                    ["disputed", "promised", "planned", "withheld", "other", "placed"]
                ),
                "date_from": self.today + timedelta(days=self.random.choice([0, 0, 0, 5])),
                "date_to": self.today + timedelta(days=10),
            }
        )

    def _do_end_hold(self):
        self._pick(self.Hold.search([("state", "=", "active")], order="id")).action_end()

    def _do_regroup(self):
        """The contact becomes a debtor of its own, or goes back."""
        self.contact.is_company = not self.contact.is_company

    # === THE TESTS === #
    def test_many_short_histories(self):
        for seed in range(3):
            with self.env.cr.savepoint() as savepoint:
                self._play(seed, events=20, check_every=4)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_one_long_history(self):
        self._play(seed=2026, events=80, check_every=10)
