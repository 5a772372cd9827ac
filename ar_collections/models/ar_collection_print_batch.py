import logging

from psycopg2 import Error as DatabaseError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

_logger = logging.getLogger(__name__)

#: Letters of one batch: so many are printed within half a minute.
LIMIT = 500
TRANSITIONS = {"done": {"open"}, "cancelled": {"open"}}


class ArCollectionPrintBatch(models.Model):
    """Letters printed together, in the order in which they are folded and posted.

    Letters count as sent when a person has confirmed that they were printed. Until then
    the batch can be printed again, and letters can go back on the pile.
    """

    _name = "ar.collection.print.batch"
    _description = "Print Batch"
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Printed by", readonly=True)
    state = fields.Selection(
        [("open", "To confirm"), ("done", "Printed"), ("cancelled", "Not printed")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    notice_ids = fields.One2many(
        "ar.collection.notice", "print_batch_id", string="Letters", readonly=True
    )
    letter_count = fields.Integer(string="Letters in batch", compute="_compute_letter_count")
    page_count = fields.Integer(string="Pages", readonly=True)
    taken_back = fields.Integer(
        readonly=True, help="Letters that were not printed, because their claim had changed."
    )
    failed_count = fields.Integer(readonly=True, help="Letters that could not be made.")
    copies = fields.Integer(readonly=True, help="How often copies were printed afterwards.")
    confirmed_by = fields.Many2one("res.users", readonly=True)
    date_confirmed = fields.Datetime(string="Confirmed on", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, index="btree_not_null", ondelete="set null"
    )

    @api.depends("notice_ids")
    def _compute_letter_count(self):
        counts = dict(
            self.env["ar.collection.notice"]._read_group(
                [("print_batch_id", "in", self.ids)], ["print_batch_id"], ["__count"]
            )
        )
        for batch in self:
            batch.letter_count = counts.get(batch, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                vals["name"] = self.env["ir.sequence"].next_by_code("ar.collection.print.batch")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A print batch is evidence and cannot be deleted."))

    def _set_state(self, state, **vals):
        for batch in self:
            if batch.state not in TRANSITIONS[state]:
                raise UserError(
                    self.env._("Print batch %(name)s has been answered already.", name=batch.name)
                )
        # sudo: the transition above is the only way to write the state
        self.sudo().write({"state": state, **vals})

    def _check_printer(self):
        self.env["ar.collection.notice"]._check_printer()
        self.check_access("read")

    # === MAKING === #
    @api.model
    def _create_from(self, letters):
        """Print letters of the pile of one company.

        A letter whose claim the ledger no longer bears is claimed anew instead; one that
        cannot be made fails alone.

        :return: the batch; an empty one when there was nothing to print.
        """
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Letters cannot be printed: wkhtmltopdf is missing on the server.")
            )
        letters = letters._take_from_pile(LIMIT)
        changed = letters._changed() | letters.browse(letters._find_money())
        changed._claim_again()
        letters = (letters - changed)._in_order_of_folding()
        letters._date_today()
        pdfs = self._print(letters)
        if not pdfs and not changed:
            return self
        batch = self.create(
            {
                "company_id": (letters or changed)[0].company_id.id,
                "date": (letters or changed)[0].company_id._ar_today(),
                "user_id": self.env.uid,
                "taken_back": len(changed),
                "failed_count": len(letters) - len(pdfs),
                "state": "open" if pdfs else "cancelled",
            }
        )
        batch._fill(letters.filtered(lambda notice: notice.id in pdfs), pdfs)
        return batch

    def _print(self, letters):
        """dict id of the notice -> PDF; a letter that cannot be made is marked failed."""
        if not letters:
            return {}
        try:
            return self.env["report.ar_collections.report_ar_collection_notice"]._print(letters)
        except DatabaseError:
            raise
        except Exception as error:
            if len(letters) > 1:
                half = len(letters) // 2
                return self._print(letters[:half]) | self._print(letters[half:])
            _logger.warning("Letter %s could not be made", letters.name, exc_info=True)
            letters._set_failed(letters._explain_error(error), "error")
            return {}

    def _fill(self, letters, pdfs):
        """Keep each letter as it was printed, and all of them in one document."""
        attachments = self.env["ir.attachment"].create(
            [notice._prepare_letter_vals(pdfs[notice.id]) for notice in letters]
        )
        for position, (notice, letter) in enumerate(zip(letters, attachments, strict=True), 1):
            notice.write(
                {
                    "print_batch_id": self.id,
                    "print_position": position,
                    "attachment_id": letter.id,
                }
            )
        self._make_pdf()

    def _letters(self):
        """The letters in the order of the paper."""
        return self.notice_ids.sorted("print_position")

    def _make_pdf(self):
        """All letters of each batch in one document."""
        for batch in self:
            pdfs = [sheet for notice in batch._letters() for sheet in notice._sheets()]
            if not pdfs:
                batch.write({"attachment_id": False, "page_count": 0, "state": "cancelled"})
                continue
            report = self.env["report.ar_collections.report_ar_collection_notice"]
            pdf = merge_pdf(pdfs)
            if not batch.attachment_id:
                batch.attachment_id = self.env["ir.attachment"].create(batch._prepare_pdf_vals())
            batch.attachment_id.raw = pdf
            batch.page_count = report._count_pages(pdf)

    def _prepare_pdf_vals(self, name=None):
        return {
            "name": f"{(name or self.name).replace('/', '-')}.pdf",
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
        }

    # === ACTIONS === #
    def action_print(self):
        """Show the letters as one document, to be printed."""
        self._check_printer()
        self.ensure_one()
        return self._action_document(self.attachment_id)

    def action_confirm_printed(self):
        """They were printed and go out: the letters are sent."""
        self._check_printer()
        self._set_state("done", confirmed_by=self.env.uid, date_confirmed=fields.Datetime.now())
        letters = self.sudo().notice_ids  # sudo: notices are written by actions like this only
        letters._set_state("sent", date_sent=fields.Datetime.now(), error=False)
        letters._after_sending()
        return True

    def action_not_printed(self):
        """They were not printed: the letters go back on the pile."""
        self._check_printer()
        self._set_state("cancelled", confirmed_by=self.env.uid)
        # sudo: notices are written by actions like this only
        self.sudo().notice_ids.write({"print_batch_id": False})
        return True

    def action_print_copy(self):
        """Print a confirmed batch once more; the paper says that it is a copy."""
        self._check_printer()
        self.ensure_one()
        if self.state != "done":
            raise UserError(
                self.env._(
                    "Print batch %(name)s is not confirmed: print it as it is.", name=self.name
                )
            )
        batch = self.sudo()  # evidence: attachments and counters are written here only
        report = self.env["report.ar_collections.report_ar_collection_notice"]
        pdfs = report._mark_copies(batch._letters())
        name = self.env._("%(name)s, copy", name=self.name)
        copy = self.env["ir.attachment"].sudo().create(batch._prepare_pdf_vals(name))  # dito
        copy.raw = merge_pdf(pdfs)
        batch.copies += 1
        return self._action_document(copy)

    def _action_document(self, attachment):
        if not attachment:
            raise UserError(self.env._("Print batch %(name)s is empty.", name=self.name))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }

    def _action_show(self):
        """The batch, or a sentence when there was nothing to print."""
        if not self:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("There are no letters to print."),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_print_batch_action"
        )
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id}
        return {**action, "domain": [("id", "in", self.ids)]}
