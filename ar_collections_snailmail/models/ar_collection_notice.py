from odoo import api, fields, models
from odoo.tools import html2plaintext


class ArCollectionNotice(models.Model):
    """The channel *post service*: the letter of the notice, through core's Snailmail."""

    _inherit = "ar.collection.notice"

    channel = fields.Selection(
        selection_add=[("snailmail", "Letter by post service")],
        ondelete={"snailmail": "set default"},
    )

    @api.model
    def _channel_snailmail_reachable(self, contacts):
        """The service asks for a postal code, besides what a letter needs."""
        known = {*contacts, *contacts.values()}
        postal = self.env["res.partner"]._ar_postal_ids(known)
        coded = set(
            self.env["res.partner"]
            .sudo()  # a run writes to all debtors, whoever starts it
            .search([("id", "in", list(postal)), ("zip", "!=", False)])
            .ids
        )
        return {debtor for debtor, contact in contacts.items() if {debtor, contact} & coded}

    def _channel_snailmail_claim(self):
        """Make the letter; it leaves in the second transaction."""
        self.write(
            {
                "attachment_id": self._make_letter().id,
                "postal_address": self._postal_address(self.contact_id),
            }
        )
        return "sending"

    def _channel_snailmail_hand_over(self):
        """Give the letter to the service. Core's own queue never sees it: it is made and handed
        over in this transaction, and an error leaves it failed."""
        place = self.contact_id._ar_place()
        letter = self.env["snailmail.letter"].create(
            {
                "partner_id": place.id,
                "model": "ar.collection",
                "res_id": self.collection_id.id,
                "company_id": self.company_id.id,
                "user_id": self.env.uid,
            }
        )
        pdf = letter._overwrite_margins(self.attachment_id.raw)
        if letter.cover:
            pdf = letter._append_cover_page(pdf)
        letter.attachment_id = self.attachment_id.copy({"raw": pdf})
        if letter._is_valid_address(letter):
            letter._snailmail_print_valid_address()
        else:
            letter._snailmail_print_invalid_address()
        self.mail_message_id = letter.message_id
        if letter.state == "sent":
            self._set_state("sent", date_sent=fields.Datetime.now(), error=False)
            self._after_sending()
            return
        error = html2plaintext(letter.info_msg or "") or letter.error_code
        letter.cancel()  # or core's queue would post it later, by itself
        self._set_failed(error, "refused")
