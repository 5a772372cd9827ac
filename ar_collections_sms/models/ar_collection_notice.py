from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import parts


class ArCollectionNotice(models.Model):
    """The channel *SMS*: core's ``sms.sms``, through whatever provider the company uses."""

    _inherit = "ar.collection.notice"

    channel = fields.Selection(selection_add=[("sms", "SMS")], ondelete={"sms": "set default"})
    sms_number = fields.Char(string="Telephone", readonly=True)
    sms_text = fields.Text(string="Text sent", readonly=True)
    sms_parts = fields.Integer(string="SMS parts", readonly=True, help="Messages it was sent in.")

    @api.model
    def _channel_sms_reachable(self, contacts):
        numbers = self._sms_numbers(contacts)
        return {debtor for debtor in contacts if numbers.get(debtor)}

    @api.model
    def _sms_numbers(self, contacts):
        """Numbers of contacts, else of their debtors, in international form and not on the phone
        blacklist, nor one that a notice did not reach until somebody has looked: dict debtor ->
        number. One query."""
        self.env["res.partner"].flush_model(["phone_sanitized"])
        self.env["phone.blacklist"].flush_model()
        self.flush_model(["contact_id", "failure", "sms_number"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (known.debtor) known.debtor, partner.phone_sanitized
                  FROM unnest(%s::int[], %s::int[]) AS known(debtor, contact)
                  JOIN res_partner partner ON partner.id IN (known.debtor, known.contact)
                 WHERE partner.phone_sanitized IS NOT NULL
                   AND NOT EXISTS (SELECT FROM phone_blacklist blacklist WHERE blacklist.active
                                      AND blacklist.number = partner.phone_sanitized)
                   AND NOT EXISTS (SELECT FROM ar_collection_notice notice
                                    WHERE notice.contact_id IN (known.contact, known.debtor)
                                      AND notice.failure = 'bounce'
                                      AND notice.sms_number = partner.phone_sanitized)
                 ORDER BY known.debtor, partner.id != known.contact
                """,
                list(contacts),
                list(contacts.values()),
            )
        )
        return dict(rows)

    def _channel_sms_claim(self):
        """Write the text; it leaves in the second transaction."""
        debtor = self.collection_id.partner_id.id
        number = self._sms_numbers({debtor: self.contact_id.id}).get(debtor)
        body = self.level_id.with_context(lang=self._content_lang())._sms_body(self._sms_values())
        self.write(
            {
                "sms_number": number,
                "sms_text": body,
                "sms_parts": parts.size(body).parts,
                "subject": self.level_id.name,
                "body": Markup("<p>%s</p>") % body,
            }
        )
        return "sending"

    def _sms_values(self):
        notice = self.with_context(lang=self._content_lang())
        currencies = self.env["res.currency"]
        amounts = [
            currencies.browse(total["currency_id"]).format(total["to_pay"])
            for total in self.totals or []
        ]
        return {
            "company": self.company_id.name,
            "amount": " + ".join(amounts),
            "deadline": notice._format_date(self.deadline) if self.deadline else "",
            "email": self.company_id.ar_email or self.company_id.email or "",
        }

    def _channel_sms_hand_over(self):
        """Give the text to the provider. Core's own queue never sees it: it is made and handed
        over in this transaction, and an error leaves it failed."""
        message = self.collection_id.message_post(
            body=self.env._(
                "SMS to %(number)s: %(text)s", number=self.sms_number, text=self.sms_text
            ),
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        sms = self.env["sms.sms"].create(
            {
                "number": self.sms_number,
                "body": self.sms_text,
                "partner_id": self.contact_id.id,
                "mail_message_id": message.id,
            }
        )
        # what the provider reports later finds the notice by this
        self.env["sms.tracker"].create({"sms_uuid": sms.uuid, "ar_notice_id": self.id})
        sms._send(unlink_failed=False, unlink_sent=False)
        self.mail_message_id = message
        if sms.state in ("process", "pending", "sent"):
            self._set_state("sent", date_sent=fields.Datetime.now(), error=False)
            self._after_sending()
            return
        labels = dict(sms._fields["failure_type"]._description_selection(self.env))
        self._set_failed(labels.get(sms.failure_type) or self.env._("Unknown error"), "refused")
