from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import SmtpMixin
from .test_statement import StatementCommon

MAILING = "odoo.addons.ar_collections.models.ar_collection_mailing"
MAIL = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestStatementRun(SmtpMixin, StatementCommon):
    """Statements sent by the real job to a real mail server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Run_ = cls.env["ar.collection.statement.run"]

    def _deliver(self):
        with self.enter_registry_test_mode():
            self.env.ref("ar_collections.ir_cron_ar_collection_statement").method_direct_trigger()

    def _statement_run(self, **vals):
        self._refresh()
        return self.Run_.create({"company_id": self.company.id, **vals})

    def _three(self):
        """Three debtors: by e-mail, by e-mail, on paper."""
        beta = self._debtor("Beta", email="beta@debtor.example")
        gamma = self._debtor(
            "Gamma", street="1 Road", city="Cork", country_id=self.env.ref("base.ie").id
        )
        self._invoice(1000, 10)
        self._invoice(50, 10, partner=beta)
        self._invoice(300, 10, partner=gamma)
        return beta, gamma

    # === THE NORMAL WAY === #
    def test_who_owes_more_gets_one_once(self):
        beta, gamma = self._three()
        credit = self._debtor("Credit", email="credit@debtor.example")
        self._credit_note(80, partner=credit)
        run = self._statement_run(minimum=100)
        run.action_start()
        self.assertEqual(run.statement_ids.partner_id, self.debtor | gamma)
        self._deliver()
        self._deliver()
        [mail] = self.sink.mails
        self.assertEqual(mail["to"], ["alpha@debtor.example"])
        [pdf] = [part for part in mail["message"].walk() if part.get_filename()]
        text = self._text(pdf.get_payload(decode=True))
        self.assertIn("Balance in USD 1,000.00", text)
        body = mail["message"].get_body(("html",)).get_content()
        self.assertIn("1,000.00", body)
        self.assertIn("of which overdue", body)
        self.assertRecordValues(
            run.statement_ids.sorted(lambda one: -one.balance),
            [
                {"state": "sent", "channel": "email", "balance": 1000, "error": False},
                {"state": "to_print", "channel": "letter", "balance": 300, "error": False},
            ],
        )
        self.assertRecordValues(
            run, [{"total_count": 2, "sent_count": 1, "to_print_count": 1, "waiting_count": 0}]
        )
        # a contact: in the list of contacts, and in the timeline
        log = self.env["ar.collection.contact.log"].search(
            [("collection_id.partner_id", "=", self.debtor.id), ("kind", "=", "statement")]
        )
        self.assertEqual(len(log), 1)
        message = self._account().message_ids.filtered("partner_ids")
        self.assertEqual(message.notification_ids.notification_status, "sent")
        self.assertNotIn(beta, run.statement_ids.partner_id)

    def test_letters_are_printed_and_confirmed(self):
        self._three()
        run = self._statement_run()
        run.action_start()
        self._deliver()
        action = run.action_print_letters()
        attachment = self.env["ir.attachment"].browse(int(action["url"].rsplit("/", 1)[1]))
        self.assertIn("Balance in USD 300.00", self._text(attachment.raw))
        run.action_confirm_printed()
        self.assertEqual(run.sent_count, 3)
        with self.assertRaises(UserError):
            run.action_print_letters()

    def test_without_paper_they_are_left_out(self):
        self._three()
        run = self._statement_run(on_paper=False)
        run.action_start()
        self._deliver()
        skipped = run.statement_ids.filtered(lambda one: one.state == "skipped")
        self.assertEqual(skipped.partner_id.name, "Gamma")
        self.assertIn("no e-mail address", skipped.error)

    def test_nobody_to_send_to(self):
        self._invoice(10, 10)
        with self.assertRaises(UserError):
            self._statement_run(minimum=100).action_start()

    def test_with_spreadsheet(self):
        self._invoice(1000, 10)
        run = self._statement_run(attach_xlsx=True)
        run.action_start()
        self._deliver()
        [mail] = self.sink.mails
        names = sorted(
            part.get_filename().rsplit(".")[-1]
            for part in mail["message"].walk()
            if part.get_filename()
        )
        self.assertEqual(names, ["pdf", "xlsx"])

    def test_debtor_who_must_not_be_written_to(self):
        self._invoice(1000, 10)
        self._account().do_not_contact = True
        run = self._statement_run()
        run.action_start()
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertEqual(run.statement_ids.state, "skipped")

    def test_minimum_counts_all_currencies(self):
        """100 euro are 50 dollars at rate 2: with 60 dollars 110 in all."""
        self._invoice(60, 10)
        self._invoice_in("EUR", 100, 10)
        self.assertEqual(len(self._statement_run(minimum=109)._chosen_ids()), 1)
        self.assertEqual(len(self._statement_run(minimum=110)._chosen_ids()), 0)

    # === BAD DAYS === #
    def test_crash_after_smtp_is_never_sent_again_by_itself(self):
        self._three()
        run = self._statement_run(minimum=500)
        run.action_start()
        statement = run.statement_ids.sudo()  # as the job does
        statement._make()
        self.assertTrue(statement._claim())  # here the worker dies
        self.assertEqual(statement.state, "sending")
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(statement, [{"state": "failed", "delivery_unknown": True}])
        # a person decides
        statement.action_retry()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual(statement.state, "sent")

    def test_crash_while_making_loses_nothing(self):
        self._three()
        run = self._statement_run(minimum=500)
        run.action_start()
        report = type(self.env["report.ar_collections.report_ar_collection_statement"])

        class Killed(BaseException):
            pass

        with patch.object(report, "_print", side_effect=Killed), self.assertRaises(Killed):
            self._deliver()
        self._deliver()
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)

    @mute_logger(MAILING)
    def test_one_bad_document_stops_no_other(self):
        beta, _gamma = self._three()
        run = self._statement_run()
        run.action_start()
        statements = type(self.env["ar.collection.statement"])
        original = statements._prepare_content

        def broken(one, rows):
            if one.partner_id == beta:
                raise ValueError("broken")
            return original(one, rows)

        with patch.object(statements, "_prepare_content", broken):
            self._deliver()
        states = {one.partner_id.name: one.state for one in run.statement_ids}
        self.assertEqual(states, {"Alpha": "sent", "Beta": "failed", "Gamma": "to_print"})

    @mute_logger(MAIL)
    def test_refused_and_greylisted(self):
        self._invoice(1000, 10)
        run = self._statement_run()
        run.action_start()
        self.sink.refuse = "451 come back later"
        self._deliver()
        statement = run.statement_ids
        self.assertEqual(statement.state, "queued")
        self.assertTrue(statement.retry_at)
        self.sink.refuse = None
        self._deliver()
        self.assertFalse(self.sink.mails)  # its time has not come
        with freeze_time(statement.retry_at + timedelta(minutes=1)):
            self._deliver()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual(statement.state, "sent")

    def test_stopped_run_sends_nothing_more(self):
        self._three()
        run = self._statement_run()
        run.action_start()
        run.action_cancel()
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertEqual(set(run.statement_ids.mapped("state")), {"cancelled"})
        with self.assertRaises(UserError):
            run.action_start()

    def test_debtors_of_one_run_that_become_one_keep_both_statements(self):
        beta, _gamma = self._three()
        run = self._statement_run()
        run.action_start()
        self._deliver()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([beta.id, self.debtor.id], self.debtor)
        self.env.invalidate_all()
        self.assertEqual(run.total_count, 3)
        self.assertEqual(self._account().statement_count, 2)

    # === EVERY MONTH === #
    def test_monthly_run_starts_once(self):
        self._invoice(1000, 10)
        self._refresh()
        self.company.write({"ar_statement_day": 31, "ar_statement_minimum": 100})
        last = (self.today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_statement_run")
        with freeze_time(last - timedelta(days=1)), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self.Run_.search([("company_id", "=", self.company.id)]))
        # the last day of the month, whichever it is
        with freeze_time(last), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        run = self.Run_.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            run, [{"state": "started", "date": last, "minimum": 100, "total_count": 1}]
        )

    # === WHO MAY === #
    def test_rights(self):
        self._invoice(1000, 10)
        run = self._statement_run()
        user = self._user("sr_all", "all")
        with self.assertRaises(AccessError):
            run.with_user(user).action_start()
        with self.assertRaises(AccessError):
            run.with_user(user).create({"company_id": self.company.id})
        manager = self._user("sr_manager", "manager")
        with self.assertRaises(AccessError):
            run.with_user(manager).write({"state": "started"})
        run.with_user(manager).action_start()
        with self.assertRaises(UserError):
            run.with_user(manager).write({"minimum": 5})
        with self.assertRaises(AccessError):
            run.statement_ids.with_user(manager).write({"state": "sent"})
        with self.assertRaises(AccessError):
            run.statement_ids.with_user(manager).unlink()

    def test_sent_from_the_page_of_the_debtor(self):
        self._invoice(1000, 10)
        self._wizard(kind="activity", date_from=self._days(30)).action_send()
        self._deliver()
        [mail] = self.sink.mails
        self.assertIn("Statement of account", mail["message"]["Subject"])
        self.assertEqual(self._account().statement_count, 1)
