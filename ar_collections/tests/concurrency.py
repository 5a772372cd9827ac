import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL

from ..models import ar_collection_refresh
from ..models.ar_collection_refresh_few import ArCollection as Few
from ..models.ar_collection_refresh_figures import ArCollection as Figures

#: Debtors of the tests, and how many of them a chunk of the full refresh holds.
DEBTORS, CHUNK = 30, 10


class ConcurrencyCase(BaseCase):
    """Real transactions on committed data of its own, which is taken away afterwards.

    Entries stand on accounts and journals of their own in the main company.
    """

    #: What was committed, and is taken away at the end.
    account_ids = journal_ids = partner_ids = walk_in_ids = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walk_in_ids = []
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._clean)
        with cls._transaction() as env:
            cls._make(env)
        cls.startClassPatcher(patch.object(ar_collection_refresh, "CHUNK", CHUNK))
        # the test runner holds the lock of the registry, which our threads need for a moment
        cls.startClassPatcher(patch.object(Registry, "_lock", threading.RLock()))

    @classmethod
    @contextmanager
    def _transaction(cls):
        """The environment of a transaction of its own, committed at the end."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    @classmethod
    def _make(cls, env):
        company = env.ref("base.main_company")
        accounts = env["account.account"].create(
            [
                {
                    "code": f"ARX{index}",
                    "name": "Concurrency",
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                    "company_ids": [Command.link(company.id)],
                }
                for index, kind in enumerate(("asset_receivable", "income"))
            ]
        )
        cls.receivable_id, cls.income_id = accounts.ids
        cls.account_ids = accounts.ids
        cls.journal_ids = (
            env["account.journal"]
            .create(
                [
                    {
                        "name": f"Till {index}",
                        "code": f"ARX{index}",
                        "type": "sale",
                        "default_account_id": cls.income_id,
                        "company_id": company.id,
                    }
                    for index in range(5)
                ]
            )
            .ids
        )
        cls.partner_ids = (
            env["res.partner"]
            .create(
                [
                    {
                        "name": f"Customer {index}",
                        "is_company": True,
                        "property_account_receivable_id": cls.receivable_id,
                    }
                    for index in range(DEBTORS)
                ]
            )
            .ids
        )

    @classmethod
    def _clean(cls):
        with cls._transaction() as env:
            moves = env["account.move"].search([("journal_id", "in", cls.journal_ids)])
            moves.filtered(lambda move: move.state == "posted").button_draft()
            moves.with_context(force_delete=True).unlink()
            partners = env["res.partner"].browse([*cls.partner_ids, *cls.walk_in_ids])
            env["ar.collection"].search([("partner_id", "in", partners.ids)]).unlink()
            env["account.journal"].browse(cls.journal_ids).unlink()
            partners.property_account_receivable_id = False
            env["account.account"].browse(cls.account_ids).unlink()
            partners.unlink()
            env.cr.flush()
            env.cr.execute("DELETE FROM ar_collection_queue")
            for name in ("refresh", "refresh_full", "tell_payments"):
                cron = env.ref(f"ar_collections.ir_cron_ar_collection_{name}")
                env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()

    # === WHAT HAPPENS === #
    @classmethod
    def _post(cls, env, amount=100, partner_ids=None, journal=0):
        """An entry that each of these debtors owes, ten days overdue."""
        due = fields.Date.today() - timedelta(days=10)
        partner_ids = partner_ids or cls.partner_ids
        items = [
            {
                "account_id": cls.receivable_id,
                "partner_id": partner_id,
                "debit": amount,
                "date_maturity": due,
            }
            for partner_id in partner_ids
        ]
        items.append({"account_id": cls.income_id, "credit": amount * len(partner_ids)})
        env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": cls.journal_ids[journal],
                "date": due,
                "line_ids": [Command.create({"name": "Item", **item}) for item in items],
            }
        ).action_post()

    @classmethod
    def _full(cls):
        with cls._transaction() as env:
            env["ar.collection"]._cron_refresh_full()

    @classmethod
    def _drain(cls):
        with cls._transaction() as env:
            env["ar.collection"]._cron_refresh()

    @classmethod
    def _forget_queue(cls):
        with cls._transaction() as env:
            env.cr.execute("DELETE FROM ar_collection_queue")

    @classmethod
    def _figures(cls, name="total_due"):
        """dict debtor -> a field of its account, as committed; ordered by account."""
        with cls._transaction() as env:
            accounts = env["ar.collection"].search(
                [("partner_id", "in", cls.partner_ids)], order="id"
            )
            return {account.partner_id.id: account[name] for account in accounts}

    def _check_all(self, expected):
        """Every debtor owes as much, and the cache is the ledger."""
        self.assertEqual(set(self._figures().values()), {expected})
        self.assertEqual(len(self._figures()), DEBTORS)
        with self._transaction() as env:
            self.assertFalse(env["ar.collection"]._differences())

    def _queue(self):
        with self._transaction() as env:
            return env["ar.collection.queue"].search_count([])

    @contextmanager
    def _meanwhile(self, *actions):
        """Do the n-th of these just before the n-th chunk, or batch of the queue, is written, in
        its snapshot's back; None: nothing. Yields the first account of each chunk that was tried."""
        update_figures, write_figures = Figures._update_figures, Few._write_figures
        tried = []

        def interrupt(env, concerned):
            rows = env.execute_query(concerned)  # the snapshot is taken
            ids = sorted(account_id for [account_id] in rows)
            if ids:
                tried.append(ids[0])
                action = actions[len(tried) - 1] if len(tried) <= len(actions) else None
                if action:
                    action(ids)

        def of_chunk(records, changes):
            interrupt(records.env, SQL("SELECT id FROM %s changes", changes))
            return update_figures(records, changes)

        def of_few(records, partner_ids):
            accounts = SQL("SELECT id FROM ar_collection WHERE partner_id = ANY(%s)", partner_ids)
            interrupt(records.env, accounts)
            return write_figures(records, partner_ids)

        with (
            patch.object(Figures, "_update_figures", of_chunk),
            patch.object(Few, "_write_figures", of_few),
        ):
            yield tried

    @contextmanager
    def _refused(self):
        """Collects, instead of logging, the statements that the database refused."""
        messages = []
        handler = logging.Handler()
        handler.emit = lambda record: messages.append(record.getMessage())
        logger = logging.getLogger("odoo.sql_db")
        logger.addHandler(handler)
        logger.propagate = False
        try:
            yield messages
        finally:
            logger.propagate = True
            logger.removeHandler(handler)
