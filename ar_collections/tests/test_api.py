import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestApi(HttpCase, ArCollectionsCommon):
    """What DESIGN section 7 promises, over JSON-2, with the caller's rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env["res.users"].create(
            {
                "name": "Api",
                "login": "api-collector",
                "company_ids": [(6, 0, cls.company.ids)],
                "company_id": cls.company.id,
                "group_ids": [(4, cls.env.ref("ar_collections.group_ar_collection_user").id)],
            }
        )
        keys = cls.env["res.users.apikeys"].with_user(cls.user)
        cls.key = keys._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))

    def _call(self, model, method, **arguments):
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={"Authorization": f"bearer {self.key}", "Content-Type": "application/json"},
        )
        return response.status_code, response.json()

    def test_simulate(self):
        move = self._invoice(1000, 10)
        account = self._account()
        status, [row] = self._call("ar.collection.run", "simulate", on_date=str(self.today))
        self.assertEqual(status, 200)
        self.assertEqual(row["collection_id"], account.id)
        self.assertEqual(row["to_pay"], {"USD": 1000.0})
        self.assertEqual(row["claims"][0]["line_id"], self._item(move).id)

    def test_simulate_shows_only_debtors_of_the_caller(self):
        self._invoice(1000, 10)
        self._account().user_id = self.env.user
        status, rows = self._call("ar.collection.run", "simulate", on_date=str(self.today))
        self.assertEqual((status, rows), (200, []))

    def test_figures_are_read_and_not_written(self):
        self._invoice(1000, 10)
        account = self._account()
        status, [row] = self._call(
            "ar.collection", "read", ids=account.ids, fields=["total_overdue", "net_collectable"]
        )
        self.assertEqual((status, row["total_overdue"]), (200, 1000))
        status, error = self._call(
            "ar.collection", "write", ids=account.ids, vals={"total_overdue": 1}
        )
        self.assertEqual(status, 403)
        self.assertIn("come from the ledger", error["message"])

    def test_steps_cannot_be_skipped(self):
        self._invoice(1000, 10)
        notice = self._run().notice_ids
        for method in ("action_approve", "action_retry", "action_cancel", "action_confirm_sent"):
            status, _error = self._call("ar.collection.notice", method, ids=notice.ids)
            self.assertEqual(status, 403, method)
        status, _error = self._call(
            "ar.collection.notice", "write", ids=notice.ids, vals={"state": "sent"}
        )
        self.assertEqual(status, 403)
        status, _error = self._call("ar.collection.run", "_run", on_date=str(self.today))
        self.assertIn(status, (403, 404))

    def test_hold_over_the_api(self):
        move = self._invoice(1000, 10)
        account = self._account()
        reason = self.env.ref("ar_collections.hold_reason_dispute")
        values = {
            "collection_id": account.id,
            "line_id": self._item(move).id,
            "amount": 250,
            "reason_id": reason.id,
            "date_to": str(self.today),
        }
        status, [hold_id] = self._call("ar.collection.hold", "create", vals_list=[values])
        self.assertEqual(status, 200)
        self.assertEqual(self._account().disputed, 250)
        status, _result = self._call("ar.collection.hold", "action_end", ids=[hold_id])
        self.assertEqual(status, 200)
        self.assertEqual(self._account().disputed, 0)
        status, error = self._call(
            "ar.collection.hold", "create", vals_list=[{**values, "amount": 1001}]
        )
        self.assertEqual(status, 422)
        self.assertIn("1,000.00", error["message"])

    def test_promise_over_the_api(self):
        """Noted with the proposed items; its state is not the caller's to write."""
        self._invoice(1000, 10)
        account = self._account()
        values = {"collection_id": account.id, "amount": 400, "date": str(self.today)}
        status, [promise_id] = self._call("ar.collection.promise", "create", vals_list=[values])
        self.assertEqual(status, 200)
        self.assertEqual(self._account().promised, 400)
        for vals in ({"state": "kept"}, {"amount": 1}):
            status, error = self._call(
                "ar.collection.promise", "write", ids=[promise_id], vals=vals
            )
            self.assertEqual(status, 422)
            self.assertIn("evidence", error["message"])
        status, _error = self._call(
            "ar.collection.promise", "_set_state", ids=[promise_id], state="kept"
        )
        self.assertIn(status, (403, 404))
        status, _result = self._call(
            "ar.collection.promise", "action_cancel", ids=[promise_id], reason="Agreed otherwise"
        )
        self.assertEqual(status, 200)
        self.assertEqual(self._account().promised, 0)
        status, error = self._call(
            "ar.collection.promise", "create", vals_list=[{**values, "date": "2020-01-01"}]
        )
        self.assertEqual(status, 422)
        self.assertIn("has passed", error["message"])

    def test_bounce_over_the_api(self):
        move = self._invoice(1000, 10)
        payment = self._pay(move)
        arguments = {"ids": payment.ids, "date": str(self.today), "reason": "AM04", "fee": 5}
        status, _error = self._call("account.payment", "action_ar_bounce", **arguments)
        self.assertEqual(status, 403, "a collector posts nothing")
        self.user.group_ids |= self.env.ref("account.group_account_invoice")
        status, result = self._call("account.payment", "action_ar_bounce", **arguments)
        self.assertEqual((status, result), (200, payment.ar_bounce_move_id.ids))
        self.assertEqual(move.amount_residual, 1000)
