from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..models.ar_collection_kpi_scope import Scope
from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestTurnover(ArCollectionsCommon):
    """Sales and money of the days added up at night, and of those that moved since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Kpi, cls.Turnover = cls.env["ar.collection.kpi"], cls.env["ar.collection.turnover"]
        cls.first, cls.earlier = cls.today - timedelta(days=100), cls.today - timedelta(days=40)
        cls.scope = Scope(cls.company, cls.first, cls.today)

    def _night(self):
        self._refresh()
        self.Turnover._remake(self.company, self.today)

    def _sold(self, scope=None):
        return self.Kpi._sales_of(scope or self.scope)

    def _received(self):
        return self.Kpi._collected_of(self.scope)

    def _moved(self):
        return self.Turnover._known(self.company, self.first, self.today)[1]

    def test_what_the_night_added_up_is_what_the_ledger_says(self):
        invoice = self._invoice(1000, days=10, invoice_date=self.earlier)
        self._invoice(200, days=10)
        self._pay(invoice, 400, date=self.earlier + timedelta(days=3))
        self._night()
        self.assertEqual((self._sold(), self._received()), (1200, 400))
        self.assertFalse(self._moved())
        for ledger, known in (
            (self.Kpi._ledger_sales(self.scope), self.Kpi._sales_by_month(self.scope)),
            ({"cash": self.Kpi._ledger_cash(self.scope)}, {"cash": self._received()}),
        ):
            self.assertEqual(ledger, known)

    def test_the_ledger_is_not_asked_for_days_that_did_not_move(self):
        self._invoice(1000, days=10, invoice_date=self.earlier)
        self._night()
        self.env.cr.execute("UPDATE ar_collection_turnover SET sales = 7 WHERE sales = 1000")
        self.assertEqual(self._sold(), 7)

    def test_entries_of_the_day_and_with_an_old_date(self):
        self._invoice(1000, days=10, invoice_date=self.earlier)
        self._night()
        self._invoice(50, days=0)
        late = self._invoice(30, days=10, invoice_date=self.earlier)
        self.assertEqual(self._sold(), 1080)
        self._pay(late, 30, date=self.earlier + timedelta(days=1))
        self.assertEqual(self._received(), 30)
        self.assertIn(self.earlier, self._moved())
        self._night()
        self.assertEqual((self._sold(), self._received()), (1080, 30))
        self.assertFalse(self._moved())

    def test_days_that_moved_are_written_with_the_transaction(self):
        self._night()
        self._invoice(50, days=0, invoice_date=self.earlier)
        before = self._moved()
        self.env.flush_all()
        self.Turnover._write_remembered()
        self.assertEqual(self._moved(), before)
        self.assertEqual(self._sold(), 50)

    def test_an_entry_that_goes_to_another_day(self):
        invoice = self._invoice(1000, days=10, invoice_date=self.earlier)
        self._night()
        invoice.button_draft()
        self.assertEqual(self._sold(), 0)
        invoice.invoice_date = self.earlier + timedelta(days=2)
        invoice.action_post()
        self.assertEqual(self._sold(), 1000)
        day = Scope(self.company, self.earlier, self.earlier)
        self.assertEqual(self._sold(day), 0)

    def test_a_match_that_is_undone(self):
        invoice = self._invoice(1000, days=10, invoice_date=self.earlier)
        self._pay(invoice, 400, date=self.earlier + timedelta(days=3))
        self._night()
        invoice.line_ids.filtered("matched_credit_ids").remove_move_reconcile()
        self.assertEqual(self._received(), 0)

    def test_before_the_first_day_that_is_known(self):
        old = self.today - timedelta(days=900)
        self._invoice(70, days=800, invoice_date=old)
        self._invoice(30, days=10)
        self._night()
        self.assertEqual(self._sold(Scope(self.company, old, self.today)), 100)
        self.assertEqual(self._sold(Scope(self.company, old, old)), 70)

    def test_other_companies_and_some_debtors(self):
        self._invoice(1000, days=10, invoice_date=self.earlier)
        self._night()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.Turnover._remake(other, self.today)
        self.assertEqual(self._sold(Scope(other, self.first, self.today)), 0)
        of_nobody = Scope(self.company, self.first, self.today, user_id=False)
        of_admin = Scope(self.company, self.first, self.today, user_id=self.env.uid)
        self.assertEqual((self._sold(of_nobody), self._sold(of_admin)), (1000, 0))


@tagged("post_install", "-at_install")
class TestSnapshotNoted(ArCollectionsCommon):
    """What rows note without a foreign key."""

    def _row(self):
        self._refresh()
        self.env["ar.collection.snapshot"]._take(self.company, self.today)
        return self.env["ar.collection.snapshot"].search(
            [("collection_id", "=", self._account().id)]
        )

    def test_a_collector_in_the_history_cannot_be_deleted(self):
        user = new_test_user(self.env, "noted", "ar_collections.group_ar_collection_user")
        self._invoice(100, days=10)
        self._account().user_id = user
        self.assertEqual(self._row().user_id, user)
        self._account().user_id = False
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "noted"):
            user.unlink()

    def test_a_country_in_the_history_cannot_be_deleted(self):
        country = self.env["res.country"].create({"name": "Nowhere", "code": "Q1"})
        self.debtor.country_id = country
        self._invoice(100, days=10)
        self.assertEqual(self._row().country_id, country)
        self.debtor.country_id = False
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "Nowhere"):
            country.unlink()

    def test_a_policy_that_goes_is_forgotten(self):
        policy = self.env["ar.collection.policy"].create(
            {"name": "Short-lived", "dunned": False, "company_id": self.company.id, "by_hand": True}
        )
        self._invoice(100, days=10)
        self._account().own_policy_id = policy
        row = self._row()
        self.assertEqual(row.policy_id, policy)
        self._account().own_policy_id = False
        self._refresh()
        policy.unlink()
        self.assertFalse(row.policy_id)

    def test_no_foreign_keys_but_that_of_the_debtor(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid = 'ar_collection_snapshot'::regclass"
        )
        self.assertEqual(self.env.cr.fetchall(), [("ar_collection_snapshot_collection_id_fkey",)])
