from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .ledger import LedgerCommon

#: What a person may read of the addon, as a record of each.
MODELS = (
    "ar.collection",
    "ar.collection.hold",
    "ar.collection.decision",
    "ar.collection.run",
    "ar.collection.notice",
    "ar.collection.notice.line",
    "ar.collection.stage",
    "ar.collection.policy",
    "ar.collection.level",
    "ar.collection.hold.reason",
    "ar.collection.approval",
    "ar.collection.audit",
    "ar.collection.promise",
    "ar.collection.promise.line",
    "ar.collection.write.off",
    "ar.collection.write.off.line",
    "ar.collection.refund",
    "ar.collection.transfer",
    "ar.collection.plan",
    "ar.collection.plan.item",
    "ar.collection.plan.line",
    "ar.collection.remittance",
    "ar.collection.remittance.line",
    "ar.collection.remittance.column",
    "ar.collection.withheld",
)
#: Of these everybody sees only what belongs to own debtors.
OF_DEBTORS = (
    "ar.collection.call",
    *MODELS[:3],
    *MODELS[4:6],
    "ar.collection.approval",
    "ar.collection.promise",
    "ar.collection.promise.line",
    "ar.collection.write.off",
    "ar.collection.write.off.line",
    "ar.collection.refund",
    "ar.collection.transfer",
    "ar.collection.plan",
    "ar.collection.plan.item",
    "ar.collection.plan.line",
    "ar.collection.dispute",
    "ar.collection.dispute.item",
    "ar.collection.remittance",
    "ar.collection.remittance.line",
    "ar.collection.remittance.column",
    "ar.collection.withheld",
)
#: Of these whoever works in accounting sees all.
OF_ACCOUNTING = (
    "ar.collection.remittance",
    "ar.collection.remittance.line",
    "ar.collection.remittance.column",
    "ar.collection.withheld",
)
SETTINGS = ("ar.collection.stage", "ar.collection.policy", "ar.collection.level")


