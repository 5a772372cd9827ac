import io

from odoo import models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter


class ReportArCollectionNotice(models.AbstractModel):
    """Letters printed once more say that they are copies."""

    _inherit = "report.ar_collections.report_ar_collection_notice"

    def _mark_copies(self, notices):
        """The letters of notices as they were printed, each page marked as a copy.

        :return: list of PDFs.
        """
        stamps, pdfs = {}, []
        for notice in notices:
            form, lang = notice.company_id.ar_letter_form, notice._content_lang()
            if (form, lang) not in stamps:
                stamps[form, lang] = self._stamp(form, lang)
            pdfs.append(self._mark(notice.attachment_id.raw, stamps[form, lang]))
        return pdfs

    def _mark(self, pdf, stamp):
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        writer, stream = PdfFileWriter(), io.BytesIO()
        for index in range(reader.numPages):
            page = reader.getPage(index)
            page.mergePage(stamp)
            writer.addPage(page)
        writer.write(stream)
        return stream.getvalue()

    def _stamp(self, form, lang):
        """A page with nothing but the word, in the language and script of the reader."""
        report = self.with_context(
            lang=lang,
            ar_collections_letter_form=form,
            ar_collections_letter=True,
            ar_collections_stamp=True,
        )
        html = report.env["ir.qweb"]._render(
            "ar_collections.report_ar_collection_notice_copy",
            {"zoom": round(1 / report._scale(), 4)},
        )
        pdf = report._run_engine(html)
        return PdfFileReader(io.BytesIO(pdf), strict=False).getPage(0)

    def _count_pages(self, pdf):
        return PdfFileReader(io.BytesIO(pdf), strict=False).numPages
