import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype


class ArCollectionPlanAccept(models.TransientModel):
    """How a debtor agreed: on the phone, which is logged as a call, or by a signed paper."""

    _name = "ar.collection.plan.accept"
    _description = "Accept a Plan"

    plan_id = fields.Many2one("ar.collection.plan", required=True, ondelete="cascade")
    collection_id = fields.Many2one(related="plan_id.collection_id")
    summary = fields.Char(related="plan_id.summary")
    how = fields.Selection(
        [("phone", "On the phone"), ("paper", "Signed paper")], required=True, default="phone"
    )
    signed_name = fields.Char(string="Who agreed", required=True)
    signed_date = fields.Date(string="Signed on", default=fields.Date.context_today, required=True)
    paper = fields.Binary(string="The signed paper")
    paper_name = fields.Char()
    note = fields.Text(string="What was said")

    def action_accept(self):
        """The plan begins.

        :raises UserError: the paper is missing, or the plan cannot be accepted.
        :return: True
        """
        self.ensure_one()
        self.plan_id.check_access("write")
        evidence = {"signed_name": self.signed_name}
        if self.how == "phone":
            evidence["note"] = self.note
        else:
            evidence["attachment_id"] = self._keep_paper().id
            evidence["signed_on"] = fields.Datetime.to_datetime(self.signed_date)
        return self.plan_id.action_accept(self.how, **evidence)

    def _keep_paper(self):
        """The paper as attachment.

        :raises UserError: there is none, or it is neither a PDF nor an image.
        """
        if not self.paper:
            raise UserError(
                self.env._("Please add the signed paper: a scan or a photograph of it.")
            )
        try:
            raw = base64.b64decode(self.paper)
        except (binascii.Error, ValueError):
            raw = b""
        if not raw.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
            raise UserError(
                self.env._(
                    "%(file)s is neither a PDF nor a picture (PNG or JPEG). Please choose another "
                    "file.",
                    file=self.paper_name or self.env._("The file"),
                )
            )
        name = self.paper_name or self.plan_id._document_name(True)
        return self.plan_id._keep_file(name, raw, guess_mimetype(raw))
