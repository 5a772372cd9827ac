import subprocess
import sys
import threading
import time
from functools import partial

from odoo.service.model import retrying
from odoo.tests import get_db_name, tagged
from odoo.tools import config

from ..models.ar_collection_refresh import LOCK, TRIES
from .concurrency import CHUNK, DEBTORS, ConcurrencyCase

#: The full refresh in a process of its own, which stops before its second chunk.
STOPPED = """
import sys, time
import odoo
from odoo.modules.registry import Registry
odoo.tools.config.parse_config(sys.argv[2:])
with Registry(sys.argv[1]).cursor() as cr:
    env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
    from odoo.addons.ar_collections.models import ar_collection_refresh as refresh
    refresh.CHUNK, refresh_chunk = %(chunk)s, refresh.ArCollection._refresh_chunk
    def stopping(records, last_id):
        if last_id:
            print("stopped", flush=True)
            time.sleep(60)
        return refresh_chunk(records, last_id)
    refresh.ArCollection._refresh_chunk = stopping
    env["ar.collection"]._cron_refresh_full()
"""


@tagged("post_install", "-at_install")
class TestRefreshConcurrency(ConcurrencyCase):
    """Persons, workers and tills at once: nothing is lost, nobody is in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owed = 0

    def setUp(self):
        super().setUp()
        self._owe(100)
        self._full()
        self._forget_queue()
        self._check_all(self.owed)

    def _owe(self, amount, **kwargs):
        """Every debtor owes more."""
        with self._transaction() as env:
            self._post(env, amount, **kwargs)
        type(self).owed += amount

    def _save_card(self, text, ids):
        """A collector saves the card of one of these debtors."""
        with self._transaction() as env:
            env["ar.collection"].browse(ids[3]).write({"next_action": text, "note": text})

    # === A COLLECTOR === #
    def test_card_saved_during_the_full_refresh(self):
        for chunk in range(3):
            with self.subTest(chunk=chunk):
                self._owe(50)
                self._forget_queue()
                text = f"Chunk {chunk}"
                actions = [None] * chunk + [partial(self._save_card, text)]
                with self._meanwhile(*actions) as tried, self._refused() as refused:
                    self._full()
                self.assertEqual(len(tried), 4, "three chunks, one of them twice")
                self.assertEqual(tried[chunk], tried[chunk + 1])
                self.assertFalse(refused, "not worth an error in the log")
                self._check_all(self.owed)
                self.assertIn(text, self._figures("next_action").values())
                self.assertIn(text, self._figures("note").values())

    def test_card_saved_again_and_again(self):
        """The chunk is left to the queue; the others are right already."""
        self._owe(50)
        self._forget_queue()
        save = partial(self._save_card, "Again")
        with self._meanwhile(None, *[save] * TRIES) as tried, self._refused():
            self._full()
        self.assertEqual(len(tried), 2 + TRIES)
        right = [owed == self.owed for owed in self._figures().values()]
        self.assertEqual(right, [True] * CHUNK + [False] * CHUNK + [True] * CHUNK)
        self._drain()
        self._check_all(self.owed)
        self.assertEqual(self._queue(), 0)

    def test_card_saved_while_the_queue_is_worked_off(self):
        self._owe(50)
        with self._meanwhile(partial(self._save_card, "Queue")), self._refused():
            self._drain()
        self.assertTrue(self._queue(), "they stay in the queue")
        self.assertIn("Queue", self._figures("next_action").values())
        with self._transaction() as env:
            cron = env.ref("ar_collections.ir_cron_ar_collection_refresh")
            self.assertTrue(env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self._drain()
        self._check_all(self.owed)

    def test_cards_saved_in_either_order_by_one_transaction(self):
        """A list edited at once locks several cards. In one of the two orders that is a
        deadlock, which ends one side: it is tried again, as a request always is."""
        for backwards in (False, True):
            self._owe(50)
            self._forget_queue()
            threads, locked = [], threading.Event()

            def edit(env, ids, locked=locked):
                for account_id in ids:
                    env["ar.collection"].browse(account_id).note = "Edited"
                    env.flush_all()
                    locked.set()
                    time.sleep(0.3)

            def request(ids, edit=edit):
                with self._transaction() as env:
                    retrying(partial(edit, env, ids), env)

            def meanwhile(ids, backwards=backwards, threads=threads, locked=locked):
                ends = sorted((min(ids), max(ids)), reverse=backwards)
                threads.append(threading.Thread(target=request, args=(ends,)))
                threads[0].start()
                locked.wait(5)

            with self.subTest(backwards=backwards), self._refused():
                with self._meanwhile(meanwhile):
                    self._full()
                threads[0].join()
                self._drain()
                self._check_all(self.owed)
                self.assertEqual(list(self._figures("note").values()).count("Edited"), 2)
                with self._transaction() as env:
                    env["ar.collection"].search([("note", "=", "Edited")]).note = False

    def test_newer_figures_are_overwritten_for_a_minute_at_most(self):
        """A hold placed during the full refresh refreshes its debtor at once; the older
        aggregate may go over it, but the debtor is in the queue."""

        def pay_meanwhile(ids):
            with self._transaction() as env:
                account = env["ar.collection"].browse(max(ids))
                self._post(env, 50, partner_ids=account.partner_id.ids)
                env["ar.collection"]._refresh(account.partner_id.ids)

        self._owe(50)
        self._forget_queue()
        with self._meanwhile(pay_meanwhile) as tried, self._refused():
            self._full()
        self.assertTrue(tried)
        self._drain()
        owed = list(self._figures().values())
        self.assertEqual(sorted(owed), [self.owed] * (DEBTORS - 1) + [self.owed + 50])
        with self._transaction() as env:
            self.assertFalse(env["ar.collection"]._differences())
            more = env["ar.collection"].search([("total_due", "=", self.owed + 50)])
            others = sorted(set(self.partner_ids) - set(more.partner_id.ids))
            self._post(env, 50, partner_ids=others)  # all owe the same again
        type(self).owed += 50
        self._drain()

    # === WORKERS === #
    def test_second_worker_gives_way(self):
        self._owe(50)
        with self._transaction() as env:
            cron = env.ref("ar_collections.ir_cron_ar_collection_refresh_full")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        with self._transaction() as first, first["ar.collection"]._refresh_lock() as locked:
            self.assertTrue(locked)
            self._drain()
            self._full()
            self.assertEqual(set(self._figures().values()), {self.owed - 50}, "nobody worked")
            self.assertTrue(self._queue())
            with self._transaction() as env:
                again = env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
                self.assertEqual(len(again), 1, "the full refresh comes back later")
        self._drain()
        self._check_all(self.owed)
        self.assertEqual(self._queue(), 0)

    def test_lock_is_given_back_after_an_error(self):
        def explode(_ids):
            raise ZeroDivisionError

        self._owe(50)
        with self.assertRaises(ZeroDivisionError), self._meanwhile(explode):
            self._full()
        self._drain()
        self._check_all(self.owed)

    def test_killed_during_the_full_refresh(self):
        self._owe(50)
        self._forget_queue()
        options = [
            f"--{name}={config[name]}" for name in ("db_host", "db_port", "db_user") if config[name]
        ]
        options.append(f"--addons-path={','.join(config['addons_path'])}")
        process = subprocess.Popen(
            [sys.executable, "-c", STOPPED % {"chunk": CHUNK}, get_db_name(), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self.assertEqual(process.stdout.readline(), "stopped\n")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self._wait_for_lock()
        right = [owed == self.owed for owed in self._figures().values()]
        self.assertEqual(right, [True] * CHUNK + [False] * (DEBTORS - CHUNK))
        self._full()
        self._check_all(self.owed)

    def _wait_for_lock(self):
        """The database notices in a moment that the process is gone."""
        for _attempt in range(50):
            with self._transaction() as env:
                env.cr.execute(
                    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
                    " AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())",
                    [LOCK],
                )
                if not env.cr.rowcount:
                    return
            time.sleep(0.1)
        self.fail("The lock outlives its process.")

    # === TILLS === #
    def test_fifty_invoices_of_one_customer_while_the_queue_is_worked_off(self):
        """Five tills post ten invoices each, two workers refresh all the while. Each posting
        is tried again as the web client's would be; none of it because of us."""
        with self._transaction() as env:
            customer = env["res.partner"].create(
                {
                    "name": "Walk-in",
                    "is_company": True,
                    "property_account_receivable_id": self.receivable_id,
                }
            )
        self.walk_in_ids.append(customer.id)
        done, errors = threading.Event(), []

        def till(journal):
            for _number in range(10):
                with self._transaction() as env:
                    retrying(partial(self._invoice, env, customer.id, journal), env)

        def worker():
            while not done.is_set():
                self._drain()
                time.sleep(0.02)

        def guarded(function, *args):
            try:
                function(*args)
            except Exception as error:
                errors.append(error)

        workers = [threading.Thread(target=guarded, args=(worker,)) for _index in range(2)]
        tills = [
            threading.Thread(target=guarded, args=(till, journal)) for journal in self.journal_ids
        ]
        with self._refused() as refused:
            for thread in workers + tills:
                thread.start()
            for thread in tills:
                thread.join()
            done.set()
            for thread in workers:
                thread.join()
        self.assertFalse(errors)
        self.assertFalse([text for text in refused if "ar_collection" in text])
        self._drain()
        self.assertEqual(self._queue(), 0)
        with self._transaction() as env:
            account = env["ar.collection"].search([("partner_id", "=", customer.id)])
            self.assertEqual(account.mapped("total_due"), [5000])
            self.assertEqual(len(account.item_ids), 50)
            self.assertFalse(env["ar.collection"]._differences())

    @classmethod
    def _invoice(cls, env, partner_id, journal_id):
        env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal_id,
                "partner_id": partner_id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [(0, 0, {"name": "Coffee", "price_unit": 100, "tax_ids": []})],
            }
        ).action_post()
