from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionDispute(models.Model):
    """Outcomes that end a dispute through the ledger at once: an unapplied credit applied,
    another due date, a write-off asked for."""

    _inherit = "ar.collection.dispute"

    # === ALREADY PAID === #
    def _resolve_paid(self, amount, note, details):
        """Apply unapplied credits of the same debtor and currency to the disputed items.

        With core's reconcile and the caller's rights; which one is asked for unless there is
        only one.
        """
        paying = self.env["account.move.line"].browse(details.get("credit_ids"))
        paying = paying or self._unapplied_credits()
        if not details.get("credit_ids") and len(paying) != 1:
            raise UserError(
                self.env._(
                    "Which credit has paid %(items)s? Please choose it: %(count)s are not applied "
                    "yet.",
                    items=", ".join(self.item_ids.mapped("item_name")),
                    count=len(paying),
                )
            )
        self._check_credits(paying)
        self._check_may_match()
        names = ", ".join(credit.move_name or credit.display_name for credit in paying)
        for line in self.item_ids.line_id.sorted("date_maturity"):
            free = paying.filtered(lambda credit: not credit.reconciled)
            if free and not line.reconciled:
                (free + line).reconcile()
        text = self.env._("Paid by %(credits)s, applied now.", credits=names)
        self._set_state("resolved", outcome="paid", resolution=f"{note}\n{text}" if note else text)

    def _unapplied_credits(self):
        """The unapplied credits of the debtor that fit, the reader may see."""
        paying = self.env["account.move.line"].search(
            [
                *self.collection_id._open_items_domain(),
                ("amount_residual", "<", 0),
                ("currency_id", "=", self.currency_id.id),
            ],
            order="date desc, id desc",
        )
        reserved = self.env["ar.collection.hold"]._held_of_lines(paying)
        return paying.filtered(lambda credit: credit.id not in reserved)

    def _check_credits(self, paying):
        fitting = self._unapplied_credits()
        for credit in paying:
            if credit not in fitting:
                raise UserError(
                    self.env._(
                        "%(credit)s is no unapplied credit of %(debtor)s in %(currency)s, or it is "
                        "reserved. Please choose another.",
                        credit=credit.move_name or credit.display_name,
                        debtor=self.partner_id.display_name,
                        currency=self.currency_id.name,
                    )
                )

    def _check_may_match(self):
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(
                self.env._(
                    "This changes the ledger and needs the accounting right “Billing”. Please ask "
                    "%(accountant)s (button “Ask”).",
                    accountant=self._accountant().name or self.env._("an accountant"),
                )
            )

    # === NEW DUE DATE === #
    def _resolve_new_date(self, amount, note, details):
        """The items fall due later; the old due dates stay in the chatter."""
        date = fields.Date.to_date(details.get("date"))
        today = self.company_id._ar_today()
        if not date or date <= today:
            raise UserError(
                self.env._(
                    "Which due date was agreed for %(dispute)s? Please enter a day after today.",
                    dispute=self.name,
                )
            )
        self._check_may_match()
        lines = self.item_ids.line_id.filtered(lambda line: not line.reconciled)
        texts = [self._redate(line, date) for line in lines]
        resolution = "\n".join(filter(None, [note, *texts]))
        self._set_state("resolved", outcome="new_date", resolution=resolution)

    def _redate(self, line, date):
        """Another due date, with the caller's rights; the original stays on the item and is the
        basis of ageing, and invoice and audit list say who changed it.

        :return: what was done, a sentence.
        """
        original = line._ar_original_due_date()
        text = self.env._(
            "%(item)s is due on %(new)s instead of %(old)s (%(dispute)s).",
            item=line.ar_number,
            new=fields.Date.to_string(date),
            old=fields.Date.to_string(line.ar_due_date),
            dispute=self.name,
        )
        line.write(
            {
                "date_maturity": date,
                "ar_original_due_date": original if original != date else False,
            }
        )
        line.move_id._message_log(body=text)
        self.env["ar.collection.audit"]._log(self, "correction", text)
        return text

    # === WRITE-OFF === #
    def _resolve_write_off(self, amount, note, details):
        """Ask for the write-off of what is disputed, or of a part; its approval decides."""
        self._check_posted_items()
        self._decide("write_off", amount, note)
        parts = {
            item.line_id.id: item.accepted - item.credited
            for item in self.item_ids
            if item.line_id and item.accepted > item.credited
        }
        self._set_state("waiting", waiting_for="write_off")
        self._request_write_off(parts, note, details)

    def _check_posted_items(self):
        for item in self.item_ids:
            line = item.line_id.sudo()  # branch items: state only
            if not line or line.parent_state != "posted" or line.reconciled:
                raise UserError(
                    self.env._(
                        "%(item)s has nothing open that could be given up.", item=item.item_name
                    )
                )

    def _request_write_off(self, parts, note, details):
        """Hook: ask for the write-off. :param parts: dict id of the item -> amount."""

    def _on_write_off(self, request):
        """The request this dispute asked for was posted, refused, cancelled or reversed."""
        for dispute in self.sudo():  # the program goes on, whoever answered
            if request.state == "posted" and dispute.waiting_for == "write_off":
                dispute._set_state("resolved", outcome="write_off")
            elif (
                request.state in ("refused", "cancelled")
                and dispute.waiting_for == "write_off"
                and dispute.write_off_id == request
            ):
                dispute._take_back(
                    self.env._("the write-off %(name)s was not approved", name=request.name)
                )
            elif request.state == "reversed" and dispute._ended_by("write_off"):
                dispute._reopen(
                    self.env._("the write-off %(name)s was reversed", name=request.name)
                )

    def _ended_by(self, outcome):
        return self.outcome == outcome and not self.is_open
