from odoo.tests import tagged

from .common import ArCollectionsCommon

#: What must differ between two documents.
OWN = {
    "id",
    "matching_number",
    "move_id",
    "move_name",
    "name",
    "payment_reference",
    "sequence_number",
    "ar_number",
}


@tagged("post_install", "-at_install")
class TestCommon(ArCollectionsCommon):
    """What other tests begin with."""

    def _stored(self, records):
        """Every column of the rows, besides what must differ."""
        self.env.flush_all()
        self.env.cr.execute(
            f"SELECT to_jsonb(t) FROM {records._table} t WHERE id = ANY(%s) ORDER BY id",
            [records.ids],
        )
        rows = [row for (row,) in self.env.cr.fetchall()]
        return [{key: value for key, value in row.items() if key not in OWN} for row in rows]

    def _check_same(self, move, other):
        self.assertEqual(self._stored(move), self._stored(other))
        self.assertEqual(*(self._stored(each.line_ids) for each in (move, other)))

    def test_a_complete_invoice_is_what_core_makes(self):
        child = self._debtor("Site", parent_id=self.debtor.id, type="invoice")
        for days, partner in ((10, self.debtor), (-10, self.debtor), (0, child)):
            ours = self._invoice(33.335, days, partner=partner, post=False)
            core = self._invoice(33.335, days, partner=partner, post=False, ref=False)
            self._check_same(ours, core)
            for move in (ours, core):
                move.action_post()
            self._check_same(ours, core)
            self._pay(ours, 20)
            self._pay(core, 20)
            self._check_same(ours, core)

    def test_a_complete_invoice_can_be_changed(self):
        ours, core = self._invoice(100, 10), self._invoice(100, 10, ref=False)
        for move in (ours, core):
            move.button_draft()
            move.invoice_line_ids.price_unit = 150
            move.invoice_date_due = self.today
            move.action_post()
        self._check_same(ours, core)
        self.assertEqual(self._item(ours).amount_residual, 150)
