from odoo import api, fields, models
from odoo.tools import SQL

from . import repeated

#: States in which the claim of a notice stands: its items are at the level it noted.
STANDING = ("sending", "to_print", "sent")


class ArCollectionNotice(models.Model):
    """Channels: a decision leaves through several, as one communication each.

    A channel is three methods and a switch on the level:

    - ``_channel_<name>_reachable(contacts)``: dict of ids, debtor or one of its invoice
      addresses -> contact; returns the ids of those that can be reached;
    - ``_channel_<name>_claim()``: in the claim transaction, write what is to be sent; returns
      the state that follows, ``sending`` when the delivery is to hand it over at once;
    - ``_channel_<name>_hand_over()``: give it away and set ``sent`` or ``failed``;
    - the value ``<name>`` of the selection ``channel``, the field ``send_<name>`` of the level.

    The notice of the first channel takes the claim from the ledger. Those of the others
    follow it (``lead_id``): they repeat its claim word for word, so that two letters of one
    decision never differ, and take over when it did not come about.
    """

    _inherit = "ar.collection.notice"

    lead_id = fields.Many2one(
        "ar.collection.notice",
        string="Follows",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The notice of the same decision through another channel, whose claim this repeats.",
    )
    failure = fields.Selection(
        [
            ("bounce", "Came back"),
            ("refused", "Refused by the mail server"),
            ("unknown", "Delivery unknown"),
            ("error", "Could not be made"),
        ],
        readonly=True,
    )

    # === CHANNELS === #
    def _on_channel(self, step):
        """Do a step, ``claim`` or ``hand_over``, as the channel of the notice does it."""
        return getattr(self, f"_channel_{self.channel}_{step}")()

    @api.model
    def _reachable(self, partner_ids, channels, address_ids=()):
        """Which debtors can be reached through which of the channels.

        :param partner_ids: ids of commercial partners. :param address_ids: ids of those that
            are written to as one invoice address among others.
        :return: dict channel -> set of these ids.
        """
        partners = self.env["res.partner"]
        contacts = partners.browse(partner_ids)._ar_contact_ids()
        mailed = {**contacts, **partners.browse(address_ids)._ar_address_contact_ids()}
        # on paper or by phone the address itself, else its debtor
        addresses = partners.browse(address_ids)
        others = {**contacts, **{place.id: place.commercial_partner_id.id for place in addresses}}
        return {
            name: getattr(self, f"_channel_{name}_reachable")(mailed if name == "email" else others)
            for name in channels
        }

    @api.model
    def _channel_email_reachable(self, contacts):
        mailable = self.env["res.partner"]._ar_mailable_ids(contacts.values())
        return {debtor for debtor, contact in contacts.items() if contact in mailable}

    def _channel_email_claim(self):
        self._post_mail()
        return "sending"

    def _channel_email_hand_over(self):
        self._hand_over_mail()

    @api.model
    def _channel_letter_reachable(self, contacts):
        postal = self.env["res.partner"]._ar_postal_ids([*contacts, *contacts.values()])
        return {debtor for debtor, contact in contacts.items() if {debtor, contact} & postal}

    def _channel_letter_claim(self):
        """Nothing leaves by itself: the letter waits on the pile until it is printed."""
        self._enclose_invoices()
        return "to_print"

    # === APPROVAL === #
    def _on_approval_granted(self, approvals):
        """A decision is approved for all its channels."""
        return super(ArCollectionNotice, self | self._siblings())._on_approval_granted(approvals)

    def _on_approval_refused(self, approvals):
        return super(ArCollectionNotice, self | self._siblings())._on_approval_refused(approvals)

    # === SIBLINGS === #
    def _lead(self):
        return self.lead_id or self

    def _siblings(self):
        """The notices of the same decisions through other channels."""
        leads = [notice._lead().id for notice in self]
        repeated.flush(self.env, [self._name])
        rows = repeated.execute(
            self.env,
            SQL(
                "SELECT id FROM ar_collection_notice"
                " WHERE lead_id = ANY(%s::int[]) OR id = ANY(%s::int[]) ORDER BY id DESC",
                leads,
                leads,
            ),
        )
        return self.browse(row["id"] for row in rows) - self

    def _stands(self):
        """Whether the claim of the notice stands: it has left, or may have, or is about to."""
        return self.state in STANDING or self.delivery_unknown

    def _comes_before(self, other):
        """Whether the notice will take the claim that the other one repeats; not when its
        mail server is out of reach."""
        waits = self.state == "to_approve" or (
            self.state == "queued" and not (self.retry_at or self.allowed_at)
        )
        return waits and self.id < other.id

    def _follow_first(self):
        """Of notices just made let those of one decision follow the first of them.

        :return: the first ones, in their order.
        """
        firsts = {}
        for notice in self:
            lead = firsts.setdefault((notice.collection_id.id, notice.address_id.id), notice)
            if lead != notice:
                notice.lead_id = lead
        return self.browse([notice.id for notice in firsts.values()])

    def _claim_with(self, first):
        """Repeat the claim of a notice of the same decision, if the ledger still bears it.

        :return: False when it does not.
        """
        money = first._money_on_its_way()
        if money or first._changed():
            self._skip("money_on_its_way" if money else "claim_changed", money)
            return False
        self.write({**first._claimed_vals(), **self._prepare_contact_vals()})
        self._copy_lines(first)
        return True

    def _claimed_vals(self):
        names = ("date", "deadline", "level_name", "formal", "courtesy", "amount", "totals")
        return {name: self[name] for name in names} | {"level_id": self.level_id.id}

    def _copy_lines(self, first):
        """Write the lines of the notice anew: those of another one."""
        lines = self.env["ar.collection.notice.line"]
        self.line_ids.unlink()
        first.flush_recordset()
        lines.flush_model()
        columns = SQL(", ").join(
            SQL.identifier(name)
            for name, field in lines._fields.items()
            if field.store and field.column_type and name not in ("id", "notice_id")
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO ar_collection_notice_line (notice_id, %(columns)s)"
                " SELECT %(new)s, %(columns)s FROM ar_collection_notice_line"
                " WHERE notice_id = %(first)s ORDER BY id",
                columns=columns,
                new=self.id,
                first=first.id,
            )
        )
        self.invalidate_recordset(["line_ids"])
