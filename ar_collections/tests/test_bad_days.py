from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .ledger import LedgerCommon
from .test_delivery import DELIVERY, MAIL, DeliveryCommon

QWEB = "odoo.addons.mail.models.mail_render_mixin"


@tagged("post_install", "-at_install")
class TestBadDays(DeliveryCommon, LedgerCommon):
    """What goes wrong with one notice is that notice's problem, and it says what."""

    def _two(self, **vals):
        """A debtor in trouble beside a healthy one; gives both notices of tonight."""
        bad = self._debtor("Bad", email="bad@debtor.example")
        self._invoice(100, 10, partner=bad, **vals)
        good = self._queued()
        notice = self.Notice.search([("collection_id.partner_id", "=", bad.id)])
        self.assertEqual(notice.state, "queued")
        return notice, good

    def _check_good(self, good):
        self.assertEqual(good.state, "sent")
        self.assertIn(["alpha@debtor.example"], [mail["to"] for mail in self.sink.mails])

    def _broken_template(self, **vals):
        """A policy of its own for the debtor named Bad, whose e-mails use a broken text."""
        policy = self.policy.copy(
            {"name": "Bad", "sequence": 2, "domain": "[('name', '=', 'Bad')]", "by_hand": False}
        )
        template = self.reminder.mail_template_id.copy()
        policy.level_ids.mail_template_id = template
        self.env.flush_all()
        for name, value in vals.items():  # as it may come with an import or an older version
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_template SET %s = jsonb_build_object('en_US', %s::text)"
                    " WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    template.id,
                )
            )
        template.invalidate_recordset()

    # === BETWEEN DECISION AND CLAIM === #
    def test_credited_between_decision_and_claim(self):
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        credit = self._credit_note(1000, days=0)
        (self._item(move) + self._item(credit)).reconcile()
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "nothing_overdue"}])

    def test_covered_by_a_credit_nobody_applied_yet(self):
        notice = self._queued()
        self._credit_note(1500, days=0)
        self._deliver()
        self.assertFalse(self.sink.mails)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "covered_by_credit"}])

    def test_part_credited_between_decision_and_claim(self):
        notice = self._queued()
        self._credit_note(400, days=0)
        self._deliver()
        self.assertRecordValues(notice, [{"state": "sent", "amount": 600.0}])

    def test_blacklisted_between_decision_and_claim(self):
        notice, good = self._two()
        self.env["mail.blacklist"]._add("bad@debtor.example")
        self._deliver()
        self._check_good(good)
        self.assertRecordValues(notice, [{"state": "skipped", "reason": "no_address"}])
        self.assertEqual(len(self.sink.mails), 1)

    # === ONE NOTICE'S PROBLEM === #
    @mute_logger(DELIVERY, QWEB)
    def test_text_with_a_syntax_error(self):
        for name, broken in (
            ("body_html", '<p><t t-if="object.("/></p>'),
            ("body_html", '<t t-foreach="object.line_ids">never named</t>'),
            ("subject", "Reminder {{ object.( }}"),
        ):
            with self.subTest(broken=broken):
                self.sink.mails.clear()
                savepoint = self.env.cr.savepoint()
                self._broken_template(**{name: broken})
                notice, good = self._two()
                self._deliver()
                self._check_good(good)
                self.assertRecordValues(notice, [{"state": "failed", "delivery_unknown": False}])
                self.assertIn("Please mend this, then retry.", notice.error)
                self.assertFalse(notice.line_ids.line_id.ar_level_id)
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()

    def test_a_currency_without_a_rate(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "¤"})
        self.assertFalse(currency.rate_ids)
        notice, good = self._two(currency_id=currency.id)
        self._deliver()
        self._check_good(good)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(
            [(row["currency_id"], row["to_pay"]) for row in notice.totals], [(currency.id, 100)]
        )

    def test_no_letterhead_and_no_bank_account(self):
        self.company.write({"external_report_layout_id": False, "logo": False})
        self.company.partner_id.bank_ids.unlink()
        notice = self._queued()
        self._deliver()
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.totals[0]["bank_account_id"])

    @mute_logger(DELIVERY)
    def test_level_without_a_text(self):
        self._broken_template()
        notice, good = self._two()
        self.assertEqual(notice.level_id.policy_id.name, "Bad")
        self.env.cr.execute(
            "UPDATE ar_collection_level SET mail_template_id = NULL WHERE id = %s",
            [notice.level_id.id],
        )
        self.env.invalidate_all()
        self._deliver()
        self._check_good(good)
        self.assertEqual(notice.state, "failed")
        self.assertIn("Please choose one", notice.error)

    # === THE JOB === #
    def test_a_week_without_delivery(self):
        """What was queued a week ago claims what is open today, once, with today's date."""
        move = self._invoice(1000, 10)
        notice = self._queued(move)
        week_ago = self.today - timedelta(days=7)
        notice.sudo().write({"date": week_ago, "deadline": week_ago + timedelta(days=10)})
        notice.run_id.sudo().date = week_ago
        self._pay(move, 300)
        self._invoice(50, 1)
        run = self._run()
        self.assertEqual(run.decision_ids.reason, "pending_notice", "no second beside the first")
        self._deliver()
        self.assertRecordValues(
            notice,
            [
                {
                    "state": "sent",
                    "date": self.today,
                    "deadline": self.today + timedelta(days=10),
                    "amount": 750.0,
                }
            ],
        )
        self._deliver()
        self.assertEqual(len(self.sink.mails), 1)

    @mute_logger(MAIL, DELIVERY)
    def test_a_worker_finds_what_another_has_just_finished(self):
        """The lock of a notice is free, but it is not *sending* any more: left as it is."""
        notice = self._queued()
        self._deliver()
        self.assertEqual(notice.state, "sent")
        self.Notice._fail_interrupted()
        self.assertEqual(notice.state, "sent")

    # === COMPANIES === #
    def test_two_companies_with_branches(self):
        """A branch's invoice stands on its root's notice; the other company has its own."""
        branch = self._branch()
        self._invoice(1000, 10)
        journal = self.env["account.journal"].search(
            [("company_id", "in", (self.company.id, branch.id)), ("type", "=", "sale")], limit=1
        )
        self._invoice(200, 10, company_id=branch.id, journal_id=journal.id)
        foreign = self._other_company("Foreign")
        foreign.email = "foreign@office.example"
        self.company.email = "office@office.example"
        self.env["account.move"].with_company(foreign).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.debtor.id,
                "invoice_date": self.today - timedelta(days=12),
                "invoice_date_due": self.today - timedelta(days=12),
                "invoice_line_ids": [
                    (0, 0, {"name": "Goods", "price_unit": 77, "tax_ids": [(5,)]})
                ],
            }
        ).action_post()
        self._refresh()
        run = self.Run.with_company(branch)._run(self.today)
        other = self.Run.with_company(foreign)._run(self.today)
        self.assertEqual(run.company_id, self.company)
        self.assertEqual(run.notice_ids.mapped("amount"), [1200])
        self.assertEqual(other.notice_ids.mapped("amount"), [77])
        self._deliver()
        senders = {mail["message"]["From"] for mail in self.sink.mails}
        self.assertEqual(len(self.sink.mails), 2)
        self.assertEqual(len(senders), 2, senders)
        self.assertEqual((run.notice_ids + other.notice_ids).mapped("state"), ["sent", "sent"])

    def test_simulation_is_no_way_around_the_date(self):
        with self.assertRaises(UserError):
            self.Run._run(self.today - timedelta(days=1))
