from babel.lists import format_list

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse

#: So many invoices are named in the letter; of further ones their number.
NAMED = 12


class ArCollectionNotice(models.Model):
    """The claimed invoices go with the e-mail, and on paper after the letter, where the level
    says so.

    Together with the letter they may be as large as the setting allows; else the e-mail
    names a link to each of them in the portal instead, and says so.
    """

    _inherit = "ar.collection.notice"

    invoice_files = fields.Json(
        readonly=True,
        help="The invoices that went with the e-mail: `attached`, their numbers, or `links`, "
        "[number, address] of each when they were too large. `enclosed`: numbers of those "
        "printed after the letter.",
    )
    enclosure_ids = fields.Many2many(
        "ir.attachment",
        "ar_collection_notice_enclosure_rel",
        string="Enclosed invoices",
        readonly=True,
        help="What is printed after the letter.",
    )

    def _attach_invoices(self):
        """The files of the claimed invoices, and note how they go with the e-mail.

        :return: attachments; none when the level does not ask for them or they are too large.
        """
        self.ensure_one()
        files = self.env["ir.attachment"]
        if not self.level_id.attach_invoices and not self.invoice_files:
            return files
        moves = self._claimed_invoices() if self.level_id.attach_invoices else ()
        for move in moves:
            files |= self._invoice_file(move)
        limit = self.company_id.ar_attachment_limit * 1024 * 1024
        size = sum((files | self.attachment_id).mapped("file_size"))
        numbers = [move.name for move in moves]
        if files and size > limit:
            links = [[move.name, self._portal_link(move)] for move in moves]
            self.invoice_files = {"attached": [], "links": links}
            return files.browse()
        self.invoice_files = {"attached": numbers, "links": []} if files else False
        return files

    def _enclose_invoices(self):
        """Keep what is to be printed after the letter; made now, a batch only prints it."""
        moves = self._claimed_invoices() if self.level_id.attach_invoices else ()
        self.enclosure_ids = [(6, 0, [self._invoice_file(move).id for move in moves])]
        numbers = [move.name for move in moves]
        self.invoice_files = {"attached": [], "links": [], "enclosed": numbers} if moves else False

    def _enclosed_text(self):
        """The line of the letter that names what is printed after it; empty without any."""
        numbers = (self.invoice_files or {}).get("enclosed") or []
        if not numbers:
            return ""
        names = numbers[:NAMED]
        if rest := len(numbers) - NAMED if len(numbers) > NAMED else 0:
            names = [*names, self.env._("%(count)s more", count=rest)]
        listed = format_list(names, locale=babel_locale_parse(self.env.lang))
        return self.env._("Enclosed: copies of %(invoices)s", invoices=listed)

    def _sheets(self):
        """The PDFs to be printed: the letter, then the invoices of its level."""
        raws = [self.attachment_id.raw, *self.enclosure_ids.sorted("id").mapped("raw")]
        return [raw for raw in raws if raw and raw.startswith(b"%PDF")]

    def _claimed_invoices(self):
        claimed = self.line_ids.filtered(lambda line: line.kind == "claim")
        moves = claimed.move_id.filtered(lambda move: move.is_sale_document(include_receipts=True))
        return moves.sorted(lambda move: (move.invoice_date_due or move.date, move.name))

    def _invoice_file(self, move):
        """The legal PDF of an invoice as it was sent, else printed now and kept."""
        if move.invoice_pdf_report_id:
            return move.invoice_pdf_report_id
        name = move._get_invoice_report_filename()
        kept = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "ar.collection"),
                ("res_id", "=", self.collection_id.id),
                ("name", "=", name),
                ("description", "=", self.name),  # printed for an earlier try of this notice
            ],
            limit=1,
        )
        if kept:
            return kept
        report = move.partner_id.invoice_template_pdf_report_id or self.env.ref(
            "account.account_invoices"
        )
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(report, move.ids)
        return kept.create(
            {
                "name": name,
                "description": self.name,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": "ar.collection",
                "res_id": self.collection_id.id,
            }
        )

    def _portal_link(self, move):
        """Address of an invoice in the portal, which opens without a login."""
        return move.get_base_url() + move.get_portal_url()
