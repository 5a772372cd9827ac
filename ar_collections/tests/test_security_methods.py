import base64
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_security import SecurityCommon

#: Public methods besides actions (DESIGN, section 7): JSON-2 exposes them all.
NAMED = {
    "ar.collection": {"figures_time", "worklist_day"},
    "ar.collection.ageing": {"check", "children", "table"},
    "ar.collection.call": {"log"},
    "ar.collection.credit": {"cash_apply", "cash_confirm", "cash_list", "cash_open"},
    "ar.collection.kpi": {"dashboard", "dashboard_team"},
    "ar.collection.notice": {"to_do"},
    "ar.collection.run": {"simulate", "tonight"},
}
#: What is rather the machine's work than the caller's: the cache is brought in line with the
#: ledger, or a simulation is written. Everything else a reader calls writes nothing.
#: Disputes are asked about by name and question.
ASKED = ("ar.collection.dispute",)
MACHINE = {
    "ar.collection.day": {"action_look"},
    "ar.collection": {"action_refresh", "action_refresh_moved", "action_check_ledger"},
    # a file is asked for, with what the reader may see
    "ar.collection.month.end": {"action_sub_ledger", "action_year_end"},
    "ar.collection.run": {"action_look"},
    "ar.collection.policy": {"action_simulate"},
}


