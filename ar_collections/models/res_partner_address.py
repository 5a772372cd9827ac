from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whom to write to at an invoice address of a debtor."""

    _inherit = "res.partner"

    def _ar_contact_ids(self):
        """Of an invoice address: its own contact of type *Collections* or itself, the first with
        an e-mail address that is not blacklisted; else whom to write to at its debtor, if that
        has one; else the address itself."""
        contacts = super()._ar_contact_ids()
        addresses = [address for address in self.ids if address not in contacts]
        if not addresses:
            return contacts
        own = self._ar_own_contact_ids(addresses)
        left = self.browse(address for address in addresses if address not in own)
        debtors = left.commercial_partner_id._ar_contact_ids()
        mailable = self._ar_mailable_ids(debtors.values())
        for address in left:
            contact = debtors.get(address.commercial_partner_id.id)
            own[address.id] = contact if contact in mailable else address.id
        return {**contacts, **own}

    @api.model
    def _ar_own_contact_ids(self, address_ids):
        """dict id of an address -> id of its own contact that takes e-mails, if there is one."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (address.id) address.id, contact.id
                  FROM res_partner address
                  JOIN res_partner contact ON contact.id = address.id
                       OR (contact.parent_id = address.id AND contact.type = 'ar_collections'
                           AND contact.active)
                 WHERE address.id = ANY(%s) AND contact.email_normalized IS NOT NULL
                   AND NOT EXISTS (SELECT FROM mail_blacklist blacklist WHERE blacklist.active
                                      AND blacklist.email = contact.email_normalized)
                 ORDER BY address.id, contact.id = address.id, contact.id
                """,
                list(address_ids),
            )
        )
        return dict(rows)
