from odoo.tests import HttpCase, tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestTourCash(HttpCase, CashCommon):
    """Money applied in a browser, by somebody with the rights of an accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clerk = cls._user("tour-cash", "all")
        clerk.group_ids |= cls.env.ref("account.group_account_user") | cls.env.ref(
            "ar_collections.group_ar_collection_cash"
        )
        clerk.password = "tour-cash"
        cls.first = cls._invoice(1000, 40)
        cls.second = cls._invoice(300, 20)
        cls.third = cls._invoice(300, 10)

    def setUp(self):
        super().setUp()
        self._account()
        self.bank_line = self._bank_line(1000, payment_ref=f"for {self.first.name}", days=3)

    def test_applied_by_hand(self):
        self._payment(300)
        self.start_tour("/odoo", "ar_cash_applied", login="tour-cash")
        self.env.invalidate_all()
        self.assertEqual(self._open(self.first, self.second, self.third), [0, 300, 300])
        self.assertTrue(self.bank_line.is_reconciled)
        applied = self.Application.search([("company_id", "=", self.company.id)], order="id")
        self.assertEqual(applied.mapped("state"), ["applied", "undone"])
        self.assertEqual(applied.mapped("mode"), ["assisted", "manual"])

    def test_batch(self):
        self.start_tour("/odoo", "ar_cash_batch", login="tour-cash")
        self.env.invalidate_all()
        self.assertEqual(self._open(self.first), [1000])
        self.assertFalse(self.bank_line.is_reconciled)
