import logging

from odoo import fields, models
from odoo.exceptions import UserError

from .ar_collection_plan_document import AGREEMENT
from .ar_collection_plan_offer import SIGNED

_logger = logging.getLogger(__name__)


class ArCollectionPlan(models.Model):
    """What a debtor does on the page of an offer: sign it, ask for a change, decline.

    Called by the controller for whoever has the link; ``self`` is in superuser mode.
    """

    _inherit = "ar.collection.plan"

    signed_position = fields.Char(string="Position", readonly=True, copy=False)

    def _machine_fields(self):
        return super()._machine_fields() | {"signed_position"}

    def _may_be_signed(self):
        """Whether the offer stands today."""
        self.ensure_one()
        until = self.offered_until
        return self.state == "offered" and not (until and until < self.company_id._ar_today())

    # === SIGN === #
    def _sign(self, name, position, signature, address, fingerprint):
        """Accept the offer by the debtor's signature.

        :param str signature: a PNG as base64.
        :param str address: network address of who signs.
        :param str fingerprint: of the document that was read.
        :raises UserError: what is missing, or why it cannot be signed, for the debtor.
        """
        self.lock_for_update()
        if not self._may_be_signed():
            raise UserError(
                self.env._("This offer cannot be signed any more. Please reload the page.")
            )
        if not self.document_hash or fingerprint != self.document_hash:
            raise UserError(
                self.env._(
                    "The offer has changed since you opened this page. Please reload it and read "
                    "it again."
                )
            )
        if not name:
            raise UserError(self.env._("Please enter your name."))
        self.action_accept(
            how="signature",
            signed_name=name,
            signed_on=fields.Datetime.now(),
            signed_address=address,
            signed_hash=fingerprint,
            signature=signature,
        )
        self.signed_position = position
        self._on_signed()

    def _on_signed(self):
        """Make the signed copy and send it; the signature counts without it, too."""
        try:
            with self.env.cr.savepoint():
                raw = self.env[AGREEMENT]._print_signed(self)
                self.attachment_id = self._keep_file(self._document_name(signed=True), raw)
        except UserError:
            _logger.warning("No signed copy of plan %s", self.name, exc_info=True)
        if self._agreement_contact().email_normalized:
            self._mail(SIGNED, self.attachment_id or self.document_id)
        self._tell(
            self.env._(
                "%(name)s signed %(plan)s online, from the address %(address)s.",
                name=self.signed_name,
                plan=self.display_name,
                address=self.signed_address,
            )
        )

    def _prepare_certificate(self):
        """What the page after the agreement says of the signature: rows of label, text, class."""
        company = self.company_id
        signed_on = fields.Datetime.context_timestamp(
            self.with_context(tz=company.partner_id.tz or "UTC"), self.signed_on
        )
        zone = company.partner_id.tz or "UTC"
        day = self._format_date(signed_on.date())
        rows = [
            (self.env._("Document"), self._agreement_title(), ""),
            (self.env._("Signed by"), self.signed_name, ""),
            (self.env._("Position"), self.signed_position, ""),
            (self.env._("For"), self.partner_id.name, ""),
            (self.env._("Time"), f"{day}, {signed_on:%H:%M:%S} ({zone})", ""),
            (self.env._("Network address"), self.signed_address, ""),
            (self.env._("Fingerprint (SHA-256)"), _in_words(self.signed_hash), "print"),
        ]
        return [row for row in rows if row[1]]

    # === ANSWERS === #
    def _on_change(self, message):
        """The debtor wants something else: the collector is told, the offer stands."""
        if message:
            self._tell(
                self.env._(
                    "%(debtor)s asks for a change of %(plan)s: %(message)s",
                    debtor=self.partner_id.name,
                    plan=self.display_name,
                    message=message,
                ),
                self.env._("Change of %(plan)s wanted", plan=self.display_name),
            )

    def _on_decline(self, message):
        """The debtor does not want it."""
        self.action_cancel(self.env._("Declined by the debtor"))
        self._tell(
            self.env._(
                "%(debtor)s declined %(plan)s. %(message)s",
                debtor=self.partner_id.name,
                plan=self.display_name,
                message=message or "",
            ),
            self.env._("%(plan)s was declined", plan=self.display_name),
        )

    def _tell(self, text, summary=None):
        """A line in the thread of the debtor, and an activity for the collector."""
        account = self.collection_id.sudo()  # the debtor has no rights on it
        account.message_post(
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            author_id=self._agreement_contact().id,
        )
        user = account.user_id or self.user_id
        if summary and user:
            account.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )


def _in_words(fingerprint):
    """A fingerprint in groups, so that it can be compared by eye."""
    text = fingerprint or ""
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))
