import io

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..tools.table import Money

NAME = "ar_collections.report_ar_collection_activity"


class ReportArCollectionActivity(models.AbstractModel):
    """The activity report on paper: a page for each team and period, with its header and the
    definitions in the body, as the engine prints none."""

    _name = "report.ar_collections.report_ar_collection_activity"
    _description = "Activity Report on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizard = self.env["ar.collection.activity.print"].browse(docids[:1])
        wizard.check_access("read")
        return {
            "heading": wizard._heading(),
            "pages": wizard._pages(),
            "definitions": wizard._definitions().rows,
            "cell": self._cell,
            "lang": (self.env.lang or "en_US").replace("_", "-"),
        }

    @api.model
    def _cell(self, value):
        """A cell as text; zero is a dash, as on screen."""
        if isinstance(value, str):
            return value
        if not value or (isinstance(value, Money) and not value.amount):
            return "–"
        if isinstance(value, Money):
            return formatLang(self.env, value.amount, digits=value.digits)
        return formatLang(self.env, value, digits=1 if isinstance(value, float) else 0)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """The activity report is a document of its own: nothing is fetched while it prints."""
        report = self._get_report(report_ref)
        if report.report_name != NAME or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if self.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("The report cannot be printed: wkhtmltopdf is missing on the server.")
            )
        values = self.env[f"report.{NAME}"]._get_report_values(res_ids)
        html = self.env["ir.qweb"]._render(NAME, values)
        engine = self.with_context(ar_collections_letter=True)  # no scripts to wait for
        pdf = engine._run_wkhtmltopdf([str(html)], report_ref=report_ref, landscape=True)
        return {res_ids[0]: {"stream": io.BytesIO(pdf), "attachment": None}}
