import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import sampling
from .xlsx import FORBIDDEN
from .xlsx_stream import Book, Sheet


class ArCollectionAgeing(models.AbstractModel):
    """A pack for the auditor: chosen items with their invoice, their cash and the approvals."""

    _inherit = "ar.collection.ageing"

    @api.model
    def _write_sample(self, path, options):
        """Write an archive: a spreadsheet (sample, cash, approvals) and the invoices as PDF.

        :param options: ``day``, ``count``, ``method`` and ``seed`` of ``tools.sampling``.
        :return: name of the file.
        """
        asked = self._options({"day": options.get("day")})
        items = [item for item in self._ageing_items(asked) if item["kind"] == "trade"]
        chosen = set(
            sampling.choose(
                [(item["line_id"], item["open"]) for item in items],
                options.get("count") or 0,
                options.get("method") or "amount",
                options.get("seed") or 1,
            )
        )
        if not chosen:
            raise UserError(
                self.env._("Nothing was open on this day, or none was asked for: no sample.")
            )
        picked = [item for item in items if item["line_id"] in chosen]
        title = self.env._("Sample of receivables")
        with tempfile.TemporaryDirectory(prefix="ar-sample-") as folder:
            sheet = Path(folder, "sample.xlsx")
            with ZipFile(path, "w", ZIP_DEFLATED) as archive:
                files = self._zip_invoices(archive, picked)
                with Book(str(sheet), title) as book:
                    self._write_picked(book, asked, options, picked, files, title)
                    self._write_picked_cash(book, picked)
                    self._write_approvals(book, picked)
                archive.write(sheet, "sample.xlsx")
        return f"{title} {asked.day.isoformat()}.zip"

    @api.model
    def _zip_invoices(self, archive, items):
        """Put the invoices into the archive. :return: dict entry -> name of the file there."""
        moves = self.env["account.move"].browse({item["move_id"] for item in items})
        files = {}
        for move in moves.filtered(lambda move: move.is_sale_document(include_receipts=True)):
            content = self._invoice_content(move)
            if content:
                files[move.id] = f"invoices/{FORBIDDEN.sub('_', move.name)}.pdf"
                archive.writestr(files[move.id], content)
        return files

    @api.model
    def _invoice_content(self, move):
        """The legal PDF of an invoice as it was sent, else one that is printed now."""
        if move.invoice_pdf_report_id:
            return move.invoice_pdf_report_id.raw
        report = move.partner_id.invoice_template_pdf_report_id or self.env.ref(
            "account.account_invoices"
        )
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(report, move.ids)
        return content if kind == "pdf" else None

    @api.model
    def _write_picked(self, book, asked, options, items, files, title):
        company = self.env.company._ar_root().sudo()  # its name and currency
        methods = {
            "amount": self.env._("every unit of money has the same chance"),
            "random": self.env._("every item has the same chance"),
            "largest": self.env._("the largest items"),
        }
        moves = {move.id: move for move in self.env["account.move"].browse(
            {item["move_id"] for item in items})}  # fmt: skip
        sheet = Sheet(
            book,
            self.env._("Sample"),
            [
                (self.env._("Debtor"), "text", 34),
                (self.env._("Number"), "text", 18),
                (self.env._("Date"), "date", 11),
                (self.env._("Due"), "date", 11),
                (self.env._("Document total"), "money", 16),
                (self.env._("Open at the date"), "money", 16),
                (self.env._("Currency"), "text", 9),
                (self.env._("Open in %s", company.currency_id.name), "money", 16),
                (self.env._("Customer's reference"), "text", 20),
                (self.env._("Posted by"), "text", 20),
                (self.env._("File"), "text", 34),
            ],
            [
                f"{title} - {company.name}",
                self.env._(
                    "Open on %(day)s; %(method)s, start %(seed)s.",
                    day=format_date(self.env, asked.day),
                    method=methods[options.get("method") or "amount"],
                    seed=options.get("seed") or 1,
                ),
            ],
            company.currency_id.decimal_places,
        )
        for item in items:
            move = moves[item["move_id"]]
            sheet.row(
                [move.commercial_partner_id.name or move.partner_id.name, item["name"],
                 item["invoice_date"] or item["date"], item["due_date"], move.amount_total,
                 item["open_currency"], move.currency_id.name, item["open"], item["ref"],
                 move.create_uid.sudo().name, files.get(move.id)]
            )  # fmt: skip  # sudo: the name of a colleague
        total = round(sum(item["open"] for item in items), company.currency_id.decimal_places)
        sheet.total(self.env._("Total"), {7: total})

    @api.model
    def _write_picked_cash(self, book, items):
        """Everything allocated to the chosen items, before and after the date."""
        sheet = Sheet(
            book,
            self.env._("Cash"),
            [
                (self.env._("Number"), "text", 18),
                (self.env._("Date"), "date", 11),
                (self.env._("Entry"), "text", 20),
                (self.env._("Journal"), "text", 22),
                (self.env._("Reference"), "text", 30),
                (self.env._("Amount"), "money", 16),
            ],
        )
        lines = self.env["account.move.line"].browse(item["line_id"] for item in items)
        parts = (lines.matched_credit_ids | lines.matched_debit_ids).sorted("max_date")
        total = 0.0
        for part in parts:
            own, other = part.debit_move_id, part.credit_move_id
            if own not in lines:
                own, other = other, own
            sheet.row(
                [own.move_name, part.max_date, other.move_name, other.journal_id.name,
                 other.ref or other.name, part.amount]
            )  # fmt: skip
            total += part.amount
        sheet.total(self.env._("Total"), {5: round(total, 2)})

    @api.model
    def _write_approvals(self, book, items):
        """What was approved for the debtors of the chosen items."""
        sheet = Sheet(
            book,
            self.env._("Approvals"),
            [
                (self.env._("Debtor"), "text", 34),
                (self.env._("What"), "text", 44),
                (self.env._("Amount"), "money", 16),
                (self.env._("State"), "text", 12),
                (self.env._("Asked by"), "text", 22),
                (self.env._("Why"), "text", 36),
                (self.env._("Answered by"), "text", 22),
                (self.env._("Answered on"), "date", 12),
                (self.env._("Answer"), "text", 36),
            ],
        )
        approvals = self.env["ar.collection.approval"].search(
            [
                ("company_id", "=", self.env.company._ar_root().id),
                ("collection_id.partner_id", "in", [item["partner_id"] for item in items]),
            ],
            order="collection_id, date",
        )
        states = dict(approvals._fields["state"]._description_selection(self.env))
        for row in approvals:
            sheet.row(
                [row.collection_id.partner_id.name, row.name, row.amount, states[row.state],
                 row.user_id.sudo().name, row.reason, row.answered_by_id.sudo().name,
                 row.date_answered and row.date_answered.date(), row.answer]
            )  # fmt: skip  # sudo: names of colleagues