@tagged("post_install", "-at_install")
class TestSecurityMethods(SecurityCommon):
    """Every public method of ours, whichever there are, called by who has no right to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ar.collection.group"].create({"name": "Group"})  # dito
        cls.Run._compare(cls.company, cls.today, cls.policy, cls.policy)  # a row to call on
        cls.env["ar.collection.day"].sudo().create(
            {"user_id": cls.cook.id, "date": cls.today, "company_id": cls.company.id}
        )
        audit = cls.env["ar.collection.audit"]
        audit._log(cls.mine["ar.collection"], "override", "Allowed")  # a row of the contact log
        cls.env["ar.collection.month.end"].create({})
        cls.env["ar.collection.export"]._ask("ageing", "xlsx", {}, at_once=True)
        cls._add_reports()
        cls._add_statements()
        cls._add_cash()

    @classmethod
    def _add_reports(cls):
        """Rows of the reports to call on, of each debtor's own."""
        reason = cls.env["ar.collection.nonpayment.reason"].search([], limit=1)
        cls.env["ar.collection.snapshot"]._take(cls.company, cls.today)
        for scene in (cls.mine, cls.theirs, cls.nobodys):
            scene["ar.collection.call"].sudo().nonpayment_reason_id = reason
            cls.env.flush_all()
            for model in (
                "ar.collection.activity",
                "ar.collection.contact.flaw",
                "ar.collection.nonpayment",
                "ar.collection.snapshot",
            ):
                rows = cls.env[model].search([("collection_id", "=", scene["ar.collection"].id)])
                scene[model] = rows[0]

    @classmethod
    def _add_cash(cls):
        """A credit of each debtor, and what was applied and put into a batch."""
        for scene in (cls.mine, cls.theirs, cls.nobodys):
            account = scene["ar.collection"]
            line = cls._item(
                cls._credit_note(5, partner=account.partner_id, invoice_date_due=cls.today)
            )
            vals = {"company_id": cls.company.id, "credit_line_id": line.id}
            application = (
                cls.env["ar.collection.application"]
                .sudo()
                .create({**vals, "collection_id": account.id, "currency_id": line.currency_id.id})
            )
            batch = (
                cls.env["ar.collection.application.batch"]
                .sudo()
                .create(
                    {"company_id": cls.company.id, "user_id": account.user_id.id or cls.lead.id}
                )
            )
            scene["ar.collection.credit"] = cls.env["ar.collection.credit"].browse(line.id)
            scene["ar.collection.application"] = application.sudo(False)
            scene["ar.collection.application.batch"] = batch.sudo(False)

    @classmethod
    def _add_statements(cls):
        """A statement of each debtor, and the run that sent it."""
        run = cls.env["ar.collection.statement.run"].create({"company_id": cls.company.id})
        asked = cls.env["ar.collection.confirmation.round"].create({"company_id": cls.company.id})
        schedule = cls.env["ar.collection.report.schedule"].create(
            {"company_id": cls.company.id, "user_ids": cls.env.user.ids}
        )
        schedule._queue(cls.today)
        for scene in (cls.mine, cls.theirs, cls.nobodys):
            statements = cls.env["ar.collection.statement"]
            scene["ar.collection.statement"] = statements._queue(
                scene["ar.collection"], run_id=run.id
            )
            confirmation = cls.env["ar.collection.confirmation"].sudo()
            confirmation = confirmation.create(
                {"round_id": asked.id, "collection_id": scene["ar.collection"].id}
            )
            scene[confirmation._name] = confirmation.with_env(cls.env)
            comparison = cls.env["ar.collection.statement.comparison"].create(
                {
                    "collection_id": scene["ar.collection"].id,
                    "file": base64.b64encode(b"Document;Amount\nA-1;5"),
                }
            )
            comparison.action_compare()
            scene[comparison._name] = comparison
            scene[comparison.line_ids._name] = comparison.line_ids[0]

    def _public_methods(self):
        """(model, name) of every public method that the addon adds."""
        for model in self.env.registry.values():
            for cls in model.mro():
                if not cls.__module__.startswith("odoo.addons.ar_collections"):
                    continue
                for name, member in vars(cls).items():
                    if (
                        callable(member)
                        and not name.startswith("_")
                        and not self._of_core(model, cls, name)
                    ):
                        yield model._name, name

    def _of_core(self, model, cls, name):
        """Whether core exposes the method already, and ours only extends it."""
        return hasattr(models.BaseModel, name) or any(
            name in vars(other)
            for other in model.mro()
            if other.__module__.startswith("odoo.addons.")
            and not other.__module__.startswith("odoo.addons.ar_collections")
        )

    def test_names_tell_what_is_public(self):
        found = sorted(self._public_methods())
        self.assertGreater(len(found), 20)
        for model, name in found:
            with self.subTest(model=model, name=name):
                self.assertTrue(name.startswith("action_") or name in NAMED.get(model, ()))
        for model, names in NAMED.items():
            self.assertLessEqual(names, {name for other, name in found if other == model})

    def _call(self, user, model, name, scene):
        """Call a public method on a record of the scene; its result, or the refusal."""
        records = self.env[model].with_user(user).with_context(tracking_disable=True)
        records = records.browse(scene[model].ids if model in scene else self._any(model).ids)
        records.env.invalidate_all()
        arguments = {
            "action_open_figure": ("total_due",),
            "simulate": (self.today,),
            "action_refuse": ("No",),
            "log": (self._values_of_a_call(scene),),
            "action_ar_bounce": (self.today, "AM04"),
            "action_remind": (fields.Datetime.now() + timedelta(hours=1),),
            "action_resolve": ("withdrawn",),
            **({"action_ask": (self.stranger.id, "Why?")} if model in ASKED else {}),
        }.get(name, ())
        try:
            result = getattr(records, name)(*arguments)
            self.env.flush_all()
        except UserError as refusal:
            return refusal
        return result

    def _values_of_a_call(self, scene):
        call = scene["ar.collection.call"].sudo()
        return {"collection_id": call.collection_id.id, "result_id": call.result_id.id}

    def _any(self, model):
        """A record to call the method on."""
        if model == "account.move.line":
            return self.mine["ar.collection.hold"].line_id
        if model == "res.partner":
            return self.mine["ar.collection"].partner_id
        if self.env[model]._transient:
            return self.env[model]
        return self.env[model].search([], limit=1)

    def _state(self):
        """Where every row of our tables and of the messages stands: it moves with each write."""
        self.env.flush_all()
        self.env.cr.flush()
        tables = {
            model._table
            for name, model in self.env.registry.items()
            if name.startswith("ar.collection") and model._auto and not model._transient
        }
        tables = sorted(tables | {"mail_message", "mail_activity", "account_move_line"})
        places = (f'(SELECT array_agg(ctid::text ORDER BY id) FROM "{table}")' for table in tables)
        self.env.cr.execute(f"SELECT {', '.join(places)}")
        return dict(zip(tables, self.env.cr.fetchone(), strict=True))

    def _check_harmless(self, user, scene, skip, data=True):
        """No public method writes anything; without ``data`` it is refused, or tells at most
        which window to open next."""
        state = self._state()
        for model, name in sorted(set(self._public_methods())):
            of_no_rows = self.env[model]._transient or self.env[model]._abstract
            if of_no_rows or name in skip.get(model, ()):
                continue
            with self.subTest(user=user.login, model=model, name=name):
                savepoint = self.env.cr.savepoint()
                result = self._call(user, model, name, scene)
                if isinstance(result, UserError):
                    savepoint.rollback()
                elif not data:
                    self.assertRegex(result["type"], "^ir.actions.act_window")
                savepoint.close(rollback=False)
                before, state = state, self._state()
                self.assertEqual(state, before)

    def test_without_our_groups_nothing_can_be_called(self):
        for user in (self.stranger, self.portal):
            self._check_harmless(user, self.mine, skip={}, data=False)

    def test_debtors_of_others_are_out_of_reach(self):
        # the item that methods of items are called on is one of the caller's own debtor
        skip = {**MACHINE, "account.move.line": {"action_ar_copy"}}
        self._check_harmless(self.bell, self.theirs, skip=skip)

    def test_auditor_writes_nothing(self):
        self._check_harmless(self.auditor, self.mine, skip=MACHINE)

    def test_refreshing_is_no_way_to_change_figures(self):
        account = self.mine["ar.collection"].with_user(self.auditor)
        self._refresh()
        before = self._state()
        account.action_refresh()
        self.assertEqual(self._state(), before, "they were right already")
        with self.assertRaises(UserError):
            self.theirs["ar.collection"].with_user(self.bell).action_refresh()
        with self.assertRaises(UserError):
            account.with_user(self.stranger).action_refresh()
