import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

from ..models.ar_collection_statement import KINDS

NAME = "ar_collections.report_ar_collection_statement"
#: Debtors of one print: it answers a click. More are sent by a statement run.
LIMIT = 200


class ArCollectionStatementPrint(models.TransientModel):
    """Statements of chosen debtors, now: printed, as a spreadsheet, or by e-mail."""

    _name = "ar.collection.statement.print"
    _inherit = ["ar.collection.export.mixin"]
    _description = "Print Statements"

    collection_ids = fields.Many2many(
        "ar.collection", string="Debtors", required=True, relation="ar_statement_print_account_rel"
    )
    kind = fields.Selection(KINDS, required=True, default="open_item")
    date = fields.Date(
        string="As of", required=True, default=lambda self: self.env.company._ar_today()
    )
    date_from = fields.Date(
        string="From", compute="_compute_date_from", store=True, readonly=False, precompute=True
    )
    attach_xlsx = fields.Boolean(string="Attach a spreadsheet to the e-mail")

    @api.depends("kind", "date")
    def _compute_date_from(self):
        for wizard in self:
            if wizard.kind == "open_item" or not wizard.date:
                wizard.date_from = False
            elif not wizard.date_from or wizard.date_from > wizard.date:
                wizard.date_from = self.env["ar.collection.statement"]._month_before(wizard.date)

    @api.constrains("date", "date_from", "collection_ids")
    def _check_sane(self):
        for wizard in self:
            if wizard.date_from and wizard.date_from > wizard.date:
                raise UserError(
                    self.env._("The first day is after the last. Please choose an earlier one.")
                )
            if len(wizard.collection_ids) > LIMIT:
                raise UserError(
                    self.env._(
                        "Please choose at most %(count)s debtors, or start a statement run for all.",
                        count=LIMIT,
                    )
                )

    # === ACTIONS === #
    def action_print(self):
        """The statements as one document, each in the language of its debtor."""
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("ar_collections.action_report_ar_collection_statement").report_action(
            self, config=False
        )

    def action_send(self):
        """Queue the statements; the job sends them within a minute."""
        self.ensure_one()
        self.check_access("read")
        self.collection_ids.check_access("write")
        statements = self.env["ar.collection.statement"]
        for accounts in self.collection_ids.grouped("company_id").values():
            statements |= statements._queue(
                accounts, self.kind, self.date, self.date_from, attach_xlsx=self.attach_xlsx
            )
        count = len(statements)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("1 statement is on its way.")
                if count == 1
                else self.env._("%(count)s statements are on their way.", count=count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === DOCUMENTS === #
    def _statements(self):
        """The statements as they would be sent, kept nowhere."""
        self.ensure_one()
        accounts = self.collection_ids
        if not accounts:
            raise UserError(self.env._("Please choose the debtors."))
        accounts.check_access("read")
        # sudo: statements that are never kept, of accounts the reader may read
        statements = self.env["ar.collection.statement"].sudo()
        for account in accounts:
            statements |= statements.new(
                {
                    "collection_id": account.id,
                    "company_id": account.company_id.id,
                    "kind": self.kind,
                    "date": self.date,
                    "date_from": self.date_from,
                }
            )
        statements._address()
        return statements

    def _pdf(self):
        statements = self._statements()
        report = self.env["report.ar_collections.report_ar_collection_statement"]
        pdfs = report.with_context(ar_statement_rows=statements._prepare_rows())._print(statements)
        return merge_pdf([pdfs[one.id] for one in statements])

    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``)."""
        statements = self._statements()
        if len(statements) == 1:
            statements = statements._in_letter_language()
        name = self.env._("Statement")
        if len(statements) == 1:
            name = f"{name} {statements.partner_id.name}"
        rows = statements._prepare_rows()
        return f"{name} {self.date}".replace("/", "-"), statements._tables(rows)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Statements plan their pages, and check them after printing: see their report."""
        report = self._get_report(report_ref)
        if report.report_name != NAME or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        wizard = self.env["ar.collection.statement.print"].browse(res_ids[:1])
        wizard.check_access("read")
        return {res_ids[0]: {"stream": io.BytesIO(wizard._pdf()), "attachment": None}}
