from odoo import Command
from odoo.tests import tagged

from .test_refresh import RefreshCommon


@tagged("post_install", "-at_install")
class TestRefreshPartners(RefreshCommon):
    """Contacts move between debtors, branches count for their root. The debtor starts with
    1,000, ten days overdue."""

    # === PARTNERS === #
    def _contact(self, name, **vals):
        return self.env["res.partner"].create({"name": name, **vals})

    def _owe(self, partner, amount):
        """An item of exactly this contact: invoices are booked on the commercial partner."""
        self._entry([{"partner_id": partner.id, "amount": amount, "no_followup": False}], days=10)

    def test_contact_moved_under_another_parent(self):
        child = self._contact("Shop", parent_id=self.debtor.id)
        self._owe(child, 70)
        self._check_owes(1070)
        child.parent_id = self.other
        self._check_owes(1000)
        self._check_owes(70, partner=self.other)

    def test_debtor_of_its_own_gets_a_parent(self):
        """Core books its items on the parent then."""
        shop = self._contact("Shop")
        self._invoice(70, 10, partner=shop)
        self._check_owes(70, partner=shop)
        shop.parent_id = self.debtor
        self._check_owes(0, partner=shop)
        self._check_owes(1070)

    def test_contact_moved_from_the_parents_form(self):
        child = self._contact("Shop", parent_id=self.debtor.id)
        self._owe(child, 70)
        self._check_owes(1070)
        self.other.child_ids = [Command.link(child.id)]
        self._check_owes(1000)
        self._check_owes(70, partner=self.other)

    def test_contact_becomes_a_company_of_its_own(self):
        child = self._contact("Shop", parent_id=self.debtor.id)
        self._owe(child, 70)
        self._owe(self._contact("Till", parent_id=child.id), 5)
        self._check_owes(1075)
        child.is_company = True
        self._check_owes(1000)
        self._check_owes(75, partner=child)
        child.is_company = False
        self._check_owes(0, partner=child)
        self._check_owes(1075)

    def test_archived_partner_keeps_its_debts(self):
        self.debtor.active = False
        self._invoice(5, 10)
        self._check_owes(1005)

    # === BRANCHES === #
    def test_branches_count_for_their_root(self):
        branch = self._branch()
        move = self._invoice(40, 10, company_id=branch.id)
        self.assertEqual(move.company_id, branch)
        self._check_owes(1040)
        accounts = self.Account.search([("partner_id", "=", self.debtor.id)])
        self.assertEqual(accounts.company_id, self.company)
        self._pay(move)
        self._check_owes(1000)

    def test_user_of_a_branch(self):
        branch = self._branch()
        self._invoice(40, 10, company_id=branch.id)
        user = self._user("branch", "user", company_ids=branch.ids, company_id=branch.id)
        account = self._account().with_user(user).with_context(allowed_company_ids=branch.ids)
        self.assertEqual(account.total_due, 1040)
        self.assertEqual(account.item_ids.company_id, branch)
        self.assertEqual(sum(account.item_ids.mapped("amount_residual")), 40)
        self.assertEqual(account.live_figures["in_other_branches"], 1000)
        self.assertEqual(account.live_figures["total_due"], 1040)
        self.assertEqual(self._account().live_figures["in_other_branches"], 0)
        domain = account.action_open_figure("total_due")["domain"]
        self.assertEqual(
            self.env["account.move.line"].with_user(user).search(domain), account.item_ids
        )
