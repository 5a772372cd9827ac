from contextlib import contextmanager

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import tagged

from .plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanMonths(PlanCommon):
    """A year with one debtor: paid, sent back, missed, planned again, kept to the end."""

    @contextmanager
    def _at(self, date):
        """On that day, after the job of the night."""
        with freeze_time(date):
            self._judge()
            self._refresh()
            yield

    def _parts(self, plan):
        return plan.line_ids.sorted("date").mapped("state")

    def test_paid_bounced_broken_and_planned_again(self):
        invoice = self._invoice(1200, 40)
        plan = self._active(invoice, number=6, interval="month", days=31)
        days = plan.line_ids.sorted("date").mapped("date")
        self.assertEqual(days, [days[0] + relativedelta(months=n) for n in range(6)])
        account = plan.collection_id

        # two months as agreed
        for number, day in enumerate(days[:2], 1):
            with self._at(day):
                self.assertIn(plan.name, account.next_action)
                payment = self._pay(invoice, 200, date=day)
                self._refresh()
                self.assertEqual(self._parts(plan)[:number], ["paid"] * number)
                self.assertEqual(
                    (plan.paid, self._held(invoice)), (200 * number, 1200 - 200 * number)
                )
                self.assertEqual((account.planned, account.collectable), (1200 - 200 * number, 0))

        # the second one is returned three weeks later, beyond the grace days
        with self._at(days[1] + relativedelta(days=21)):
            payment.action_ar_bounce(days[1] + relativedelta(days=21), "Insufficient funds")
            self._refresh()
            self.assertEqual((plan.state, plan.paid, plan.missed), ("defaulted", 200, 1))
            self.assertEqual(self._parts(plan)[:3], ["paid", "missed", "upcoming"])
            self.assertEqual((account.planned, account.collectable), (0, 1000))
            self.assertEqual(account.broken_plans, 1)

        # five days later they agree anew on what is left
        start = days[1] + relativedelta(days=26)
        with self._at(start):
            again = self.Plan.browse(plan.action_replan()["res_id"])
            again.write({"number": 4, "first_date": start + relativedelta(days=14)})
            again.action_offer()
            again.action_accept("phone")
            self.assertEqual((again.replan_of_id, again.amount, again.paid), (plan, 1000, 0))
            self.assertEqual((account.planned, account.collectable), (1000, 0))
        for number, line in enumerate(again.line_ids.sorted("date"), 1):
            with self._at(line.date + relativedelta(days=2)):  # two days late, within grace
                self.assertEqual(line.state, "late")
                self._pay(invoice, 250, date=line.date + relativedelta(days=2))
                self._refresh()
                self.assertEqual((line.state, again.paid), ("paid", 250 * number))
        self.assertEqual((again.state, plan.state), ("completed", "defaulted"))
        self.assertEqual(invoice.amount_residual, 0)

        # half a year after its end the last debit is returned: what was completed runs again
        with self._at(line.date + relativedelta(months=6)):
            self.assertEqual((account.total_due, account.planned), (0, 0))
            last = self._item(invoice).matched_credit_ids.credit_move_id.move_id.sorted("id")[-1]
            last.origin_payment_id.action_ar_bounce(
                line.date + relativedelta(months=6), "Account closed"
            )
            self._refresh()
            self.assertEqual((again.state, again.paid, account.total_due), ("defaulted", 750, 250))
            self.assertEqual((account.planned, account.collectable), (0, 250))
