from odoo.exceptions import AccessError
from odoo.tests import tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestSecurityCompanies(LedgerCommon):
    """Legal entities are separated; branches share the account of their root."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls._other_company("Elsewhere")
        cls._invoice(100, 10)
        cls._invoice(40, 10, company_id=cls.elsewhere.id)
        cls.Account._refresh(cls.debtor.ids)
        cls.here, cls.there = (
            cls.Account.search(
                [("partner_id", "=", cls.debtor.id), ("company_id", "=", company.id)]
            )
            for company in (cls.company, cls.elsewhere)
        )

    def _as(self, user, *companies):
        return self.Account.with_user(user).with_context(
            allowed_company_ids=[company.id for company in companies]
        )

    def test_user_of_one_company(self):
        for group in ("user", "all", "manager", "readonly"):
            user = self._user(f"one_{group}", group)
            with self.subTest(group=group):
                self.assertEqual(self._as(user, self.company).search([]), self.here)
                with self.assertRaises(AccessError):
                    self.there.with_user(user).read(["total_due"])

    def test_user_of_both_sees_those_ticked(self):
        user = self._user("both", "all", company_ids=(self.company + self.elsewhere).ids)
        self.assertEqual(self._as(user, self.company).search([]), self.here)
        self.assertEqual(self._as(user, self.elsewhere).search([]), self.there)
        both = self._as(user, self.company, self.elsewhere).search([])
        self.assertEqual(both, self.here + self.there)
        self.assertEqual(
            {a.company_id: a.total_due for a in both}, {self.company: 100, self.elsewhere: 40}
        )

    def test_items_of_one_company_are_not_listed_in_the_other(self):
        user = self._user("both", "all", company_ids=(self.company + self.elsewhere).ids)
        account = self.here.with_user(user).with_context(
            allowed_company_ids=(self.company + self.elsewhere).ids
        )
        self.assertEqual(account.item_ids.company_id, self.company)
        self.assertEqual(account.live_figures["total_due"], 100)
        domain = account.action_open_figure("total_due")["domain"]
        items = self.env["account.move.line"].with_user(user).search(domain)
        self.assertEqual(items.company_id, self.company)

    def test_policies_levels_and_runs_are_separated_too(self):
        user = self._user("one", "manager")
        policies = self.env["ar.collection.policy"].with_user(user).search([])
        self.assertEqual(policies.company_id, self.company)
        self.assertEqual(policies.level_ids.company_id, self.company)
        run = self.Run.sudo().create({"company_id": self.elsewhere.id, "date": self.today})
        self.assertNotIn(run, self.Run.with_user(user).search([]))

    def test_policy_of_one_company_does_not_serve_the_other(self):
        theirs = self.env["ar.collection.policy"].search(
            [("company_id", "=", self.elsewhere.id)], limit=1
        )
        with self.assertRaisesRegex(Exception, "company|compan"):
            self.here.own_policy_id = theirs

    def test_user_of_a_branch_works_the_account_of_the_root(self):
        branch = self._branch()
        user = self._user("till", "user", company_ids=branch.ids, company_id=branch.id)
        account = self._as(user, branch).search([])
        self.assertEqual(account, self.here)
        account.next_action = "Call"
        self.assertTrue(self.env["ar.collection.policy"].with_user(user).search([]))
        self.assertEqual(account.policy_id.company_id, self.company)
        self.assertFalse(account.item_ids)

    def test_user_of_a_branch_cannot_hold_what_is_out_of_reach(self):
        branch = self._branch()
        user = self._user("till", "user", company_ids=branch.ids, company_id=branch.id)
        own = self._invoice(7, 10, company_id=branch.id)
        foreign = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.debtor.id),
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
            ]
        )
        vals = {"collection_id": self.here.id, "date_to": self.today}
        holds = self.Hold.with_user(user).with_context(allowed_company_ids=branch.ids)
        hold = holds.create({**vals, "line_id": self._item(own).id})
        self.assertEqual(hold.company_id, self.company)
        with self.assertRaises(AccessError):
            holds.create({**vals, "line_id": foreign.id})
