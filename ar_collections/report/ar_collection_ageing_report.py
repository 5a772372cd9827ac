from pathlib import Path

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

#: More rows are no reading on paper.
MOST_ROWS = 3000


class ReportArCollectionAgeing(models.AbstractModel):
    """The ageing report on paper: the same table, landscape."""

    _name = "report.ar_collections.report_ar_collection_ageing"
    _description = "Ageing Report on Paper"

    @api.model
    def _html(self, options):
        """The report as a page. :raises UserError: it is too long for paper."""
        ageing = self.env["ar.collection.ageing"]
        table = ageing._report(options)
        if len(table.rows) > MOST_ROWS:
            raise UserError(
                self.env._(
                    "The report has %(rows)s rows, paper takes %(most)s. Choose the spreadsheet, or "
                    "filter the debtors.",
                    rows=len(table.rows),
                    most=MOST_ROWS,
                )
            )
        return self.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_ageing",
            {
                "table": table,
                "cell": lambda amount: self._cell(amount, table.digits),
                "percent": lambda share: f"{formatLang(self.env, share, digits=1)}%",
                "lang": (self.env.lang or "en_US").replace("_", "-"),
            },
        )

    @api.model
    def _cell(self, amount, digits):
        """An amount as text; zero is a dash, as on screen."""
        if amount is None:
            return ""
        text = formatLang(self.env, abs(amount), digits=digits)
        if not round(amount, digits):
            return "–"
        return f"−{text}" if amount < 0 else text


class ArCollectionAgeing(models.AbstractModel):
    _inherit = "ar.collection.ageing"

    @api.model
    def _write_pdf(self, path, options):
        """Write the report to a file, for paper. :return: name of the file."""
        options = self._options(options) if isinstance(options, dict) else options
        html = self.env["report.ar_collections.report_ar_collection_ageing"]._html(options)
        engine = self.env["ir.actions.report"].with_context(ar_collections_letter=True)
        if engine.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("The report cannot be printed: wkhtmltopdf is missing on the server.")
            )
        pdf = engine._run_wkhtmltopdf(
            [str(html)], report_ref="ar_collections.action_report_ar_collection_ageing",
            landscape=True,
        )  # fmt: skip
        Path(path).write_bytes(pdf)
        return f"{self.env._('Aged receivables')} {options.day.isoformat()}.pdf"
