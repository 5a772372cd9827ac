from odoo.tests import HttpCase, tagged

from .promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestTourPromise(HttpCase, PromiseCommon):
    """A promise with a cheque, in a browser, by a collector."""

    def test_noted_and_deposited(self):
        collector = self._user("tour-collector", "user")
        collector.password = "tour-collector"
        item = self._item(self._invoice(1000, 20))
        self._invoice(500, 10)
        account = self._account()
        account.user_id = collector
        self.env["ar.collection"].flush_model()
        self.start_tour("/odoo", "ar_promises_noted", login="tour-collector")
        self.env.invalidate_all()
        self.assertRecordValues(
            account.promise_ids,
            [
                {
                    "amount": 400,
                    "state": "open",
                    "method": "postdated",
                    "instrument_state": "deposited",
                    "user_id": collector.id,
                }
            ],
        )
        self.assertEqual(account.promise_ids.line_ids.line_id, item)
        self.assertEqual(account.promised, 400)
