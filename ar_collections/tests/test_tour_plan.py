from odoo.tests import HttpCase, tagged

from .plan_agreement import PlanAgreementCommon


@tagged("post_install", "-at_install")
class TestTourPlan(HttpCase, PlanAgreementCommon):
    """A plan in a browser: built by a collector, signed by the debtor."""

    def test_built_offered_and_accepted(self):
        collector = self._user("tour-planner", "user")
        collector.password = "tour-planner"
        collector.group_ids |= self.env.ref("ar_collections.group_ar_collection_plans")
        item = self._item(self._invoice(1000, 20))
        account = self._account()
        account.user_id = collector
        self.env["ar.collection"].flush_model()
        self.start_tour("/odoo", "ar_agreements_builder", login="tour-planner")
        self.env.invalidate_all()
        plan = account.plan_ids
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "accepted_how": "phone",
                    "number": 7,
                    "signed_name": "Giulia Tessari",
                    "user_id": collector.id,
                }
            ],
        )
        self.assertEqual(plan.item_ids.line_id, item)
        self.assertEqual(plan.line_ids.mapped("amount"), [400] + 6 * [100])
        self.assertEqual(plan.call_id.collection_id, account)
        self.assertEqual(account.planned, 1000)

    def test_signed_by_the_debtor(self):
        plan = self._offered(self._invoice(1000, 20), [(10, 400), (40, 600)])
        self.env.flush_all()
        self.start_tour(plan._page_url(), "ar_agreements_sign")
        self.env.invalidate_all()
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "signed_name": "Giulia Tessari",
                    "signed_position": "Head of administration",
                }
            ],
        )
        self.assertTrue(plan.signature)
