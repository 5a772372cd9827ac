from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestDeduction(WriteOffCommon):
    """Codes of trading partners, small differences, habits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Code = cls.env["ar.collection.deduction.code"]
        reasons = cls.env["ar.collection.dispute.reason"].create(
            [{"name": name} for name in ("Freight", "Damage", "Rebate")]
        )
        cls.freight, cls.damage, cls.rebate = reasons

    def _code(self, code, reason, partner=None):
        return self.Code.create(
            {"code": code, "reason_id": reason.id, "partner_id": partner and partner.id}
        )

    def test_their_code_is_our_reason(self):
        self._code("0017", self.freight)
        self._code("17-B", self.damage, self.debtor)
        contact = self.env["res.partner"].create({"name": "Desk", "parent_id": self.debtor.id})
        reason = self.Code._reason_for
        self.assertEqual(reason(contact, " 17b "), self.damage, "the debtor's, from a contact")
        self.assertEqual(reason(self.debtor, "17"), self.freight, "that for everybody")
        self._code("17", self.rebate, self.debtor)
        self.assertEqual(reason(self.debtor, "017"), self.rebate, "the own one goes first")
        self.assertEqual(reason(self._debtor("Beta"), "17"), self.freight)
        self.assertFalse(reason(self.debtor, "18"))
        self.assertFalse(reason(self.debtor, ""))
        self.assertFalse(reason(self.debtor, None))

    def test_codes_in_one_query(self):
        for number in range(20):
            self._code(str(number + 1), self.freight, self.debtor)
        self.env.flush_all()
        self.env.invalidate_all()
        codes = [str(number + 1) for number in range(20)]
        self.debtor.commercial_partner_id  # noqa: B018, read before counting
        with self.assertQueryCount(3):
            self.assertEqual(
                set(self.Code._reasons_for(self.debtor, codes).values()), {self.freight}
            )

    def test_one_line_per_code(self):
        self._code("17", self.freight, self.debtor)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._code(" 0017 ", self.damage, self.debtor).flush_recordset()

    def test_code_of_nothing(self):
        with self.assertRaisesRegex(ValidationError, "no letter or digit"):
            self._code("--", self.freight)

    def test_rights(self):
        self.Code.with_user(self.collector).create({"code": "9", "reason_id": self.damage.id})
        auditor = self._user("auditor", "readonly")
        with self.assertRaises(AccessError):
            self.Code.with_user(auditor).create({"code": "10", "reason_id": self.damage.id})

    # === HABITS === #
    def _dispute(self, kind="deduction", reason=None, days=0):
        move = self._invoice(10, 10)
        dispute = self.env["ar.collection.dispute"]._open(
            self._account(), {self._item(move).id: 1}, kind=kind, reason=reason or self.freight
        )
        dispute.sudo().date_opened -= timedelta(days=days)
        return dispute

    def test_repeated_deductions(self):
        first = self._dispute()
        second = self._dispute("short_payment")
        self._dispute(reason=self.damage)
        self._dispute("dispute")
        old = self._dispute(days=400)
        self.env.invalidate_all()
        self.assertEqual((first.same_count, first.repeated), (2, False))
        third = self._dispute()
        self.env.invalidate_all()
        self.assertEqual(third.same_count, 3)
        disputes = self.env["ar.collection.dispute"]
        found = disputes.search([("repeated", "=", True)])
        self.assertEqual(found, first | second | third | old)
        self.assertFalse(disputes.search([("repeated", "=", False)]) & found)
        self.company.ar_repeated_deductions = 4
        self.env.invalidate_all()
        self.assertFalse(third.repeated)
        self.assertFalse(disputes.search([("repeated", "=", True)]))
        self.company.ar_repeated_deductions = 0
        self.assertFalse(disputes.search([("repeated", "=", True)]))
