from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whom to write to at an invoice address of a debtor."""

    _inherit = "res.partner"

    def _ar_address_contact_ids(self):
        """Whom to write to about what is addressed to each of these partners alone.

        Of its contacts of type *Collections* and itself, then of those of its debtor, the
        first that has an e-mail address which is not blacklisted; without any, itself. What
        one invoice address owes is not told another: only where a debtor has one invoice
        address and no e-mail of its own, that one stands in.

        :return: dict id of the address, which may be the debtor itself -> id of the contact.
        """
        if not self.ids:
            return {}
        self.env["res.partner"].flush_model(
            ["type", "email_normalized", "parent_id", "commercial_partner_id", "active"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (address.id) address.id, contact.id
                  FROM res_partner address
                  JOIN res_partner contact
                    ON contact.commercial_partner_id = address.commercial_partner_id
                  LEFT JOIN mail_blacklist blacklist
                         ON blacklist.email = contact.email_normalized AND blacklist.active
                 WHERE address.id = ANY(%s)
                   AND (contact.id IN (address.id, address.commercial_partner_id)
                        OR contact.active AND contact.type = 'ar_collections'
                           AND contact.parent_id IN (address.id, address.commercial_partner_id)
                        OR contact.active AND contact.type = 'invoice' AND NOT EXISTS (
                           SELECT FROM res_partner other
                            WHERE other.commercial_partner_id = contact.commercial_partner_id
                              AND other.type = 'invoice' AND other.active
                              AND other.id != contact.id))
                 ORDER BY address.id,
                          CASE WHEN contact.email_normalized IS NOT NULL AND blacklist.id IS NULL
                               THEN 1 WHEN contact.id = address.id THEN 2 ELSE 3 END,
                          CASE WHEN address.id IN (contact.id, contact.parent_id) THEN 1
                               WHEN contact.type = 'invoice' THEN 3 ELSE 2 END,
                          contact.type = 'ar_collections' DESC NULLS LAST, contact.id
                """,
                self.ids,
            )
        )
        return dict(rows)
