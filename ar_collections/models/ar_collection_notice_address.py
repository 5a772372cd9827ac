from odoo import fields, models

from ..tools import letter_text


class ArCollectionNotice(models.Model):
    """A notice to one invoice address of a debtor, where the policy writes to each of them."""

    _inherit = "ar.collection.notice"

    address_id = fields.Many2one(
        "res.partner",
        string="Invoice address",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Only what is addressed to it is claimed; empty: all of the debtor.",
    )

    def _own_decision(self, results):
        """The decision about whom this notice is to.

        :param results: what ``ar.collection.run._decide`` concluded for its debtor.
        :return: (its row, None), or (None, reason) when nothing is to be sent after all;
            where the policy writes to others by now (to addresses instead of the debtor, or
            the other way round), the next run decides about them.
        """
        self.ensure_one()
        for row in results:
            if (row["account"]["address_id"] or False) == self.address_id.id:
                return (row, None) if row["decision"].level else (None, row["decision"].reason)
        others = any(bool(row["account"]["address_id"]) != bool(self.address_id) for row in results)
        return None, "claim_changed" if others else "nothing_overdue"

    def _recipient(self):
        """Whom to write to: the debtor's contact for collections, or that of the address."""
        self.ensure_one()
        address = self.address_id
        if not address:
            return self.collection_id.contact_id
        if self.channel != "email":
            return address
        return address.browse(address._ar_address_contact_ids()[address.id])

    def _about_address(self):
        """A paragraph on whose invoices these are, where the recipient does not say so; no
        paragraph else. Paragraphs are lists of ``letter_text.Piece``."""
        address = self.address_id
        if address in (self.collection_id.partner_id, self.contact_id):
            address = address.browse()
        return letter_text.paragraphs(
            self.env._("This is about the invoices addressed to %(address)s."),
            address=", ".join(filter(None, [address.name, address.street, address.city])),
        )
