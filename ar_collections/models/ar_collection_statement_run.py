from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, date_utils, format_date

from .ar_collection_statement import KINDS


class ArCollectionStatementRun(models.Model):
    """Statements for all debtors with a balance over an amount, sent by a job.

    The run itself only names the debtors, by one statement; each document is made and sent on
    its own, so that a run that was interrupted goes on where it stopped.
    """

    _name = "ar.collection.statement.run"
    _inherit = ["ar.collection.mailing.round.mixin"]
    _description = "Statement Run"
    _order = "date desc, id desc"
    _documents = "statement_ids"
    _transitions = {"started": {"draft"}, "cancelled": {"draft", "started"}}

    date = fields.Date(
        string="As of", required=True, default=lambda self: self.env.company._ar_today()
    )
    kind = fields.Selection(KINDS, required=True, default="open_item")
    date_from = fields.Date(
        string="From",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        help="First day of the movements.",
    )
    overdue_only = fields.Boolean(string="Only with overdue items")
    on_paper = fields.Boolean(
        string="On paper without e-mail",
        default=True,
        help="Debtors without an e-mail address get a letter, to be printed here. Else they are "
        "left out.",
    )
    attach_xlsx = fields.Boolean(string="Attach a spreadsheet")
    state = fields.Selection(
        [("draft", "Draft"), ("started", "Started"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    scheduled_month = fields.Date(
        readonly=True, copy=False, help="The month for which it started by itself."
    )
    statement_ids = fields.One2many("ar.collection.statement", "run_id", readonly=True)
    total_count = fields.Integer(string="Statements", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    to_print_count = fields.Integer(string="To print", compute="_compute_counts")
    failed_count = fields.Integer(string="Not sent", compute="_compute_counts")

    _once_a_month = models.UniqueIndex(
        "(company_id, scheduled_month) WHERE scheduled_month IS NOT NULL",
        "The statements of a month are sent once.",
    )

    # === COMPUTES === #
    @api.depends("date", "kind")
    def _compute_date_from(self):
        for run in self:
            if run.kind == "open_item" or not run.date:
                run.date_from = False
            elif not run.date_from or run.date_from > run.date:
                run.date_from = self.env["ar.collection.statement"]._month_before(run.date)

    @api.depends("statement_ids.state")
    def _compute_counts(self):
        counts = {run.id: {} for run in self}
        for run, state, count in self.env["ar.collection.statement"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            counts[run.id][state] = count
        for run in self:
            of_run = counts[run.id]
            run.total_count = sum(of_run.values())
            run.waiting_count = of_run.get("queued", 0) + of_run.get("sending", 0)
            run.sent_count = of_run.get("sent", 0)
            run.to_print_count = of_run.get("to_print", 0)
            run.failed_count = sum(of_run.get(x, 0) for x in ("failed", "skipped", "cancelled"))

    @api.depends("kind", "date")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            run.display_name = self.env._(
                "%(kind)s, %(day)s",
                kind=labels.get(run.kind, ""),
                day=format_date(self.env, run.date) if run.date else "",
            )

    # === ACTIONS === #
    def action_start(self):
        """Name the debtors and let the job send them their statements."""
        self._check_manager()
        for run in self:
            if not run._start():
                raise UserError(
                    self.env._(
                        "Nobody owes more than %(amount)s: there is nothing to send.",
                        amount=run.currency_id.format(run.minimum),
                    )
                )
        return True

    def action_cancel(self):
        """Stop the run: statements that have not left are given up."""
        self._check_manager()
        # sudo: statements are written by actions only; the right was checked
        waiting = self.sudo().statement_ids.filtered(
            lambda one: one.state in ("queued", "to_print", "failed")
        )
        waiting._set_state("cancelled", delivery_unknown=False)
        self._set_state("cancelled")
        return True

    def action_preview(self):
        """The debtors who would get a statement now."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_action"
        )
        return {
            **action,
            "display_name": self.env._("Debtors who get a statement"),
            "domain": [("id", "in", self._chosen_ids())],
            "context": {},
        }

    def action_open_statements(self):
        """The statements of the run."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_statement_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}

    # === BUSINESS === #
    def _chosen_ids(self):
        """Ids of the accounts that get a statement."""
        return list(self._chosen())

    def _chosen(self):
        """The accounts that get a statement, as a query."""
        domain = self._debtors_domain(self._balances_over())
        if self.overdue_only:
            domain &= Domain("total_overdue", ">", 0)
        return self.env["ar.collection"]._search(domain)

    def _start(self):
        """Name the debtors, by one statement. :return: how many there are."""
        self._set_state("started")
        self.flush_recordset()
        self.env["ar.collection.statement"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_collection_statement (run_id, collection_id, company_id, kind, date,
                       date_from, attach_xlsx, channel, state, pauses, create_uid, write_uid,
                       create_date, write_date)
                SELECT %(run)s, account.id, account.company_id, %(kind)s, %(date)s, %(start)s,
                       %(xlsx)s, 'email', 'queued', 0, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM ar_collection account WHERE account.id IN %(chosen)s
                 ORDER BY account.id
                """,
                run=self.id,
                kind=self.kind,
                date=self.date,
                start=self.date_from or None,
                xlsx=self.attach_xlsx,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                chosen=self._chosen().subselect(),
            )
        )
        count = self.env.cr.rowcount
        self.env["ar.collection.statement"].invalidate_model()
        self.invalidate_recordset()
        self.env["ar.collection.statement"]._trigger_delivery()
        return count

    @api.model
    def _cron_monthly(self):
        """Start the monthly run of each company whose day has come."""
        # sudo: settings of all companies
        for company in self.env["res.company"].sudo().search([("ar_statement_day", ">", 0)]):
            today = company._ar_today()
            month = date_utils.start_of(today, "month")
            last = date_utils.end_of(today, "month").day
            if company.parent_id or today.day < min(company.ar_statement_day, last):
                continue
            if self.search([("company_id", "=", company.id), ("scheduled_month", "=", month)]):
                continue
            run = self.create(
                {
                    "company_id": company.id,
                    "date": today,
                    "kind": company.ar_statement_kind,
                    "minimum": company.ar_statement_minimum,
                    "scheduled_month": month,
                }
            )
            run.with_company(company)._start()
            self.env["ir.cron"]._commit_progress(1)


class ArCollectionStatement(models.Model):
    _inherit = "ar.collection.statement"

    def _may_be_letter(self):
        return not self.run_id or self.run_id.on_paper
