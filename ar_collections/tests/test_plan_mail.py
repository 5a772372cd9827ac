from odoo.tests import tagged

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
