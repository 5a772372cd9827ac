from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, content_disposition, request, route


class DisputeDocument(Controller):
    """The PDF of a disputed invoice, for who answers the dispute without accounting rights."""

    @route("/ar_collections/dispute/<int:item_id>/document", type="http", auth="user")
    def document(self, item_id, **_kwargs):
        item = request.env["ar.collection.dispute.item"].browse(item_id)
        try:
            name, content = item._document_pdf()
        except (AccessError, MissingError):
            return request.not_found()
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name, "inline")),
            ],
        )
