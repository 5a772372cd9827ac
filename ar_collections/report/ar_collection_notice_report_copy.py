import io

from reportlab.pdfgen import canvas

from odoo import models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..tools import letter_text

#: Where the word stands: from the right edge and the top of each page, in mm.
RIGHT, TOP = 20, 8


class ReportArCollectionNotice(models.AbstractModel):
    """Letters printed once more say that they are copies."""

    _inherit = "report.ar_collections.report_ar_collection_notice"

    def _mark_copy(self, notice):
        """The letter of a notice as it was printed, marked as a copy on each page."""
        reader = PdfFileReader(io.BytesIO(notice.attachment_id.raw), strict=False)
        writer, stream = PdfFileWriter(), io.BytesIO()
        word = notice.with_context(lang=notice._content_lang()).env._("Copy")
        for index in range(reader.numPages):
            page = reader.getPage(index)
            page.mergePage(self._stamp(word, page.mediabox))
            writer.addPage(page)
        writer.write(stream)
        return stream.getvalue()

    def _stamp(self, word, box):
        """A page of that size with nothing but the word."""
        if word != word.encode("latin-1", "ignore").decode("latin-1"):
            word = "Copy"  # the font at hand has no other letters
        width, height = float(box.width), float(box.height)
        stream = io.BytesIO()
        page = canvas.Canvas(stream, pagesize=(width, height))
        page.setFont("Helvetica-Bold", 13)
        right, top = RIGHT / letter_text.POINT, TOP / letter_text.POINT
        page.drawRightString(width - right, height - top, word)
        page.save()
        stream.seek(0)
        return PdfFileReader(stream).getPage(0)

    def _count_pages(self, pdf):
        return PdfFileReader(io.BytesIO(pdf), strict=False).numPages
