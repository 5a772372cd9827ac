import io

from PIL import Image
from reportlab.graphics.barcode.qr import QrCodeWidget

from odoo import api, models

LETTER = "ar_collections.report_ar_collection_notice"
#: Dots of an image per module of a QR code: 37 modules on 17 mm print at 440 dots an inch.
DOTS = 8


class IrActionsReport(models.Model):
    _name = "ir.actions.report"
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Letters plan their pages, and check them after printing: see their report.

        A letter that was made already is shown as it was, whatever became of its texts.
        """
        report = self._get_report(report_ref)
        if report.report_name != LETTER or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        notices = self.env[report.model].browse(res_ids)
        pdfs = {} if self.env.context.get("ar_collections_letter") else notices._kept_letters()
        missing = notices.filtered(lambda notice: notice.id not in pdfs)
        pdfs |= self.env[f"report.{LETTER}"]._print(missing)
        return {
            res_id: {"stream": io.BytesIO(pdfs[res_id]), "attachment": None} for res_id in res_ids
        }

    def get_paperformat(self):
        """Letters come on the paper that fits the envelopes of their company."""
        if self.env.context.get("ar_collections_letter_form") == "us10":
            return self.env.ref("ar_collections.paperformat_ar_collection_us10")
        return super().get_paperformat()

    @api.model
    def barcode(self, barcode_type, value, **kwargs):
        """QR codes of letters with whole dots: core's are drawn for a screen, on paper
        their modules come out uneven, and drawing takes seven times as long."""
        if not self.env.context.get("ar_collections_letter") or (
            barcode_type != "QR" or kwargs.get("mask")
        ):
            return super().barcode(barcode_type, value, **kwargs)
        code = QrCodeWidget(value, barLevel=kwargs.get("barLevel", "L")).qr
        code.make()
        size, stream = code.getModuleCount(), io.BytesIO()
        image = Image.new("1", (size, size), 1)
        image.putdata([not dark for line in code.modules for dark in line])
        image.resize((DOTS * size, DOTS * size), Image.Resampling.NEAREST).save(stream, "PNG")
        return stream.getvalue()

    def _build_wkhtmltopdf_args(
        self,
        paperformat_id,
        landscape,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Our letters have no scripts: do not wait a second for them to finish."""
        args = super()._build_wkhtmltopdf_args(
            paperformat_id, landscape, specific_paperformat_args, set_viewport_size
        )
        if self.env.context.get("ar_collections_letter") and "--javascript-delay" in args:
            args[args.index("--javascript-delay") + 1] = "0"
        if self.env.context.get("ar_collections_stamp"):
            args.append("--no-background")  # else white covers what it is stamped on
        return args
