from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase
from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanMail(PlanCommon):
    """What debtors are told of their plans: each once, and only what the policy wants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(900, days=10)
        template = "ar_collections.mail_template_ar_collection_plan_"
        cls.templates = {
            name: cls.env.ref(template + name)
            for name in ("reminder", "missed", "default", "thanks")
        }
        cls.policy.write(
            {
                "plan_remind_days": 3,
                "plan_reminder_id": cls.templates["reminder"].id,
                "plan_missed_id": cls.templates["missed"].id,
                "plan_default_id": cls.templates["default"].id,
                "plan_thanks_id": cls.templates["thanks"].id,
            }
        )

    def _subjects(self):
        """Subjects of the mails to the debtor, oldest first; the job runs before."""
        with self.enter_registry_test_mode():
            self.env.ref(
                "ar_collections.ir_cron_ar_collection_remind_plans"
            ).method_direct_trigger()
        account = self._account()
        mails = account.message_ids.filtered(lambda m: m.message_type == "comment" and m.subject)
        return [mail.subject.replace("\xa0", " ") for mail in mails.sorted("id")]

    def test_reminder_then_missed_then_default(self):
        plan = self._active(self.invoice, number=3, interval="week", days=7)
        plan.sudo().missed_limit = 2
        with self._on(3):
            self.assertEqual(self._subjects(), [])
        with self._on(4):
            [subject] = self._subjects()
            self.assertIn("300.00", subject)
            self.assertEqual(self._subjects(), [subject], "once")
        with self._on(11):
            subjects = self._subjects()
            self.assertEqual(len(subjects), 3, "the next reminder, and the missed one")
            self.assertTrue(any("not received" in subject for subject in subjects))
        with self._on(18):
            self.assertEqual(plan.state, "defaulted")
            self.assertIn("has ended", self._subjects()[-1])
            self.assertEqual(plan.default_mail, "done")

    def test_thanks(self):
        plan = self._active(self.invoice, number=1, days=7)
        self._pay(self.invoice)
        self._refresh()
        self.assertEqual(plan.default_mail, "waiting")
        self.assertIn("Thank you", self._subjects()[-1])

    def test_no_address_no_mail(self):
        self.debtor.email = False
        plan = self._active(self.invoice, number=1, days=2)
        self.assertEqual(self._subjects(), [])
        self.assertFalse(plan.line_ids.reminded_on, "it waits for an address")

    def test_nothing_wanted_nothing_sent(self):
        self.policy.write({"plan_reminder_id": False, "plan_default_id": False})
        plan = self._active(self.invoice, number=1, days=2)
        with self._on(6):
            self.assertEqual(plan.state, "defaulted")
            self.assertEqual(self._subjects(), [])

    def test_a_second_worker_writes_nothing(self):
        """It has found the same instalment, or plan, before the first one was done."""
        plan = self._active(self.invoice, number=3, interval="week", days=2)
        line = plan.line_ids.sorted("date")[0].sudo()
        self.assertEqual(len(self._subjects()), 1)
        line._mail_safely("before")
        line._mail_failed("before", "Late")
        self.assertEqual(len(self._subjects()), 1)
        self._pay(self.invoice)
        self._refresh()
        self.assertEqual(len(self._subjects()), 2, "thanks")
        plan.sudo()._mail_safely("end")
        plan.sudo()._mail_failed("end", "Late")
        self.assertEqual((len(self._subjects()), plan.default_mail), (2, "done"))

    def test_failed_is_said_once(self):
        plan = self._active(self.invoice, number=1, days=2)
        line, broken = plan.line_ids.sudo(), ValueError("No such field")
        with (
            patch.object(type(plan), "_mail", side_effect=broken),
            mute_logger("odoo.addons.ar_collections.models.ar_collection_plan_remind"),
        ):
            self.assertEqual(self._subjects(), [])
        self.assertTrue(line.reminded_on, "not tried again and again")
        notes = [str(m.body) for m in plan.collection_id.message_ids if "was not sent" in m.body]
        self.assertEqual(len(notes), 1)
        self.assertIn("No such field", notes[0])
        self.assertEqual(self._subjects(), [])


@tagged("post_install", "-at_install")
class TestPlanMailConcurrency(ConcurrencyCase):
    """Two workers at the same instalment, in transactions of their own."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._post(env)
            env["ar.collection"]._refresh(self.partner_ids)
            account = env["ar.collection"].search(
                [("partner_id", "in", self.partner_ids)], order="id", limit=1
            )
            item = env["account.move.line"].search(account._open_items_domain(), limit=1)
            plan = env["ar.collection.plan"].create(
                {
                    "collection_id": account.id,
                    "currency_id": item.currency_id.id,
                    "number": 1,
                    "item_ids": [fields.Command.create({"line_id": item.id, "amount": 100})],
                }
            )
            self.line_id = plan.line_ids.id
            self.addCleanup(self._forget_plan, plan.id)

    def _forget_plan(self, plan_id):
        with self._transaction() as env:
            env["ar.collection.plan"].browse(plan_id).unlink()

    def test_one_of_two_writes(self):
        with self.registry.cursor() as cr_one, self.registry.cursor() as cr_two:
            one, two = (
                api.Environment(cr, SUPERUSER_ID, {})["ar.collection.plan.line"].browse(
                    self.line_id
                )
                for cr in (cr_one, cr_two)
            )
            self.assertFalse(two.reminded_on)  # its snapshot is taken before ...
            self.assertTrue(one._claim_mail("before"))
            cr_one.commit()  # ... the first has marked the instalment
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                two._claim_mail("before")
            cr_two.rollback()
            two.env.invalidate_all()
            self.assertFalse(two._claim_mail("before"), "the next run finds it written of")
            self.assertTrue(two._claim_mail("missed"), "each step has a mark of its own")
            cr_two.rollback()
