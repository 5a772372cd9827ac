from odoo.tests import tagged

from .ageing import AgeingCommon


@tagged("post_install", "-at_install")
class TestAgeingBadDays(AgeingCommon):
    """Debtors that move: nothing is lost, and the report stays the ledger."""

    def _check_ties_at(self, *days):
        for ago in days:
            self.assertEqual(self._total(ago), self._ledger(ago), ago)
            self.assertEqual(self.Ageing._tie_out(self._options(ago))["difference"], 0)

    def test_debtor_moved_under_another(self):
        """What Alpha owed is owed by the group from now on, of whatever day one asks."""
        group = self._debtor("Group")
        self._invoice(1000, 40)
        self._invoice(300, 10, partner=group)
        self._account()
        self.debtor.write({"parent_id": group.id, "is_company": False})
        self.assertEqual(self.debtor.commercial_partner_id, group)
        self._refresh()
        self.assertEqual(self._row(0, group), {"bucket_1": 300, "bucket_2": 1000, "total": 1300})
        self.assertEqual(self._row(0, self.debtor), {})
        self.assertEqual(self._row(20, group), {"bucket_1": 1000, "total": 1000})
        self._check_ties_at(0, 20, 45)

    def test_debtor_moved_to_another_company(self):
        """The contact belongs to the other company now; its old items stay where they are booked,
        and whoever works in the first company still sees them."""
        reader = self._user("moved-reader", "all")
        other = self._other_company("Elsewhere")
        self._invoice(1000, 40)
        account = self._account()
        self.debtor.company_id = other
        self.env.flush_all()
        self._refresh()
        self.assertEqual(self._row(0), {"bucket_2": 1000, "total": 1000})
        self.assertEqual(self._row(45), {})
        self._check_ties_at(0, 20, 45)
        elsewhere = self.Ageing.with_company(other).with_context(allowed_company_ids=other.ids)
        self.assertEqual(elsewhere._ageing_groups(self._options(0)), [])
        ageing = self.Ageing.with_user(reader)
        table = ageing.table({"rows": ["collector", "debtor"]})
        self.assertEqual(table["total"]["total"], 1000)
        [row] = ageing.children([["collector", None]], {"rows": ["collector", "debtor"]})["rows"]
        self.assertEqual((row["label"], row["amounts"]["total"]), ("Alpha", 1000))
        self.assertEqual(account.with_user(reader).total_due, 1000)
        self.assertEqual(
            self.env["ar.collection.kpi"].with_user(reader).dashboard()["largest"]["total"], 1000
        )

    def test_debtor_merged_away(self):
        self._invoice(1000, 40)
        twin = self._debtor("Alpha again")
        self._invoice(70, 5, partner=twin)
        self._account(twin)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.debtor | twin).ids, self.debtor)
        self._refresh()
        self.assertEqual(self._row(0), {"bucket_1": 70, "bucket_2": 1000, "total": 1070})
        self._check_ties_at(0, 3, 20)
