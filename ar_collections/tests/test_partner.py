from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestPartner(LedgerCommon):
    """What a contact says of collections: whom to write to, who collects, by which policy."""

    def _child(self, name, kind, email=None, parent=None, **vals):
        return self.env["res.partner"].create(
            {
                "name": name,
                "type": kind,
                "email": email,
                "parent_id": (parent or self.debtor).id,
                **vals,
            }
        )

    def _contact(self):
        self.env.flush_all()
        return self.debtor._ar_contacts()[self.debtor.id]

    # === WHOM TO WRITE TO === #
    def test_company_itself_when_there_is_no_other(self):
        self._child("Buyer", "contact", "buyer@debtor.example")
        self._child("Ramp", "delivery", "ramp@debtor.example")
        self.assertEqual(self._contact(), self.debtor)

    def test_address_for_collections_before_the_invoice_address(self):
        invoice = self._child("Bookkeeping", "invoice", "books@debtor.example")
        self.assertEqual(self._contact(), invoice)
        collections = self._child("Ms Bell", "ar_collections", "bell@debtor.example")
        self.assertEqual(self._contact(), collections)
        account = self._account_of_an_invoice()
        self.assertEqual((account.contact_id, account.email), (collections, "bell@debtor.example"))
        self.assertEqual(self.debtor.ar_contact_id, collections)
        self.assertEqual(invoice.ar_contact_id, collections)

    def _account_of_an_invoice(self):
        self._invoice(100, 10)
        return self._account()

    def test_address_without_e_mail_is_passed_over(self):
        self._child("Ms Bell", "ar_collections")
        invoice = self._child("Bookkeeping", "invoice", "books@debtor.example")
        self.assertEqual(self._contact(), invoice)

    def test_archived_and_blacklisted_addresses_are_passed_over(self):
        bell = self._child("Ms Bell", "ar_collections", "bell@debtor.example")
        invoice = self._child("Bookkeeping", "invoice", "books@debtor.example")
        self.env["mail.blacklist"].create({"email": "bell@debtor.example"})
        self.assertEqual(self._contact(), invoice)
        self.assertEqual(bell._ar_mailable_ids([bell.id, invoice.id]), {invoice.id})
        invoice.active = False
        self.assertEqual(self._contact(), self.debtor)

    def test_nobody_has_an_e_mail(self):
        self.debtor.email = False
        bell = self._child("Ms Bell", "ar_collections")
        self.assertEqual(self._contact(), bell, "still the one to call")
        self.assertFalse(bell._ar_mailable_ids([bell.id]))
        self._invoice(100, 10)
        self.assertEqual(self._decisions()[self.debtor].reason, "no_address")

    def test_address_of_a_subsidiary_is_its_own(self):
        subsidiary = self._child("Beta", "contact", is_company=True)
        self._child("Ms Bell", "ar_collections", "bell@debtor.example", parent=subsidiary)
        self.assertEqual(self._contact(), self.debtor)

    def test_contact_of_a_contact(self):
        office = self._child("Office", "contact")
        bell = self._child("Ms Bell", "ar_collections", "bell@debtor.example", parent=office)
        self.assertEqual(self._contact(), bell)

    # === COLLECTOR AND POLICY === #
    def test_collector_and_policy_are_those_of_the_account(self):
        account = self._account_of_an_invoice()
        other = self.policy.copy({"name": "Gentle", "sequence": 200})
        collector = self._user("bell", "user")
        child = self._child("Bookkeeping", "invoice")
        self.env.user.group_ids |= self.env.ref("ar_collections.group_ar_collection_policies")
        with Form(self.debtor) as form:
            form.ar_user_id = collector
            form.ar_policy_id = other
        self.assertRecordValues(
            account, [{"user_id": collector.id, "own_policy_id": other.id, "policy_id": other.id}]
        )
        self.assertRecordValues(
            child,
            [
                {
                    "ar_collection_id": account.id,
                    "ar_user_id": collector.id,
                    "ar_policy_id": other.id,
                    "ar_total_overdue": 100.0,
                }
            ],
        )
        self.debtor.ar_policy_id = False
        self.assertEqual(account.policy_id, self.policy)

    def test_account_is_made_when_a_collector_is_named_first(self):
        collector = self._user("bell", "user")
        child = self._child("Bookkeeping", "invoice")
        self.assertFalse(child.ar_collection_id)
        child.ar_user_id = collector
        account = self._account()
        self.assertRecordValues(
            account,
            [
                {
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "user_id": collector.id,
                    "fact_kind": "closed",
                    "policy_id": self.policy.id,
                }
            ],
        )
        self.assertEqual(self._account_of_an_invoice(), account)
        self.assertEqual((account.total_due, account.user_id), (100, collector))

    def test_account_of_a_branch_is_the_roots(self):
        branch = self._branch()
        self.debtor.with_company(branch).ar_user_id = self.env.user
        account = self.Account.search([("partner_id", "=", self.debtor.id)])
        self.assertEqual((account.company_id, account.user_id), (self.company, self.env.user))

    def test_each_company_has_its_own_collector(self):
        other = self._other_company("Other")
        self.debtor.ar_user_id = self.env.user
        self.assertFalse(self.debtor.with_company(other).ar_user_id)

    def test_opening_the_account_from_the_contact(self):
        account = self._account_of_an_invoice()
        action = self.debtor.action_open_ar_collection()
        self.assertEqual((action["res_model"], action["res_id"]), ("ar.collection", account.id))

    # === POLICY BY CONDITIONS === #
    def test_first_policy_that_fits(self):
        account = self._account_of_an_invoice()
        gentle = self.policy.copy(
            {"name": "Gentle", "sequence": 5, "domain": "[('country_id.code', '=', 'JP')]"}
        )
        self.assertEqual(account.policy_id, self.policy)
        self.debtor.country_id = self.env.ref("base.jp")
        account.action_refresh()
        self.assertEqual(account.policy_id, gentle)
        gentle.active = False
        self.assertEqual(account.policy_id, self.policy)

    def test_companies_of_this_database_are_not_dunned(self):
        company = self._other_company("Sister").partner_id
        self._invoice(100, 10, partner=company)
        decision = self._decisions()[company]
        self.assertEqual(decision.reason, "not_dunned")
        self.assertFalse(self._account(company).policy_id.dunned)

    # === MAY NOT === #
    def test_a_contact_without_rights_shows_nothing(self):
        self._account_of_an_invoice()
        with self.assertRaises(AccessError):
            self.debtor.with_user(self._stranger()).read(["ar_total_overdue"])

    def _stranger(self):
        return self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger",
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )

    def test_removed_address_type_leaves_the_address(self):
        """On uninstalling, addresses of our type become other addresses."""
        bell = self._child("Ms Bell", "ar_collections")
        ondelete = self.env["res.partner"]._fields["type"].ondelete["ar_collections"]
        ondelete(bell)
        self.assertEqual(bell.type, "other")

    def test_dates_of_the_collector_stay(self):
        account = self._account_of_an_invoice()
        date = self.today + timedelta(days=2)
        account.write({"next_action": "Call", "next_action_date": date})
        self.debtor.ar_user_id = self.env.user
        self.assertEqual((account.next_action, account.next_action_date), ("Call", date))
