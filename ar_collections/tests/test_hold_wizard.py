from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestHoldWizard(LedgerCommon):
    """The form that places holds on ticked items or on the whole debtor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._invoice(1000, 10)
        cls.item = cls._item(cls.move)
        cls.collector = cls._user("collector", "user")

    def _place(self, items, **context):
        place = self.env["ar.collection.hold.place"]
        return Form(place.with_context(**items.action_ar_hold()["context"], **context))

    def test_place_on_ticked_items_whole_and_in_part(self):
        second = self._item(self._invoice(200, 10))
        account = self._account()
        reason = self.env.ref("ar_collections.hold_reason_dispute")
        with self._place(self.item + second) as form:
            form.reason_id = reason
            self.assertEqual(form.date_to, self.today + timedelta(days=30))
            form.note = "Short delivery"
        place = form.record
        place.row_ids.filtered(lambda row: row.line_id == second).amount = 50
        place.action_place()
        common = {
            "kind": "disputed",
            "reason_id": reason.id,
            "note": "Short delivery",
            "date_from": self.today,
            "date_to": self.today + timedelta(days=30),
            "user_id": self.env.uid,
            "scope": "item",
        }
        self.assertRecordValues(
            account.hold_ids.sorted(lambda hold: hold.line_id.id),
            [
                {"line_id": self.item.id, "amount": 0.0, **common},
                {"line_id": second.id, "amount": 50.0, **common},
            ],
        )
        self.assertEqual(account.disputed, 1050, "the figures move at once")
        self.assertIn("Hold placed", account.message_ids[0].body)

    def test_place_on_the_whole_debtor(self):
        account = self._account()
        action = account.action_hold()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            form.reason_id = self.env.ref("ar_collections.hold_reason_query")
        form.record.action_place()
        self.assertEqual((account.held, account.hold_ids.scope), (1000, "debtor"))

    def test_place_needs_items_of_one_debtor(self):
        other = self._item(self._invoice(10, 10, partner=self._debtor("Beta")))
        self._refresh()
        with self.assertRaisesRegex(UserError, "one debtor"):
            self._place(self.item + other)

    def test_place_before_the_account_is_there(self):
        move = self._invoice(10, 10, partner=self._debtor("New"))
        with self._place(self._item(move)) as form:
            form.reason_id = self.env.ref("ar_collections.hold_reason_query")
        with self.assertRaisesRegex(UserError, "appears within a minute"):
            form.record.action_place()

    def test_collector_places_and_ends(self):
        account = self._account()
        place = self.env["ar.collection.hold.place"].with_user(self.collector)
        place = place.create(
            {
                "line_ids": self.item.ids,
                "reason_id": self.env.ref("ar_collections.hold_reason_query").id,
            }
        )
        place.action_place()
        self.assertEqual((account.disputed, account.hold_ids.user_id), (1000, self.collector))
        account.hold_ids.with_user(self.collector).action_end()
        self.assertEqual(self._account().held, 0)
