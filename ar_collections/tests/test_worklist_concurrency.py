from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestWorklistConcurrency(ConcurrencyCase):
    """Two collectors open the same debtor at the same moment, in transactions of their own."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self._post(env)
            env["ar.collection"]._refresh(self.partner_ids)
            self.account_id = (
                env["ar.collection"].search([("partner_id", "in", self.partner_ids)], limit=1).id
            )
        self.addCleanup(self._forget_marks)

    def _forget_marks(self):
        with self._transaction() as env:
            env["ar.collection.use"].search([]).unlink()

    def test_one_of_two_has_it(self):
        with self.registry.cursor() as cr_one, self.registry.cursor() as cr_two:
            one = api.Environment(cr_one, SUPERUSER_ID, {})["ar.collection"]
            admin_id = one.env.ref("base.user_admin").id
            two = api.Environment(cr_two, admin_id, {}, su=True)["ar.collection"]
            cr_two.execute("SELECT")  # its snapshot is taken before ...
            answer = one.browse(self.account_id).action_take()
            self.assertEqual(answer, {"taken": True})
            cr_one.commit()  # ... the first has taken the debtor
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                two.browse(self.account_id).action_take()
            cr_two.rollback()  # the server tries again by itself
            two.env.invalidate_all()
            again = two.browse(self.account_id).action_take()
            self.assertFalse(again["taken"])
            self.assertEqual(again["user"], one.env.user.name)
