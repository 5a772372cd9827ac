import io
import logging

from odoo import models
from odoo.addons.base.models.ir_actions_report import IrActionsReport, _wkhtml
from odoo.exceptions import UserError
from odoo.tools import split_every
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..models import repeated
from ..tools import letter_text

_logger = logging.getLogger(__name__)

REPORT = "ar_collections.action_report_ar_collection_notice"
#: What another addon may override, e.g. to print on another machine.
CORES_ENGINE = IrActionsReport._run_wkhtmltopdf
#: Letters printed in one call: a call costs a tenth of a second, its memory grows with them.
BATCH = 40
#: How much a print is too small, by engine; measured once per process.
_SCALES = {}


class ReportArCollectionNotice(models.AbstractModel):
    """Print letters, check their pages, and true to scale on whatever engine is there."""

    _inherit = "report.ar_collections.report_ar_collection_notice"

    def _print(self, notices):
        """Print letters, many in one call.

        :return: dict id of the notice -> PDF.
        """
        notices.check_access("read")
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Letters cannot be printed: wkhtmltopdf is missing on the server.")
            )
        pdfs = {}
        for form, group in notices.grouped(lambda notice: notice.company_id.ar_letter_form).items():
            report = self.with_context(ar_collections_letter_form=form, ar_collections_letter=True)
            for batch in split_every(BATCH, group):
                letters = [report._prepare_letter(notice) for notice in batch]
                pdfs.update(report._print_letters(letters))
        return pdfs

    def _print_letters(self, letters):
        """Print together; when more pages come out than planned, find the letter and mend it."""
        pdf = self._to_pdf(letters)
        reader = PdfFileReader(io.BytesIO(pdf))
        surplus = reader.numPages - sum(row["page_count"] for row in letters)
        if len(letters) == 1:
            return {letters[0]["notice"].id: self._mend(letters[0], surplus) or pdf}
        if surplus:
            half = len(letters) // 2
            return self._print_letters(letters[:half]) | self._print_letters(letters[half:])
        pdfs, start = {}, 0
        for row in letters:
            pdfs[row["notice"].id] = self._cut(reader, start, start + row["page_count"])
            start += row["page_count"]
        return pdfs

    def _mend(self, planned, surplus):
        """Print a letter that has more pages than planned with more room; None: it is right."""
        if surplus <= 0:
            return None
        roomy = self._prepare_letter(planned["notice"], roomy=True)
        pdf = self._to_pdf([roomy])
        overflow = PdfFileReader(io.BytesIO(pdf)).numPages - roomy["page_count"]
        if overflow > 0:  # the text alone is longer than a page
            pdf = self._to_pdf([self._prepare_letter(planned["notice"], True, overflow)])
        return pdf

    def _cut(self, reader, start, stop):
        writer, stream = PdfFileWriter(), io.BytesIO()
        for index in range(start, stop):
            writer.addPage(reader.getPage(index))
        writer.write(stream)
        return stream.getvalue()

    def _to_pdf(self, letters):
        rendered = [self._render_letter(row) for row in letters]
        html = self.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_notice",
            {"letters": rendered, "zoom": round(1 / self._scale(), 4)},
        )
        return self._run_engine(html)

    def _run_engine(self, html):
        reports = self.env["ir.actions.report"]
        return self._run_kept_engine(html) or reports._run_wkhtmltopdf(
            [str(html)], report_ref=REPORT
        )

    def _run_kept_engine(self, html):
        """Print on the process that a delivery worker keeps for all its letters.

        :return: None: no worker, it cannot, or another addon prints in its own way.
        """
        worker = self.env.context.get("ar_delivery_worker")
        if not worker or type(self.env["ir.actions.report"])._run_wkhtmltopdf is not CORES_ENGINE:
            return None
        return worker.engine.print(_wkhtml().bin, self._engine_arguments(), str(html))

    def _engine_arguments(self):
        form = self.env.context.get("ar_collections_letter_form")
        reports = self.env["ir.actions.report"]
        return repeated.remember(
            self.env,
            ("engine_arguments", form),
            lambda: reports._build_wkhtmltopdf_args(
                self.env.ref(REPORT).get_paperformat(), landscape=False
            ),
        )

    # === SCALE === #
    def _scale(self):
        """How long 100 mm come out on paper, over 100: engines do not agree on it."""
        engine = _wkhtml()
        key = (engine.bin, engine.version, engine.is_patched_qt)
        if key not in _SCALES:
            _SCALES[key] = self._measure_scale() or (1.28 if engine.is_patched_qt else 0.7685)
        return _SCALES[key]

    def _measure_scale(self):
        """Print two marks 100 mm apart and read where they are; None when they cannot be read."""
        html = self.env["ir.qweb"]._render("ar_collections.report_ar_collection_notice_marks")
        distance = self._marks_distance(self._run_engine(html))
        return distance and distance / 100

    def _marks_distance(self, pdf):
        """Millimetres between the texts A and B of a page."""
        places = {}

        def visit(text, matrix, text_matrix, *_font):
            places[text.strip()] = matrix[3] * text_matrix[5] + matrix[5]

        try:
            PdfFileReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
            return abs(places["A"] - places["B"]) * letter_text.POINT
        except (AttributeError, KeyError, TypeError):
            _logger.warning("The scale of the PDF engine cannot be measured.", exc_info=True)
            return None