class SecurityCommon(LedgerCommon):
    """A user of each role, and three debtors: one's own, somebody else's, and nobody's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bell = cls._user("bell", "user")
        cls.cook = cls._user("cook", "user")
        cls.lead = cls._user("lead", "all")
        cls.manager = cls._user("boss", "manager")
        cls.auditor = cls._user("auditor", "readonly")
        cls.stranger = cls._plain_user("stranger", "base.group_user")
        cls.biller = cls._plain_user("biller", "account.group_account_invoice")
        cls.portal = cls._plain_user("portal", "base.group_portal")
        cls.mine, cls.theirs, cls.nobodys = (
            cls._scene(name, user)
            for name, user in (("Mine", cls.bell), ("Theirs", cls.cook), ("Nobody's", None))
        )

    @classmethod
    def _plain_user(cls, login, group):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [Command.set(cls.env.ref(group).ids)],
                "company_ids": [Command.set(cls.company.ids)],
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _scene(cls, name, user):
        """A debtor with one record of everything; dict model -> record."""
        partner = cls._debtor(name, email=f"{name[:4].lower()}@debtor.example")
        move = cls._invoice(100, 10, partner=partner)
        cls.env["ar.collection"]._refresh(partner.ids)
        account = cls.Account.search([("partner_id", "=", partner.id)])
        account.user_id = user
        hold = cls.Hold.create(
            {
                "collection_id": account.id,
                "line_id": cls._item(move).id,
                "amount": 10,
                "date_to": cls.today,
            }
        )
        run = cls.Run.sudo().search([("company_id", "=", cls.company.id)]) or cls.Run.sudo().create(
            {"company_id": cls.company.id, "date": cls.today}
        )
        decision = (
            cls.env["ar.collection.decision"]
            .sudo()
            .create(
                {
                    "run_id": run.id,
                    "collection_id": account.id,
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                }
            )
        )
        notice = cls.Notice.sudo().create(
            {"collection_id": account.id, "date": cls.today, "run_id": run.id}
        )
        line = (
            cls.env["ar.collection.notice.line"]
            .sudo()
            .create({"notice_id": notice.id, "kind": "claim", "move_name": move.name})
        )
        approval = hold._ask_approval().with_env(cls.env)
        audit = cls.env["ar.collection.audit"]._log(hold, "override", "Scene").with_env(cls.env)
        promise = cls.env["ar.collection.promise"].create(
            {"collection_id": account.id, "amount": 10, "date": cls.today}
        )
        call = (
            cls.env["ar.collection.call"]
            .sudo()
            .create(
                {
                    "collection_id": account.id,
                    "result_id": cls.env.ref("ar_collections.call_result_no_answer").id,
                    "user_id": (user or cls.env.user).id,
                }
            )
            .with_env(cls.env)
        )
        write_off = cls.env["ar.collection.write.off"].create(
            {
                "collection_id": account.id,
                "reason_id": cls.env.ref("ar_collections.write_off_reason_small").id,
                "line_ids": [Command.create({"line_id": cls._item(move).id})],
            }
        )
        records = (account, hold, decision, run, notice, line, approval, audit, call)
        refund, transfer = (
            cls.env[model].create({"collection_id": account.id})
            for model in ("ar.collection.refund", "ar.collection.transfer")
        )
        records += (write_off, write_off.line_ids, refund, transfer)
        records += (promise, promise.line_ids)
        plan = cls.env["ar.collection.plan"].create(
            {
                "collection_id": account.id,
                "number": 1,
                "item_ids": [Command.create({"line_id": cls._item(move).id})],
            }
        )
        records += (plan, plan.item_ids, plan.line_ids)
        dispute = cls.env["ar.collection.dispute"]._open(
            account,
            {cls._item(move).id: 5},
            reason=cls.env.ref("ar_collections.dispute_reason_other"),
        )
        records += (dispute, dispute.item_ids)
        records += cls._cash_scene(account, move)
        return {record._name: record for record in records}

    @classmethod
    def _cash_scene(cls, account, move):
        """A remittance advice and withheld tax of the debtor."""
        remittance = cls.env["ar.collection.remittance"]._import(
            f"Invoice;Paid\n{move.name};10.00".encode(), "advice.csv", partner=account.partner_id
        )
        withheld = cls.env["ar.collection.withheld"].sudo()
        withheld = withheld.create(
            {
                "collection_id": account.id,
                "item_name": move.name,
                "currency_id": move.currency_id.id,
                "amount": 1,
                "quarter_start": cls.today.replace(month=1, day=1),
            }
        )
        return remittance, remittance.line_ids, remittance.column_ids[0], withheld.with_env(cls.env)


@tagged("post_install", "-at_install")
class TestSecurity(SecurityCommon):
    """What each role may see and do (DESIGN, section 9)."""

    def _seen(self, user, model):
        """Which of the three debtors' records of a model a user finds, and can read."""
        found = self.env[model].with_user(user).search([])
        scenes = {"mine": self.mine, "theirs": self.theirs, "nobodys": self.nobodys}
        seen = set()
        for name, scene in scenes.items():
            record = scene[model].with_user(user)
            if record in found:
                record.read()
                seen.add(name)
            else:
                with self.assertRaises(AccessError):
                    record.invalidate_recordset()
                    record.read()
        return seen

    # === WHOSE DEBTORS === #
    def test_collector_sees_own_and_unassigned_debtors(self):
        for model in OF_DEBTORS:
            with self.subTest(model=model):
                self.assertEqual(self._seen(self.bell, model), {"mine", "nobodys"})

    def test_the_others_see_all_debtors(self):
        for user in (self.lead, self.manager, self.auditor):
            for model in OF_DEBTORS:
                with self.subTest(user=user.login, model=model):
                    self.assertEqual(self._seen(user, model), {"mine", "theirs", "nobodys"})

    def test_without_our_groups_nothing_is_seen(self):
        # remittance advice and withheld tax are accounting work, too
        open_to_billers = {"ar.collection.level", "ar.collection.stage", *OF_ACCOUNTING}
        for user in (self.stranger, self.portal, self.biller):
            for model in MODELS:
                if user == self.biller and model in open_to_billers:
                    continue
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_invoicing_goes_on_without_our_groups(self):
        """Who only writes invoices opens, posts and pays them, and moves nobody's figures
        by hand."""
        move = self._invoice(50, 10, partner=self.mine["ar.collection"].partner_id, post=False)
        move = move.with_user(self.biller)
        move.action_post()
        self.env.flush_all()
        self.env.cr.flush()
        move.invalidate_recordset()
        self.assertEqual((move.ar_status, move.ar_level_id.id), ("overdue", False))
        item = self._item(move)
        self.assertEqual((item.ar_held, item.ar_days_overdue), (0, 10))
        item.no_followup = True
        self.env.cr.flush()
        self.assertEqual(self._account(move.partner_id).total_due, 150)

    # === WHAT THEY MAY CHANGE === #
    def _check_refused(self, function, *args, **kwargs):
        with self.assertRaises(UserError):  # of which AccessError is one
            function(*args, **kwargs)
            self.env.flush_all()

    def test_figures_cannot_be_written(self):
        account = self.mine["ar.collection"]
        for user in (self.bell, self.manager):
            for name, value in (
                ("total_due", 1),
                ("net_collectable", 1),
                ("fact_kind", "legal"),
                ("priority", 99),
                ("level_id", self.final.id),
                ("policy_id", self.policy.id),
                ("last_notice_date", self.today),
                ("last_contact_date", self.today),
                ("last_payment_date", self.today),
                ("broken_promises", 0),
                ("partner_id", self.debtor.id),
                ("company_id", self.company.id),
            ):
                with self.subTest(user=user.login, field=name):
                    self._check_refused(account.with_user(user).write, {name: value})

    def test_collector_works_the_own_debtor(self):
        account = self.mine["ar.collection"].with_user(self.bell)
        stage = self.env.ref("ar_collections.stage_active")
        vals = {"next_action": "Call", "next_action_date": self.today, "note": "x"}
        account.write({**vals, "stage_id": stage.id})
        self.assertRecordValues(account, [{**vals, "stage_id": stage.id}])
        account.message_post(body="Called")
        account.activity_schedule("mail.mail_activity_data_todo", user_id=self.cook.id)
        self._check_refused(self.theirs["ar.collection"].with_user(self.bell).write, vals)

    def test_accounts_are_neither_made_nor_deleted_by_hand(self):
        for user in (self.bell, self.lead, self.manager, self.auditor):
            accounts = self.Account.with_user(user)
            vals = {"partner_id": self.debtor.id, "company_id": self.company.id}
            with self.subTest(user=user.login):
                self._check_refused(accounts.create, vals)
                self._check_refused(self.mine["ar.collection"].with_user(user).unlink)

    def test_evidence_is_read_only_for_everybody(self):
        evidence = ("decision", "run", "notice", "notice.line", "approval", "audit")
        for user in (self.bell, self.lead, self.manager, self.auditor):
            for name in evidence:
                record = self.mine[f"ar.collection.{name}"].with_user(user)
                field = {"notice": "state", "run": "state", "decision": "reason"}.get(name, "kind")
                field = {"approval": "state", "audit": "what"}.get(name, field)
                value = {"notice": "sent", "run": "done", "decision": "all_held"}.get(name, "held")
                value = {"approval": "approved"}.get(name, value)
                with self.subTest(user=user.login, model=record._name):
                    self._check_refused(record.write, {field: value})
                    self._check_refused(record.unlink)
                    self._check_refused(record.copy)
            with self.subTest(user=user.login):
                self._check_refused(self.mine["ar.collection.hold"].with_user(user).unlink)

    def test_auditor_changes_nothing(self):
        for model in MODELS:
            records = self.env[model].with_user(self.auditor)
            with self.subTest(model=model):
                self.assertTrue(records.search([], limit=1), "reads everything")
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(records.has_access(operation))
        account = self.mine["ar.collection"].with_user(self.auditor)
        self._check_refused(account.write, {"note": "x"})
        with self.assertRaises(AccessError):
            account.message_post(body="I was here")
        with self.assertRaises(AccessError):
            account.activity_schedule("mail.mail_activity_data_todo", user_id=self.auditor.id)
        self._check_refused(self.mine["ar.collection.hold"].with_user(self.auditor).action_end)

    def test_settings_are_for_managers(self):
        for model in (*SETTINGS, "ar.collection.hold.reason"):
            record = self.env[model].search([], limit=1)
            for user in (self.bell, self.lead, self.auditor):
                with self.subTest(user=user.login, model=model):
                    self._check_refused(record.with_user(user).write, {"name": "x"})
                    self._check_refused(record.with_user(user).copy)
                    self._check_refused(record.with_user(user).unlink)
            record.with_user(self.manager).name = "Renamed"
            self.assertEqual(record.name, "Renamed")

    def test_settings_page_is_for_administrators(self):
        for user in (self.bell, self.manager, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["res.config.settings"].with_user(user).create({"ar_bucket_1": 5}).execute()
        self._check_refused(self.company.with_user(self.manager).write, {"ar_automatic": True})

    def test_queue_is_for_nobody(self):
        for user in (self.bell, self.manager, self.auditor, self.biller):
            queue = self.env["ar.collection.queue"].with_user(user)
            with self.subTest(user=user.login):
                self.assertFalse(queue.has_access("read"))
                self.assertFalse(queue.has_access("create"))

    def test_the_roles_imply_each_other(self):
        group = {
            name: self.env.ref(f"ar_collections.group_ar_collection_{name}")
            for name in ("user", "all", "manager", "readonly")
        }
        self.assertIn(group["user"], group["all"].all_implied_ids)
        self.assertIn(group["all"], group["manager"].all_implied_ids)
        self.assertNotIn(group["user"], group["readonly"].all_implied_ids)
        ledger = self.env.ref("account.group_account_readonly")
        self.assertIn(ledger, group["user"].all_implied_ids)
        self.assertIn(ledger, group["readonly"].all_implied_ids)
        invoicing = self.env.ref("account.group_account_invoice")
        for role in group.values():
            self.assertNotIn(invoicing, role.all_implied_ids, "posting is another right")
