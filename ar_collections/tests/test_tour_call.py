from odoo.tests import HttpCase, tagged

from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestTourCall(HttpCase, CallCommon):
    """Logging a call on a desk and on a phone."""

    def test_at_the_desk(self):
        self.lena.password = "lena"
        self.start_tour(f"/odoo/debtors/{self.account.id}", "ar_calls_desk", login="lena")
        [call] = self.account.call_ids
        self.assertRecordValues(
            call, [{"note": "Director approved it.", "user_id": self.lena.id, "right_party": True}]
        )
        self.assertEqual(call.promise_ids.amount, 1000)
        self.assertTrue(call.request_key, "sent twice, it would be saved once")
        self.assertEqual(call.line_ids, self._item(self.invoice))

    def test_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.lena.password = "lena"
        self.start_tour(f"/odoo/debtors/{self.account.id}", "ar_calls_phone", login="lena")
        self.assertEqual(self.account.call_ids.result_id, self._result("no_answer"))
