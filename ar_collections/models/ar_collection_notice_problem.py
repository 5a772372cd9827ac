from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import prepared
from . import repeated


class ArCollectionNotice(models.Model):
    """Notices that did not arrive: noticed by the gateway, settled by a person."""

    _inherit = "ar.collection.notice"

    dismiss_reason = fields.Char(
        string="Settled because", readonly=True, help="Why the delivery problem needs no more work."
    )

    # === BOUNCES === #
    @api.model
    def _came_back(self, message, why):
        """The mail of a notice came back: its items go back to their level.

        :param message: the ``mail.message`` that bounced. :param why: the server's words.
        """
        for notice in self.search([("mail_message_id", "in", message.ids)]):
            if notice.state == "sent" or notice.delivery_unknown:
                notice._set_failed(why or False, "bounce")

    @api.model
    def _channel_email_reachable(self, contacts):
        """An address from which a notice came back is not used again until somebody has looked."""
        reachable = super()._channel_email_reachable(contacts)
        repeated.flush(self.env, [self._name, "res.partner"])
        rows = repeated.each_row(
            self.env,
            SQL(
                """
                SELECT notice.contact_id FROM ar_collection_notice notice
                  JOIN res_partner contact ON contact.id = notice.contact_id
                 WHERE notice.failure = 'bounce' AND notice.contact_id = ANY(%s::int[])
                   AND notice.email_to = contact.email_normalized
                """,
                prepared.array(contacts.values()),
            ),
        )
        bad = {contact for [contact] in rows}
        if not bad:
            return reachable
        return {debtor for debtor in reachable if contacts[debtor] not in bad}

    # === SETTLING === #
    def _dismiss(self, reason):
        """Nothing more is to be done about these notices; the items step back."""
        self._check_failed()
        self._give_up(dismiss_reason=reason, failure=False)  # the address may be used again
        self.env["ar.collection.audit"]._log(
            self,
            "override",
            lambda notice: notice.env._(
                "Delivery problem of notice %(name)s dismissed", name=notice.name
            ),
            reason,
        )

    def _send_otherwise(self):
        """Send the claims of these notices anew through another channel.

        :return: the new notices; the delivery rebuilds their claims from the ledger.
        :raises UserError: there is no address for another channel.
        """
        self._check_failed()
        others = self.browse()
        for notice in self:
            other = notice._make_other(notice._other_channel())
            text = self.env._("Sent otherwise: %(name)s", name=other.name)
            notice._give_up(dismiss_reason=text)
            others |= other
        self._trigger_delivery()
        return others

    def _check_failed(self):
        self._check_manager()
        if wrong := self.filtered(lambda notice: notice.state != "failed")[:1]:
            raise UserError(
                self.env._(
                    "Notice %(name)s has not failed: there is nothing to settle.", name=wrong.name
                )
            )

    def _other_channel(self):
        """The first other channel through which the debtor can be reached."""
        names = [name for name, _label in self._fields["channel"].selection if name != self.channel]
        address = self.address_id
        debtor = (address or self.partner_id).id
        reachable = self._reachable([] if address else [debtor], names, address.ids)
        found = [name for name in names if debtor in reachable[name]]
        if not found:
            raise UserError(
                self.env._(
                    "%(debtor)s has no address for another channel: please complete the contact. "
                    "A letter needs street, city and country.",
                    debtor=self.partner_id.display_name,
                )
            )
        return found[0]

    def _make_other(self, channel):
        self.ensure_one()
        names = ("level_name", "formal", "courtesy", "deadline", "amount", "totals")
        # sudo: notices are made by runs and by this; the right was checked
        return self.sudo().create(
            {
                **{name: self[name] for name in names},
                "level_id": self.level_id.id,
                "collection_id": self.collection_id.id,
                "address_id": self.address_id.id,
                "run_id": self.run_id.id,
                "date": self.company_id._ar_today(),
                "channel": channel,
                "lead_id": self._lead().id,
                "state": "queued",
            }
        )

    @api.model
    def to_do(self):
        company = Domain("company_id", "=", self.env.company._ar_root().id)
        problems = self.env["ar.collection.problem"].search_count(company)
        return {**super().to_do(), "problems": problems}
