from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestApprovalTurns(ConcurrencyCase):
    """Two approvers of different slices for one debtor at one moment: one starts anew."""

    @mute_logger("odoo.sql_db")
    def test_the_second_starts_anew(self):
        with self._transaction() as env:
            account_id = (
                env["ar.collection"]
                .create(
                    {
                        "partner_id": self.partner_ids[0],
                        "company_id": env.ref("base.main_company").id,
                    }
                )
                .id
            )
        with self._transaction() as slow:
            used = slow["ar.collection.approval"]._used(slow["ar.collection"].browse(account_id))
            self.assertFalse(used, "nothing is approved as this one sees it")
            with self._transaction() as quick:
                quick["ar.collection.approval"]._take_turns(
                    quick["ar.collection"].browse(account_id)
                )
            with self.assertRaises(SerializationFailure):
                slow["ar.collection.approval"]._take_turns(slow["ar.collection"].browse(account_id))
            slow.cr.rollback()
