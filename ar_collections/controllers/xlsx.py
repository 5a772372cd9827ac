from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, content_disposition, request, route

from ..report.xlsx import workbook

#: What can be downloaded as a spreadsheet: models with ``_xlsx``.
MODELS = (
    "ar.collection.activity.print",
    "ar.collection.confirmation.round",
    "ar.collection.kpi.report",
    "ar.collection.dispute.print",
    "ar.collection.run",
    "ar.collection.run.replay",
    "ar.collection.statement.comparison",
    "ar.collection.statement.print",
    "ar.collection.worklist.export",
)
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class XlsxController(Controller):
    """Spreadsheets, with what the reader may see."""

    @route(
        "/ar_collections/xlsx/<string:model>/<int:record_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, model, record_id):
        if model not in MODELS:
            raise request.not_found()
        record = request.env[model].browse(record_id)
        try:
            record.check_access("read")
            name, tables = record._xlsx()
        except (AccessError, MissingError) as error:
            # whether it exists is nobody's business who may not read it
            raise request.not_found() from error
        return request.make_response(
            workbook(tables),
            headers=[
                ("Content-Type", MIMETYPE),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
