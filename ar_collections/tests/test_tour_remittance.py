from odoo.tests import HttpCase, new_test_user, tagged

from .cash import CashCommon


@tagged("post_install", "-at_install")
class TestTourRemittance(HttpCase, CashCommon):
    """Remittance advice, certificates and returns in a browser, by an accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "tour-accountant",
            "base.group_user,account.group_account_user,ar_collections.group_ar_collection_all,"
            "ar_collections.group_ar_collection_cash",
            company_ids=cls.company.ids,
            company_id=cls.company.id,
        )
        cls.accountant.password = "tour-accountant"

    def _tour(self, name):
        self.env.flush_all()
        self.start_tour("/odoo", name, login="tour-accountant")
        self.env.invalidate_all()

    def test_remittance(self):
        first = self._invoice(100, 10, payment_reference="ALPHA/2001/00001")
        second = self._invoice(250, 10, payment_reference="ALPHA/2001/00002")
        self._account()
        credit = self._payment(400)
        self._tour("ar_remittances_read")
        self.assertEqual(self._open(first, second), [0, 0])
        self.assertEqual(credit.amount_residual, -50)

    def test_certificate(self):
        self.company.ar_withheld_account_id = self.env["account.account"].create(
            {"code": "TDS1", "name": "Withheld tax", "account_type": "asset_current"}
        )
        move = self._invoice(1000, 10)
        self._account().write({"withheld_rate": 10, "withheld_base": "untaxed"})
        self._pay(move, 900)
        self._refresh()
        self._tour("ar_remittances_certificate")
        self.assertEqual(self._open(move), [0])

    def test_return(self):
        move = self._invoice(300, 10)
        payment = self._pay(move)
        self._account()
        self._bank_line(-300, payment_ref=f"RETURN {payment.name} AM04")
        self._tour("ar_remittances_return")
        self.assertEqual(self._open(move), [300])
        self.assertEqual(payment.ar_bounce_code_id.code, "AM04")
