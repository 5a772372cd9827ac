from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

KINDS = [
    ("open_item", "Open items"),
    ("activity", "Activity"),
    ("detailed", "Activity and open items, in detail"),
]


class ArCollectionStatement(models.Model):
    """A statement of account that was sent to a debtor, or is to be: what is open on a day, or
    what has moved in a period.

    What it says is read from the ledger when it is made and kept as a document; sent again it
    says what it said before.
    """

    _name = "ar.collection.statement"
    _inherit = ["ar.collection.document"]
    _description = "Statement of Account"
    _order = "id desc"
    _cron = "ar_collections.ir_cron_ar_collection_statement"
    _lock = 720_311

    run_id = fields.Many2one(
        "ar.collection.statement.run",
        string="Statement run",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    kind = fields.Selection(KINDS, required=True, readonly=True, default="open_item")
    date = fields.Date(string="As of", required=True, readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance = fields.Monetary(
        readonly=True, help="What it says is owed, credits deducted, in company currency."
    )
    xlsx_id = fields.Many2one(
        "ir.attachment",
        string="Spreadsheet",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    attach_xlsx = fields.Boolean(string="With spreadsheet", readonly=True)
    totals = fields.Json(
        readonly=True, help="Per currency: currency_id, balance, overdue, as the statement says."
    )

    _name_uniq = models.UniqueIndex("(name, company_id)", "The number of a statement is unique.")
    _queue_idx = models.Index("(id) WHERE state IN ('queued', 'sending')")

    @api.constrains("kind", "date", "date_from")
    def _check_period(self):
        for statement in self:
            if statement.kind != "open_item" and not statement.date_from:
                raise ValidationError(
                    self.env._("A statement of movements needs the day it begins.")
                )
            if statement.date_from and statement.date_from > statement.date:
                raise ValidationError(
                    self.env._(
                        "The statement for %(debtor)s ends before it begins.",
                        debtor=statement.partner_id.display_name,
                    )
                )

    @api.depends("name", "date")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = statement.name or self.env._(
                "Statement for %(debtor)s", debtor=statement.partner_id.display_name
            )

    # === CRUD === #
    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Statement %(name)s is evidence and cannot be deleted. Cancel it instead.",
                    name=self[:1].name,
                )
            )

    # === ACTIONS === #
    def action_cancel(self):
        """Give up statements that have not left."""
        self._check_may_send()
        self._set_state("cancelled", delivery_unknown=False)
        return True

    def action_retry(self):
        """Send failed statements again; of unknown delivery that is a person's decision."""
        self._check_may_send()
        self._retry()
        return True

    def action_confirm_sent(self):
        """The statement of unknown delivery did leave."""
        self._check_may_send()
        self._confirm_sent()
        self._after_sending()
        return True

    def action_printed(self):
        """Statements on paper were printed and go out."""
        self._check_may_send()
        self._set_state("sent", date_sent=fields.Datetime.now())
        self._after_sending()
        return True

    def _check_may_send(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_user"):
            raise UserError(self.env._("Only collectors may send statements."))
        self.collection_id.check_access("write")

    # === BUSINESS === #
    @api.model
    def _queue(self, accounts, kind="open_item", day=None, date_from=None, **vals):
        """Statements to be made and sent by the job; it is woken.

        :param accounts: of one company. :param day: date; None: today.
        :return: the new statements, as superuser.
        """
        company = accounts.company_id
        day = day or company._ar_today()
        # sudo: statements are made by actions and jobs only; who asked may write the accounts
        statements = self.sudo().create(
            [
                {
                    "collection_id": account.id,
                    "company_id": account.company_id.id,
                    "kind": kind,
                    "date": day,
                    "date_from": kind != "open_item" and (date_from or self._month_before(day)),
                    **vals,
                }
                for account in accounts
            ]
        )
        self._trigger_delivery()
        return statements

    @api.model
    def _month_before(self, day):
        """The first day of a period that ends on a day, when nothing is said: a month."""
        return day + relativedelta(days=1, months=-1)

    @api.model
    def _cron_deliver(self):
        """Make and send what is queued."""
        self._deliver_due()

    def _make(self):
        """Rows and paper of a batch: one query each per company, day and kind, one print."""
        ready = self._split_by_address()
        fresh = ready.filtered(lambda one: not one.attachment_id)
        fresh._make_files()
        ready.filtered(lambda one: one.channel == "letter")._set_state("to_print")

    def _make_files(self):
        for statement in self.filtered(lambda one: not one.name):
            statement.name = self.env["ir.sequence"].next_by_code("ar.collection.statement")
        rows = self._prepare_rows()
        pdfs = (
            self.env["report.ar_collections.report_ar_collection_statement"]
            .with_context(ar_statement_rows=rows)
            ._print(self)
        )
        for statement in self:
            attachments = self.env["ir.attachment"]
            statement.attachment_id = attachments.create(
                statement._prepare_attachment_vals(pdfs[statement.id])
            )
            if statement.attach_xlsx:
                statement.xlsx_id = attachments.create(
                    statement._prepare_xlsx_vals(rows[statement.id])
                )

    def _write_mail(self):
        template = self.env.ref("ar_collections.mail_template_ar_collection_statement")
        subject, body, own = self._render_template(template)
        return self._post_to_debtor(
            subject, body, self._stable_message_id(), self.attachment_id | self.xlsx_id, own
        )

    def _after_sending(self):
        """It counts as a contact: the list of contacts tells it, the timeline shows the mail."""
        for statement in self.filtered(lambda one: one.channel == "letter"):
            # sudo: the timeline of an account the caller may write
            statement.collection_id.sudo()._message_log(
                body=self.env._(
                    "Statement %(name)s of %(day)s went out on paper.",
                    name=statement.name,
                    day=fields.Date.to_string(statement.date),
                )
            )
