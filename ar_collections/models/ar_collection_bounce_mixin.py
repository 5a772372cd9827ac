from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context, format_date

#: What a bounce notes; nobody writes it by hand.
NOTED = frozenset(
    {
        "ar_bounce_date",
        "ar_bounce_reason",
        "ar_bounce_code_id",
        "ar_bounce_fee",
        "ar_bounce_move_id",
    }
)


class ArCollectionBounceMixin(models.AbstractModel):
    """Money that came and was returned by the bank: payments and bank lines.

    A posted payment is never drafted or cancelled: its entry is reversed on the day of the
    return, so that the books of the day it came stay as they were.
    """

    _name = "ar.collection.bounce.mixin"
    _description = "Can Be Returned by the Bank"

    currency_id = fields.Many2one("res.currency")  # that of the payment
    # Plain nullable columns: installing on millions of payments rewrites nothing.
    ar_bounce_date = fields.Date(string="Returned on", readonly=True, copy=False)
    ar_bounce_code_id = fields.Many2one(
        "ar.collection.return.code",
        string="Return code",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    ar_bounce_reason = fields.Char(string="Returned because", readonly=True, copy=False)
    ar_bounce_fee = fields.Monetary(
        string="Fee of the return", readonly=True, copy=False, help="What our bank charged for it."
    )
    ar_bounce_move_id = fields.Many2one(
        "account.move",
        string="Entry of the return",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    def write(self, vals):
        if not self.env.su and (forbidden := set(vals) & NOTED):
            raise AccessError(
                self.env._(
                    "%(names)s: noted by the return itself. Use the button Returned by the bank.",
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )
        return super().write(vals)

    # === ACTIONS === #
    def action_ar_bounce(self, date, reason, fee=0.0):
        """Note that the bank has returned this money, all of it.

        The entry is reversed on ``date``; the items it had paid are open again, with their
        due date and level; promises it had kept are judged anew; the collector has a next
        action today.

        :param date: day of the return, a date or ``YYYY-MM-DD``.
        :param str reason: a return code (``AM04``) or why, in words.
        :param float fee: what the bank charged, in the currency of the payment; it is noted,
            not posted.
        :return: the reversing entries (``account.move``); over the API their ids.
        :raises UserError: not posted, returned already, a day before it came or to come.
        """
        self.check_access("write")
        date = fields.Date.to_date(date)
        for record in self:
            record._ar_check_bounce(date, fee)
        moves = self.env["account.move"]
        # defaults of the form it was opened from are none of the entries': ``default_payment_ids``
        # would make the reversal the entry of the payment
        for record in self.with_context(clean_context(self.env.context)):
            move = record._ar_reverse_money(date, reason)
            record._ar_note_bounce(date, reason, fee, move)
            moves |= move
        self._ar_after_bounce()
        return moves

    def action_ar_bounce_open(self):
        """Open the form that notes a return."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_promise_bounce_action"
        )
        name = "payment_ids" if self._name == "account.payment" else "statement_line_ids"
        action["context"] = {f"default_{name}": self.ids}
        return action

    # === CHECKS === #
    def _ar_check_bounce(self, date, fee):
        self.ensure_one()
        what = self.display_name
        if not date:
            raise UserError(
                self.env._("Please say on which day the bank returned %(what)s.", what=what)
            )
        if self.ar_bounce_date:
            raise UserError(
                self.env._(
                    "%(what)s was returned on %(date)s already.",
                    what=what,
                    date=format_date(self.env, self.ar_bounce_date),
                )
            )
        if fee < 0:
            raise UserError(self.env._("The fee of a return cannot be negative."))
        if date < self.date:
            raise UserError(
                self.env._(
                    "%(what)s is of %(date)s and cannot be returned before. Please check the day.",
                    what=what,
                    date=format_date(self.env, self.date),
                )
            )
        if date > max(self.company_id._ar_root()._ar_today(), fields.Date.context_today(self)):
            raise UserError(
                self.env._("The return is in the future. Note it when the bank has booked it.")
            )

    # === BUSINESS === #
    def _ar_reverse_money(self, date, reason):
        """Hook: post the entry that takes the money back.

        :return: ``account.move``, posted.
        """
        raise NotImplementedError

    def _ar_note_bounce(self, date, reason, fee, move):
        code = self.env["ar.collection.return.code"]._find(reason)
        # sudo: what a bounce notes is written by it only
        self.sudo().write(
            {
                "ar_bounce_date": date,
                "ar_bounce_code_id": code.id,
                "ar_bounce_reason": code.name if code and reason.strip() == code.code else reason,
                "ar_bounce_fee": fee,
                "ar_bounce_move_id": move.id,
            }
        )

    def _ar_debtors(self):
        """The collection accounts of who had paid."""
        # sudo: the accountant need not be the collector of the debtor
        accounts = self.env["ar.collection"].sudo()
        partners = self.partner_id.commercial_partner_id
        roots = self.company_id._ar_root()
        return accounts.search(
            [("partner_id", "in", partners.ids), ("company_id", "in", roots.ids)]
        )

    def _ar_after_bounce(self):
        """What follows at once: next action, instruments, figures, promises."""
        partners = self.partner_id.commercial_partner_id
        if len(self._ar_debtors()) < len(partners):  # paid and returned within a minute
            self.env["ar.collection"].sudo()._refresh(partners.ids)  # sudo: the machine's figures
        accounts = self._ar_tell_bounce()
        accounts._refresh(partners.ids)
        self.env["ar.collection.promise"]._judge_accounts(accounts)

    def _ar_tell_bounce(self):
        """Give the collectors a next action today; :return: the accounts concerned."""
        accounts = self._ar_debtors()
        by_key = {(account.partner_id, account.company_id): account for account in accounts}
        for record in self:
            key = (record.partner_id.commercial_partner_id, record.company_id._ar_root())
            if account := by_key.get(key):
                text = record._ar_bounce_text()
                account._set_next_action(text, account.company_id._ar_today())
                account._message_log(body=record._ar_bounce_body(text))
        self._ar_return_instruments()
        return accounts

    def _ar_return_instruments(self):
        """Hook: the cheques or bills these payments were booked for are returned."""

    def _ar_bounce_text(self):
        self.ensure_one()
        text = self.env._(
            "Payment returned: %(amount)s, %(reason)s",
            amount=self.currency_id.format(self.amount),
            reason=self.ar_bounce_reason,
        )
        step = self.ar_bounce_code_id.next_action
        return f"{text}. {step}" if step else text

    def _ar_bounce_body(self, text):
        if not self.ar_bounce_fee:
            return text
        return self.env._(
            "%(text)s. Fee of the bank: %(fee)s.",
            text=text,
            fee=self.currency_id.format(self.ar_bounce_fee),
        )
