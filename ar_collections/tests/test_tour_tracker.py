from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ArCollectionsCommon


class TrackerTourCommon(HttpCase, ArCollectionsCommon):
    """A team lead, a collector's call of some days ago, a payment after it, a wrong number."""

    def setUp(self):
        super().setUp()
        vals = {"company_ids": self.company.ids, "company_id": self.company.id}
        group = "base.group_user,ar_collections.group_ar_collection_%s"
        new_test_user(self.env, "tracker", group % "manager", password="tracker", **vals)
        lena = new_test_user(self.env, "lena-of-trackers", group % "user", **vals)
        lena.name = "Lena"
        self.debtor.phone = "+1 202 555 0147"
        account = self._owes(1500)
        now = fields.Datetime.now()
        reason = self.env["ar.collection.nonpayment.reason"].search([], limit=1)
        for result, days in (("no_answer", 2), ("wrong_number", 0)):
            self.env["ar.collection.call"].create(
                {
                    "collection_id": account.id,
                    "result_id": self.env.ref(f"ar_collections.call_result_{result}").id,
                    "date": now - timedelta(days=days, minutes=1),
                    "user_id": lena.id,
                    "number": self.debtor.phone,
                    "nonpayment_reason_id": reason.id,
                }
            )
        self._pay(self.move, 1000, self.today)
        self._refresh()

    def _owes(self, amount):
        self.move = self._invoice(amount, 10, invoice_date=self.today - timedelta(days=20))
        return self._account()


@tagged("post_install", "-at_install")
class TestTourTracker(TrackerTourCommon):
    """Reports, contacts to mend and the improvement log in a browser."""

    def test_lead(self):
        self.start_tour("/odoo", "ar_trackers_lead", login="tracker")
        found = self.env["ar.collection.improvement"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            found, [{"name": "Invoices without order number", "effect_expected": -20.0}]
        )


@tagged("post_install", "-at_install")
class TestTourTrackerPhone(TrackerTourCommon):
    """Contacts to mend on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_phone(self):
        self.start_tour("/odoo", "ar_trackers_phone", login="tracker")
