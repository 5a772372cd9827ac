from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ArCollectionsCommon


@tagged("post_install", "-at_install")
class TestRun(ArCollectionsCommon):
    """What a run concludes, and the notices it makes: figures worked out by hand."""

    def _lines(self, notice, kind):
        return notice.line_ids.filtered(lambda line: line.kind == kind).sorted("id")

    # === DECISIONS === #
    def test_reminder_lists_all_overdue_less_credits(self):
        old, young = self._invoice(1000, 10), self._invoice(500, 2)
        self._invoice(300, -20)
        credit = self._credit_note(100, days=1)
        run = self._run()
        notice = run.notice_ids
        self.assertRecordValues(
            notice,
            [
                {
                    "collection_id": self._account().id,
                    "level_id": self.reminder.id,
                    "level_name": "Reminder",
                    "state": "queued",
                    "amount": 1400.0,
                    "deadline": self.today + timedelta(days=10),
                }
            ],
        )
        [total] = notice.totals
        self.assertEqual((total["claimed"], total["credit"], total["to_pay"]), (1500, 100, 1400))
        claimed = self._lines(notice, "claim")
        self.assertEqual(claimed.line_id, self._item(old) + self._item(young))
        by_item = {line.line_id: line for line in claimed}
        self.assertRecordValues(
            by_item[self._item(old)] + by_item[self._item(young)],
            [
                {"amount": 1000.0, "days_overdue": 10, "level_id": self.reminder.id},
                {"amount": 500.0, "days_overdue": 2, "level_id": False},
            ],
        )
        self.assertRecordValues(
            self._lines(notice, "credit"), [{"amount": -100.0, "move_id": credit.id}]
        )
        self.assertFalse(self._item(old).ar_level_id, "levels advance when the notice leaves")

    def test_held_part_is_left_out_and_said_so(self):
        move = self._invoice(1000, 10)
        self._hold(move, 300, "disputed")
        run = self._run()
        self.assertRecordValues(
            run.notice_ids.line_ids.sorted("kind_rank"),
            [
                {"kind": "claim", "amount": 700.0, "amount_open": 1000.0, "held_kind": False},
                {"kind": "held", "amount": 300.0, "amount_open": 1000.0, "held_kind": "disputed"},
            ],
        )
        self.assertEqual(run.notice_ids.amount, 700)

    def test_courtesy_names_only_what_comes_due(self):
        soon = self._invoice(400, -2)
        self._invoice(900, -30)
        run = self._run()
        self.assertEqual(run.notice_ids.level_id, self.courtesy)
        self.assertEqual(run.notice_ids.line_ids.line_id, self._item(soon))
        self.assertEqual(run.notice_ids.amount, 400)

    def test_final_demand_demands_only_what_was_noticed(self):
        old, young = self._invoice(1000, 60), self._invoice(200, 8)
        self._reach(old, self.second, 20)
        run = self._run()
        notice = run.notice_ids
        self.assertEqual(notice.level_id, self.final)
        self.assertEqual(self._lines(notice, "claim").line_id, self._item(old))
        also = self._lines(notice, "also")
        self.assertEqual(also.line_id, self._item(young))
        self.assertEqual(also.level_id, self.reminder, "it climbs by its own age")
        self.assertEqual(notice.amount, 1000)

    def test_two_currencies_are_never_added(self):
        rate = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        self._invoice(1000, 10)
        self._invoice(600, 10, currency_id=rate.id)
        self._credit_note(250, days=1, currency_id=rate.id)
        run = self._run()
        totals = {row["currency_id"]: row["to_pay"] for row in run.notice_ids.totals}
        self.assertEqual(totals, {self.company.currency_id.id: 1000, rate.id: 350})
        self.assertEqual(run.notice_ids.amount, 1175, "1,000 + 350 / 2")

    def test_a_currency_covered_by_credit_is_left_out(self):
        other = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        self._invoice(1000, 10)
        self._invoice(100, 10, currency_id=other.id)
        self._credit_note(250, days=1, currency_id=other.id)
        run = self._run()
        self.assertEqual(
            [row["currency_id"] for row in run.notice_ids.totals], [self.company.currency_id.id]
        )
        self.assertEqual(run.notice_ids.line_ids.currency_id, self.company.currency_id)

    def test_instalments_are_told_apart(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half and half",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        self._invoice(
            1000,
            0,
            invoice_date=self.today - timedelta(days=10),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        run = self._run()
        self.assertRecordValues(
            run.notice_ids.line_ids, [{"instalment": "1/2", "amount": 500.0, "days_overdue": 10}]
        )

    def test_every_instalment_has_its_number_a_whole_invoice_none(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "A fifth and the rest",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 20, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 80, "nb_days": 5}),
                ],
            }
        )
        self._invoice(
            1000,
            0,
            invoice_date=self.today - timedelta(days=20),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self._invoice(300, 12)
        lines = self._run().notice_ids.line_ids.sorted("date_due")
        self.assertRecordValues(
            lines,
            [
                {"instalment": "1/2", "amount": 200.0, "days_overdue": 20},
                {"instalment": "2/2", "amount": 800.0, "days_overdue": 15},
                {"instalment": False, "amount": 300.0, "days_overdue": 12},
            ],
        )

    # === REASONS === #
    def test_reasons(self):
        def debtor(name, **vals):
            vals.setdefault("email", f"{name}@debtor.example")
            return self._debtor(name, **vals)

        future = debtor("future")
        self._invoice(100, -30, partner=future)
        young = debtor("young")
        self._invoice(100, 3, partner=young)
        small = debtor("small")
        self._invoice(9, 10, partner=small)
        covered = debtor("covered")
        self._invoice(100, 10, partner=covered)
        self._credit_note(150, days=1, partner=covered)
        held = debtor("held")
        self._hold(self._invoice(100, 10, partner=held))
        paused = debtor("paused")
        self._invoice(100, 10, partner=paused)
        self._hold(False, collection_id=self._account(paused).id)
        silent = debtor("silent", email=False)
        self._invoice(100, 10, partner=silent)
        listed = debtor("listed", email="listed@debtor.example")
        self.env["mail.blacklist"]._add("listed@debtor.example")
        self._invoice(100, 10, partner=listed)
        employee = debtor("employee", employee=True)
        self._invoice(100, 10, partner=employee)
        own = self.company.partner_id
        self._invoice(100, 10, partner=own)
        quiet = debtor("quiet")
        self._invoice(100, 10, partner=quiet)
        self._account(quiet).sudo().last_notice_date = self.today - timedelta(days=3)
        resumed = debtor("resumed")
        move = self._invoice(100, 10, partner=resumed)
        hold = self._hold(move, date_from=self.today - timedelta(days=9), days=-2)
        self.assertEqual(hold.state, "ended")

        expected = {
            future: "nothing_overdue",
            young: "level_not_reached",
            small: "below_minimum",
            covered: "covered_by_credit",
            held: "all_held",
            paused: "debtor_paused",
            silent: "no_address",
            listed: "no_address",
            employee: "not_dunned",
            own: "not_dunned",
            quiet: "quiet_period",
            resumed: "resume_wait",
        }
        decisions = self._decisions()
        self.assertEqual({debtor: decisions[debtor].reason for debtor in expected}, expected)
        self.assertEqual(decisions[quiet].date, self.today + timedelta(days=4))
        self.assertEqual(decisions[young].date, self.today + timedelta(days=4))
        self.assertEqual(
            decisions[resumed].date, self.today + timedelta(days=2), "ended yesterday + 3 days"
        )

    def test_no_policy(self):
        self.policy.domain = "[('country_id.code', '=', 'AQ')]"
        self._invoice(100, 10)
        self.assertEqual(self._decisions()[self.debtor].reason, "no_policy")

    def test_a_waiting_notice_stops_a_second(self):
        self._invoice(100, 10)
        self.reminder.automatic = False
        run = self._run()
        self.assertEqual(run.notice_ids.state, "to_approve")
        self.assertEqual(self._decisions()[self.debtor].reason, "awaiting_approval")
        other = self.env["ar.collection.approval"]._managers(self.company) - self.env.user
        run.notice_ids.with_user(other[:1]).action_approve()
        self.assertEqual(run.notice_ids.state, "queued")
        self.assertEqual(self._decisions()[self.debtor].reason, "pending_notice")

    def test_credit_and_address_become_somebodys_work(self):
        covered = self._debtor("Covered", email="covered@debtor.example")
        self._invoice(100, 10, partner=covered)
        self._credit_note(150, days=1, partner=covered)
        self._run()
        self.assertRecordValues(
            self._account(covered),
            [{"next_action": "Apply the credit", "next_action_date": self.today}],
        )

    # === THE RUN === #
    def test_second_run_of_a_day_adds_nothing(self):
        self._invoice(100, 10)
        other = self._debtor("Late", email=False)
        self._invoice(100, 10, partner=other)
        run = self._run()
        self.assertEqual(len(run.notice_ids), 1)
        again = self._run()
        self.assertEqual(again, run)
        self.assertEqual(len(run.notice_ids), 1)
        self.assertEqual(len(run.decision_ids), 2)
        other.email = "late@debtor.example"
        self._run()
        self.assertEqual(len(run.notice_ids), 2, "what was mended is noticed")

    def test_run_is_for_today_only(self):
        with self.assertRaisesRegex(UserError, "simulate"):
            self.Run._run(self.today + timedelta(days=1))

    def test_simulation_writes_nothing_else(self):
        move = self._invoice(1000, 10)
        self._hold(move, 300)
        self._credit_note(50, days=1)
        account = self._account()
        [row] = self.Run.simulate(self.today.isoformat())
        self.assertEqual(
            row,
            {
                "collection_id": account.id,
                "decision": "notice",
                "level": self.reminder.id,
                "channels": ["email"],
                "reason": None,
                "claims": [
                    {
                        "line_id": self._item(move).id,
                        "currency": "USD",
                        "open": 1000.0,
                        "held": 300.0,
                        "claimed": 700.0,
                    }
                ],
                "credits": {"USD": 50.0},
                "to_pay": {"USD": 650.0},
            },
        )
        self.assertFalse(self.Run.search([("company_id", "=", self.company.id)]))
        self.Run.action_look()
        simulation = self.Run.search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            simulation, [{"simulation": True, "debtor_count": 1, "notice_count": 1, "claim": 650}]
        )
        self.assertFalse(self.Notice.search([("collection_id", "=", account.id)]))
        self.assertEqual(self.Run.tonight()["amount"], 650)

    def test_simulations_are_kept_a_week(self):
        self._invoice(100, 10)
        self._refresh()
        with freeze_time(self.today - timedelta(days=8)):
            self.Run.action_look()
        self.Run.action_look()
        self.Run.search([]).flush_recordset()
        self.env.cr.execute(
            "UPDATE ar_collection_run SET create_date = now() - interval '8 days'"
            " WHERE id = (SELECT min(id) FROM ar_collection_run)"
        )
        self.Run.invalidate_model()
        count = self.Run.search_count([])
        self.Run._gc_simulations()
        self.assertEqual(self.Run.search_count([]), count - 1)

    def test_old_bank_lines_warn_and_by_setting_wait(self):
        self._invoice(100, 10)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.today - timedelta(days=14),
                "payment_ref": "Old",
                "amount": 1,
            }
        )
        run = self._run()
        self.assertIn("10 working days ago", run.warning)
        self.assertEqual(run.state, "done")
        run.notice_ids.unlink()
        run.unlink()
        self.company.ar_bank_line_wait = True
        waiting = self._run()
        self.assertEqual(waiting.state, "waiting")
        self.assertFalse(waiting.decision_ids)

    def test_nightly_job_runs_only_where_it_is_switched_on(self):
        self._invoice(100, 10)
        self._refresh()
        cron = self.env.ref("ar_collections.ir_cron_ar_collection_run")
        runs = [("company_id", "=", self.company.id), ("simulation", "=", False)]
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self.Run.search(runs))
        self.company.ar_automatic = True
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(len(self.Run.search(runs).notice_ids), 1)

    def test_automatic_needs_a_first_look(self):
        settings = self.env["res.config.settings"].create({"ar_automatic": True})
        with self.assertRaisesRegex(UserError, "look at a first run"):
            settings.execute()
        self.Run.action_look()
        self.env["res.config.settings"].create({"ar_automatic": True}).execute()
        self.assertTrue(self.company.ar_automatic)

    def test_queries_do_not_grow_with_debtors(self):
        def run_of(count, start):
            for number in range(start, start + count):
                partner = self._debtor(f"Q{number}", email=f"q{number}@debtor.example")
                self._invoice(100, 3, partner=partner)
            self._refresh()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Run._decide(self.company, self.today)
            return self.env.cr.sql_log_count - before

        run_of(1, 0)
        few = run_of(2, 10)
        many = run_of(12, 20)
        self.assertEqual(few, many)

    def test_items_can_be_read_in_parallel(self):
        """The fence in their SQL does not keep PostgreSQL from sharing them out among workers."""
        self._invoice(100, 30)
        self.env.flush_all()
        # PostgreSQL takes a worker wherever it may, whatever it costs
        renamed = self.env.cr.connection.server_version >= 160000
        forced = "debug_parallel_query" if renamed else "force_parallel_mode"
        self.env.cr.execute(SQL("SET LOCAL %s = on", SQL.identifier(forced)))
        items = self.env["ar.collection"]._items_sql(company_id=self.company.id)
        plan = self.env.execute_query(SQL("EXPLAIN SELECT count(*) FROM (%s) item", items))
        self.assertIn("Gather", "\n".join(line for [line] in plan))

    # === SUMMARY === #
    def test_channels_of_the_summary(self):
        other = self._debtor(
            "Beta",
            email="beta@debtor.example",
            street="Main street 1",
            city="Town",
            country_id=self.env.ref("base.de").id,
        )
        self.reminder.write({"send_letter": True, "call_task": True})
        self._invoice(100, 10)
        self._invoice(100, 10, partner=other)
        self._invoice(100, -20, partner=self._debtor("Nothing due", email="n@debtor.example"))
        channels = dict(self._run().summary["channels"])
        self.assertEqual(channels, {"email": 2, "call": 2, "letter": 1})

    def test_notices_of_this_month_on_the_policy(self):
        self._invoice(100, 10)
        self._invoice(100, 10, partner=self._debtor("Beta", email="beta@debtor.example"))
        notices = self._run().notice_ids
        self.assertEqual(self.policy.notice_count, 0, "queued is not sent")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ar_collection_notice SET state = 'sent' WHERE id = ANY(%s)", [notices.ids]
        )
        self.env.invalidate_all()
        self.assertEqual(self.policy.notice_count, 2)
        found = self.Notice.search(self.policy.action_open_notices()["domain"])
        self.assertEqual(found, notices)
        self.env.cr.execute(
            "UPDATE ar_collection_notice SET date = date - 40 WHERE id = %s", [notices[0].id]
        )
        self.env.invalidate_all()
        self.assertEqual(self.policy.notice_count, 1, "not of another month")
