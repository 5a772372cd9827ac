from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..report.xlsx import workbook
from .test_security import SecurityCommon


class WorklistCommon(SecurityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.mine["ar.collection"]
        cls.other = cls.theirs["ar.collection"]
        cls.free = cls.nobodys["ar.collection"]
        # What the scenes said to each other was some days ago.
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE ar_collection_call SET date = date - interval '5 days'")
        cls.env.invalidate_all()
        (cls.own | cls.other | cls.free).sudo().write(
            {"last_contact_date": cls.today - timedelta(days=5), "next_action_date": False}
        )

    def _as(self, user, account):
        return account.with_user(user)


@tagged("post_install", "-at_install")
class TestWorklistActions(WorklistCommon):
    def _wizard(self, action, **vals):
        model = self.env[action["res_model"]].with_user(self.bell)
        return model.with_context(**action["context"]).create(vals)

    def test_pin(self):
        both = self._as(self.bell, self.own | self.free)
        self.own.pinned = True
        self.assertTrue(both.action_pin(), "one was not: all are put on top")
        self.assertEqual(both.mapped("pinned"), [True, True])
        self.assertFalse(both.action_pin())
        self.assertEqual(both.mapped("pinned"), [False, False])

    def test_snooze(self):
        account = self._as(self.bell, self.own)
        wizard = self._wizard(account.action_snooze(), reason="On holiday")
        self.assertEqual(wizard.date, self.today + timedelta(days=1))
        wizard.action_snooze()
        self.assertEqual(account.worklist_group, "snoozed")
        self.assertEqual(account.snooze_reason, "On holiday")
        account.action_wake()
        self.assertEqual(account.worklist_group, "priority")
        wizard.date = self.today
        with self.assertRaisesRegex(UserError, "a day after today"):
            wizard.action_snooze()

    def test_a_call_ends_the_snooze(self):
        self.own.write({"snoozed_until": self.today + timedelta(days=9), "snooze_reason": "x"})
        result = self.env["ar.collection.call.result"].search([("asks", "=", False)], limit=1)
        self.env["ar.collection.call"].sudo().create(
            {"collection_id": self.own.id, "result_id": result.id}
        )
        self.assertFalse(self.own.snoozed_until)

    def test_schedule_calls(self):
        accounts = self.own | self.other | self.free
        self.free.sudo().priority = 99
        wizard = (
            self.env["ar.collection.schedule"]
            .with_user(self.lead)
            .with_context(**accounts.with_user(self.lead).action_schedule_calls()["context"])
            .create({"per_day": 2, "date": self.today})
        )
        wizard.action_schedule()
        dates = accounts.mapped("next_action_date")
        self.assertEqual(self.free.next_action_date, min(dates), "the most important first")
        self.assertEqual(len(set(dates)), 2)
        self.assertTrue(all(day.weekday() < 5 for day in dates))
        self.assertEqual(set(accounts.mapped("next_action")), {"Call"})
        wizard.date = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "has passed"):
            wizard.action_schedule()

    def test_send_notice(self):
        self.company.ar_catch_up_done = True
        debtor = self._debtor("Late", email="late@debtor.example")
        self._invoice(100, 10, partner=debtor)
        account = self._account(debtor)
        account.user_id = self.bell
        action = self._as(self.bell, account).action_send_notice()
        notice = account.notice_ids
        self.assertEqual(len(notice), 1)
        self.assertIn(notice.state, ("queued", "to_approve"))
        self.assertEqual(action["params"]["type"], "success")
        self._as(self.bell, account).action_send_notice()
        self.assertEqual(len(account.notice_ids), 1, "one a day")

    def test_send_notice_says_why_not(self):
        self.company.ar_catch_up_done = True
        debtor = self._debtor("Nowhere")  # no address of any kind
        self._invoice(100, 10, partner=debtor)
        account = self._account(debtor)
        action = self._as(self.lead, account).action_send_notice()
        self.assertFalse(account.notice_ids)
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("Nowhere", action["params"]["message"])

    def test_send_notice_before_old_debt_is_settled(self):
        self.env["ar.collection.notice"].sudo().search([]).state = "cancelled"
        self.env["ar.collection.notice"].sudo().search([]).unlink()
        self.own.sudo().days_overdue = 99
        self.company.ar_catch_up_done = False
        with self.assertRaisesRegex(UserError, "old debt"):
            self._as(self.bell, self.own).action_send_notice()

    def test_only_own_debtors(self):
        account = self._as(self.bell, self.other)
        for name in ("action_pin", "action_snooze", "action_wake", "action_send_notice"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(account, name)()
        for name in ("action_pin", "action_snooze", "action_schedule_calls", "action_take"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(self._as(self.auditor, self.own), name)()

    def test_export(self):
        self.debtor = self.own.partner_id
        self.debtor.name = "=cmd|' /C calc'!A0"
        self.own.write({"user_id": self.bell.id, "next_action": "=1+1"})
        self.Account._refresh(self.debtor.ids)
        export = self.env["ar.collection.worklist.export"].with_user(self.bell)
        export = export.create({"collection_ids": (self.own | self.other).ids})
        _name, tables = export._xlsx()
        sheet = load_workbook(BytesIO(workbook(tables))).active
        rows = list(sheet.iter_rows(values_only=True))
        head = next(index for index, row in enumerate(rows) if "Debtor" in row)
        row = dict(zip(rows[head], rows[head + 1], strict=True))
        self.assertEqual(row["Debtor"], "=cmd|' /C calc'!A0")
        self.assertEqual(sheet.cell(head + 2, rows[head].index("Debtor") + 1).data_type, "s")
        self.assertEqual(row["To collect"], 75)  # 100 less 10 held, 10 promised and 5 disputed
        self.assertEqual(row["Group"], "By priority")
        names = [line[rows[head].index("Debtor")] for line in rows[head + 1 :]]
        self.assertNotIn(self.other.display_name, names, "not a debtor of this collector")


@tagged("post_install", "-at_install")
class TestWorklistUse(WorklistCommon):
    """A debtor is worked on by one collector at a time."""

    def test_the_second_is_told(self):
        self.assertEqual(self._as(self.bell, self.own).action_take(), {"taken": True})
        answer = self._as(self.lead, self.own).action_take()
        self.assertFalse(answer["taken"])
        self.assertEqual(answer["user"], self.bell.name)
        account = self._as(self.lead, self.own)
        self.assertEqual(account.in_use_by, self.bell)
        self.assertAlmostEqual(
            (account.in_use_until - fields.Datetime.now()).total_seconds(), 600, delta=10
        )

    def test_it_expires(self):
        self._as(self.bell, self.own).action_take()
        self.env["ar.collection.use"].sudo().search([]).date_until = fields.Datetime.subtract(
            fields.Datetime.now(), seconds=1
        )
        self.own.invalidate_recordset()
        self.assertFalse(self.own.in_use_by)
        self.assertTrue(self._as(self.lead, self.own).action_take()["taken"])
        self.assertEqual(self.own.in_use_by, self.lead)

    def test_one_debtor_at_a_time_and_release(self):
        self._as(self.bell, self.own).action_take()
        self._as(self.bell, self.free).action_take()
        self.assertFalse(self.own.in_use_by)
        self.assertEqual(self.free.in_use_by, self.bell)
        self._as(self.lead, self.free).action_release()
        self.assertEqual(self.free.in_use_by, self.bell, "nobody ends another's mark")
        self._as(self.bell, self.free).action_release()
        self.assertFalse(self.free.in_use_by)

    def test_taking_again_prolongs(self):
        self._as(self.bell, self.own).action_take()
        mark = self.env["ar.collection.use"].sudo().search([])
        mark.date_until = fields.Datetime.add(fields.Datetime.now(), seconds=5)
        self._as(self.bell, self.own).action_take()
        mark.invalidate_recordset()
        self.assertGreater(mark.date_until, fields.Datetime.add(fields.Datetime.now(), minutes=5))

    def test_the_next_debtor_is_a_free_one(self):
        self._as(self.cook, self.other).action_take()
        ids = (self.own | self.other | self.free).ids
        account = self._as(self.lead, self.own).with_context(ar_next_ids=ids)
        following = account._action_next()
        self.assertEqual(following["context"]["default_collection_id"], self.free.id)
        self.assertEqual(self.free.in_use_by, self.lead)
        last = self._as(self.lead, self.free).with_context(ar_next_ids=ids)._action_next()
        self.assertEqual(last["type"], "ir.actions.act_window_close")
        self.free.invalidate_recordset()
        self.assertFalse(self.free.in_use_by, "the list is done")

    def test_the_list_asks_once(self):
        accounts = self.own | self.other | self.free
        accounts.invalidate_recordset()
        with self.assertQueryCount(1):
            accounts.mapped("in_use_until")


@tagged("post_install", "-at_install")
class TestWorklistDay(WorklistCommon):
    """Counters of the day, by hand."""

    def test_counters(self):
        Call, Promise = self.env["ar.collection.call"], self.env["ar.collection.promise"]
        result = self.env["ar.collection.call.result"].search([("asks", "=", False)], limit=1)
        for account, reached in ((self.own, "right"), (self.own, "nobody"), (self.other, "right")):
            Call.sudo().create(
                {
                    "collection_id": account.id,
                    "result_id": result.id,
                    "reached": reached,
                    "user_id": account.user_id.id,
                    "channel": "phone",
                }
            )
        Call.sudo().create(
            {
                "collection_id": self.own.id,
                "result_id": result.id,
                "user_id": self.bell.id,
                "date": fields.Datetime.subtract(fields.Datetime.now(), days=1),
            }
        )
        Promise.sudo().create(
            {
                "collection_id": self.own.id,
                "amount": 30,
                "date": self.today + timedelta(days=2),
                "user_id": self.bell.id,
            }
        )
        self.Account._refresh(self.own.partner_id.ids)
        for account in (self.own, self.other, self.free):
            account.sudo().write({"last_contact_date": False, "next_action_date": False})
        self.assertEqual(
            (self.own | self.other | self.free).mapped("worklist_group"), ["priority"] * 3
        )
        day = self.Account.with_user(self.lead).worklist_day()
        rows = {row["name"]: row for row in day["collectors"]}
        own = rows[self.bell.name]
        self.assertEqual((own["to_do"], own["calls"], own["reached"]), (1, 2, 1))
        self.assertEqual((own["promised"], own["promised_debtors"]), (30, 1))
        # 100 less 10 held, 10 and 30 promised and 5 disputed
        self.assertEqual(own["collectable"], 45)
        self.assertEqual(own["progress"], 40)  # 30 of 75
        self.assertEqual((rows[self.cook.name]["to_do"], rows[self.cook.name]["calls"]), (1, 1))
        self.assertEqual(rows[""]["to_do"], 1)

    def test_a_collector_sees_own_and_unassigned(self):
        day = self.Account.with_user(self.bell).worklist_day()
        self.assertEqual(day["own"]["to_do"], 2)
        self.assertFalse(day["collectors"])

    def test_queries_do_not_grow(self):
        self.Account.with_user(self.lead).worklist_day()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            self.Account.with_user(self.lead).worklist_day()


@tagged("post_install", "-at_install")
class TestWorklistFind(WorklistCommon):
    """An inbound call: the debtor is found by whatever the caller says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.caller = cls._debtor("Brennan & Holt", phone="+44 113 496 0142", ref="D-1044")
        cls.env["res.partner"].create(
            {"name": "Fiona", "parent_id": cls.caller.id, "phone": "0113 / 496 0199"}
        )
        cls.move = cls._invoice(
            1234.56, 10, partner=cls.caller, ref="PO 4711-X", payment_reference="RF18 5390"
        )
        cls.move.invoice_origin = "SO0815"
        cls.env["ar.collection"]._refresh(cls.caller.ids)
        cls.account = cls.Account.search([("partner_id", "=", cls.caller.id)])

    def _found(self, text):
        return self.Account.search([("find", "ilike", text), ("id", "=", self.account.id)])

    def test_by_anything(self):
        for text in (
            "brennan",
            "D-1044",
            "0113 496 0142",
            "+441134960142",
            "(0113) 4960199",
            self.move.name,
            "4711",
            "RF18 5390",
            "so0815",
            "1,234.56",
            "1.234,56",
            "1234.56",
        ):
            with self.subTest(text=text):
                self.assertEqual(self._found(text), self.account)

    def test_not_by_something_else(self):
        for text in ("0113 496 0143", "1,234.57", "PO 4712", "%", "_", "nobody"):
            with self.subTest(text=text):
                self.assertFalse(self._found(text))

    def test_by_a_part_of_the_amount_that_is_left(self):
        self._pay(self.move, 234.56)
        self.assertTrue(self._found("1000"))

    def test_by_the_cheque_it_was_promised_with(self):
        self.env["ar.collection.promise"].create(
            {
                "collection_id": self.account.id,
                "amount": 100,
                "date": self.today,
                "method": "cheque",
                "instrument_number": "CHQ-900412",
            }
        )
        self.assertTrue(self._found("900412"))
        self.assertFalse(self._found("900413"))

    def test_by_the_number_of_the_dispute(self):
        item = self._item(self.move)
        dispute = self.env["ar.collection.dispute"]._open(
            self.account, {item.id: 30}, customer_reference="CLAIM-77"
        )
        self.assertTrue(self._found(dispute.name))
        self.assertTrue(self._found("claim-77"))

    def test_others_stay_out_of_sight(self):
        self.account.user_id = self.cook
        found = self.Account.with_user(self.bell).search([("find", "ilike", "4711")])
        self.assertFalse(found)
