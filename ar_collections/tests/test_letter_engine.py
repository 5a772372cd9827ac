import os
import signal
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import letter_engine
from ..models.delivery_worker import Worker
from .letter import LetterCommon

LOG = letter_engine.__name__


@tagged("post_install", "-at_install")
class TestLetterEngine(LetterCommon):
    """A delivery worker prints letter after letter with one process of wkhtmltopdf."""

    def setUp(self):
        super().setUp()
        self._invoice_in("EUR", 1000, 10)
        self.notice = self._claimed()
        self.worker = Worker()
        self.addCleanup(self.worker.close)
        self.engine = self.worker.engine

    def _print_by_worker(self):
        report = self.report.with_context(ar_delivery_worker=self.worker)
        notice = self.notice.with_context(ar_delivery_worker=self.worker)
        return self._text(report._print(notice)[notice.id])

    def _process(self):
        self.assertTrue(self.engine._process, "printed by a call of its own")
        return self.engine._process

    def test_the_same_letters_by_one_process(self):
        alone = self._text(self._print(self.notice))
        self.assertEqual(self._print_by_worker(), alone)
        first = self._process()
        self.assertEqual(self._print_by_worker(), alone)
        self.assertEqual(self._process(), first)

    def test_replaced_before_it_grows(self):
        with patch.object(letter_engine, "LETTERS", 1):
            self._print_by_worker()
            first = self._process()
            self.assertIn("1,000.00", self._print_by_worker())
        self.assertNotEqual(self._process().pid, first.pid)
        self.assertIsNotNone(first.returncode, "the first one has ended")

    @mute_logger(LOG)
    def test_killed_process_costs_no_letter(self):
        self._print_by_worker()
        os.kill(self._process().pid, signal.SIGKILL)
        self.assertIn("1,000.00", self._print_by_worker())
        self.assertIsNone(self.engine._process)
        self.assertIn("1,000.00", self._print_by_worker())
        self._process()  # a new one

    @mute_logger(LOG)
    def test_given_up_after_it_has_failed_twice(self):
        """A wkhtmltopdf of another make may not read its input: it ends, or never answers."""
        self.assertIsNone(self.engine.print("/bin/false", [], "<p>1</p>"))
        with tempfile.TemporaryDirectory() as folder, patch.object(letter_engine, "SECONDS", 0.1):
            silent = Path(folder, "silent")
            silent.write_text("#!/bin/sh\nexec sleep 60\n")
            silent.chmod(0o700)
            self.assertIsNone(self.engine.print(str(silent), [], "<p>1</p>"))
        self.assertIn("1,000.00", self._print_by_worker())
        self.assertIsNone(self.engine._process)

    @mute_logger(LOG)
    def test_half_a_document_is_none(self):
        """What says that it is done, and is not."""
        with tempfile.TemporaryDirectory() as folder:
            liar = Path(folder, "liar")
            liar.write_text("#!/bin/sh\nread line\nprintf %%PDF > /dev/null\necho Done >&2\n")
            liar.chmod(0o700)
            self.assertIsNone(self.engine.print(str(liar), [], "<p>1</p>"))

    def test_other_addons_print_in_their_own_way(self):
        def printed(_reports, *_args, **_kwargs):
            return b"%PDF of another addon"

        self.report._scale()  # measured before
        reports = self.registry["ir.actions.report"]
        self.patch(reports, "_run_wkhtmltopdf", printed)
        report = self.report.with_context(ar_delivery_worker=self.worker)
        self.assertEqual(report._run_engine("<p>1</p>"), b"%PDF of another addon")
        self.assertIsNone(self.engine._process)
