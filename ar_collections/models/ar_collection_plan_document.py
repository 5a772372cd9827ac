import hashlib
import uuid
from urllib.parse import urlencode

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import reference

AGREEMENT = "report.ar_collections.report_ar_collection_plan_agreement"


class ArCollectionPlan(models.Model):
    """The document that was offered, kept as it was, and the link under which it is signed.

    Both begin with the offer and end when it is taken back: an older link opens nothing.
    """

    _inherit = "ar.collection.plan"

    document_id = fields.Many2one(
        "ir.attachment",
        string="Agreement as offered",
        readonly=True,
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
    )
    document_hash = fields.Char(
        string="Fingerprint",
        readonly=True,
        copy=False,
        help="SHA-256 of the agreement as it was offered: the file gives it again as long as "
        "not a byte of it was changed.",
    )
    access_token = fields.Char(
        readonly=True,
        copy=False,
        groups="ar_collections.group_ar_collection_user",
        help="Whoever has it may read the agreement and sign it for the debtor.",
    )

    def _machine_fields(self):
        return super()._machine_fields() | {"document_id", "document_hash", "access_token"}

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        if state in ("offered", "active"):
            self._give_references()
        if state == "draft":
            # sudo: belongs to the program; what was sent before stays in the thread
            self.sudo().write({"document_id": False, "document_hash": False, "access_token": False})
        return result

    def _give_references(self):
        """A structured creditor reference (ISO 11649) per instalment, once."""
        for plan in self:
            version = f"V{plan.version}" if plan.version > 1 else ""
            for number, line in enumerate(plan.line_ids, 1):
                if not line.reference:
                    # sudo: references are given by the program
                    line.sudo().reference = reference.creditor_reference(
                        plan.name[-14:], version, f"{number:02d}"
                    )

    # === DOCUMENT === #
    def _agreement_pdf(self):
        """The agreement: signed, else as offered, else as it would be offered now."""
        self.ensure_one()
        # sudo: the documents belong to the plan, which the reader may read
        for kept in (self.sudo().attachment_id, self.sudo().document_id):
            if kept.raw and kept.raw.startswith(b"%PDF"):
                return kept.raw
        return self.env[AGREEMENT]._print_plan(self)

    def _make_document(self):
        """Print the agreement of an offer once, and keep it.

        :return: ``ir.attachment``.
        """
        self.ensure_one()
        plan = self.sudo()  # the document is made by the program
        if not plan.document_id:
            plan._ensure_token()  # the document names the link
            raw = self.env[AGREEMENT]._print_plan(self)
            plan.document_id = self._keep_file(self._document_name(), raw)
            plan.document_hash = hashlib.sha256(raw).hexdigest()
        return plan.document_id

    def _document_name(self, signed=False):
        plan = self.with_context(lang=self._content_lang())
        title = plan._agreement_title().replace("/", "-")
        return f"{title}, {plan.env._('signed')}.pdf" if signed else f"{title}.pdf"

    def _keep_file(self, name, raw, mimetype="application/pdf"):
        # sudo: it is evidence, kept by the program
        return (
            self.env["ir.attachment"]
            .sudo()  # dito
            .create(
                {
                    "name": name,
                    "raw": raw,
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    # === LINK === #
    def _ensure_token(self):
        """The key of the link, made with the first use."""
        plan = self.sudo()  # the key belongs to the program
        if not plan.access_token:
            plan.access_token = str(uuid.uuid4())
        return plan.access_token

    def _page_url(self, page="", absolute=False, **params):
        """The address of the page of the debtor, or of what hangs below it."""
        self.ensure_one()
        base = self.get_base_url() if absolute else ""
        query = urlencode({"access_token": self._ensure_token(), **params})
        return f"{base}/my/plan/{self.id}{page and '/' + page}?{query}"

    def _agreement_link(self):
        """The address that the agreement prints; none before it is offered."""
        return self._page_url(absolute=True) if self.state == "offered" else ""

    # === ACTIONS === #
    def action_print_agreement(self):
        """The agreement as a PDF: signed, as offered, or as it would be offered now."""
        self.check_access("read")
        return self.env.ref(
            "ar_collections.action_report_ar_collection_plan_agreement"
        ).report_action(self)

    def action_open_page(self):
        """Show the page as the debtor sees it."""
        self.ensure_one()
        self.check_access("read")
        if self.state in ("draft", "to_approve"):
            raise UserError(
                self.env._("%(plan)s is not offered yet: it has no page.", plan=self.display_name)
            )
        return {"type": "ir.actions.act_url", "url": f"/my/plan/{self.id}", "target": "new"}
