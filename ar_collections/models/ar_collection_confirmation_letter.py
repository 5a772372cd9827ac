from odoo import models

from ..tools.statement import ZERO


class ArCollectionConfirmation(models.Model):
    """What a balance confirmation says, as plain values."""

    _inherit = "ar.collection.confirmation"

    def _prepare_rows(self):
        """The balances of these debtors, one query for each round.

        :return: dict id -> list of dicts, a currency each: ``currency, balance, items``.
        """
        result = {}
        source = self.env["ar.collection.statement.rows"].sudo()  # the whole account of a debtor
        for own_round, ones in self.grouped("round_id").items():
            found = source._open_items(
                own_round.company_id,
                own_round.date,
                ones.collection_id.partner_id.ids,
                with_holds=False,
            )
            for one in ones:
                partner_id = one.collection_id.partner_id.id
                own = one.company_id.currency_id
                currencies = self.env["res.currency"].browse(
                    [currency for partner, currency in found if partner == partner_id]
                )
                result[one.id] = [
                    {
                        "currency": currency,
                        "items": (items := found[partner_id, currency.id]),
                        "balance": sum((item.open for item in items), ZERO),
                    }
                    for currency in currencies.sorted(lambda c, own=own: (c != own, c.name))
                ]
        return result

    def _prepare_content(self, rows):
        """Everything the letter says, in the language of the debtor."""
        self.ensure_one()
        one = self._in_letter_language()
        day = one._format_date(one.date)
        auditor = one.round_id.auditor_id
        return {
            **one._prepare_head(),
            "date": one._format_date(one.company_id._ar_today()),
            "day": day,
            "subject": one._title(),
            "greeting": one._greeting(),
            "text": one._letter_text(auditor, day),
            "positive": one.form == "positive",
            "balances": one._balance_rows(rows) if one.form == "positive" else [],
            "no_balance": one.env._(
                "According to our records nothing was open on %(day)s.", day=day
            ),
            "reply_to": one._reply_lines(auditor),
            "reply_title": one.env._("Reply to the auditors:")
            if auditor
            else one.env._("Reply to:"),
            "reply_from": one._reply_from(),
            "agree": one._agree_text(rows, day),
            "currencies": [row["currency"].name for row in rows]
            or [one.company_id.currency_id.name],
            "rows": rows if one.form == "positive" else [],
            "reply_by": one._format_date(one.round_id.reply_by),
        }

    def _title(self):
        return self.env._(
            "Confirmation of your account balance on %(day)s", day=self._format_date(self.date)
        )

    def _letter_text(self, auditor, day):
        ask = self.env._(
            "Please compare the balances below with your records, fill in the reply and send it back."
        )
        if self.form == "blank":
            ask = self.env._(
                "Please enter in the reply what your records show on %(day)s, and send it back.",
                day=day,
            )
        why = self.env._("We are checking our accounts.")
        if auditor:
            why = self.env._(
                "Our auditors, %(name)s, are examining our accounts.", name=auditor.name
            )
            ask = self.env._("%(ask)s Please send it directly to the auditors.", ask=ask)
        rest = self.env._(
            "This is not a request for payment, and payments after %(day)s do not matter for your "
            "answer.",
            day=day,
        )
        return f"{why} {ask} {rest}"

    def _balance_rows(self, rows):
        return [
            {
                "label": self.env._(
                    "Trade receivables, items in %(currency)s",
                    currency=self._currency_name(row["currency"]),
                ),
                "code": row["currency"].name,
                "amount": self._format_amount(float(row["balance"]), row["currency"]),
            }
            for row in rows
        ]

    def _agree_text(self, rows, day):
        if not rows:
            return self.env._("It agrees with our records that nothing was open.")
        amounts = ", ".join(
            self._format_money(float(row["balance"]), row["currency"]) for row in rows
        )
        if len(rows) == 1:
            return self.env._(
                "The balance of %(amounts)s agrees with our records.", amounts=amounts
            )
        return self.env._("The balances of %(amounts)s agree with our records.", amounts=amounts)

    def _reply_from(self):
        debtor = self.collection_id.partner_id
        name = f"{debtor.name} ({debtor.ref})" if debtor.ref else debtor.name
        return self.env._("Reply of %(debtor)s", debtor=name)

    def _reply_lines(self, auditor):
        if not auditor:
            sender, signatory = self._prepare_sender(), self._prepare_signatory()
            return [sender["name"], sender["address"], signatory["email"]]
        address = ", ".join(self._address_lines(auditor, self.company_id.country_id))
        return [
            ", ".join(filter(None, (auditor.name, address))),
            ", ".join(filter(None, (auditor.email, auditor.phone))),
        ]

    # === MAIL === #
    def _prepare_mail(self):
        """What the e-mail says, in the language of the debtor."""
        one = self._in_letter_language()
        head = one._prepare_head()
        auditor = one.round_id.auditor_id
        return {
            **head,
            "start": "right" if head["dir"] == "rtl" else "left",
            "subject": one._title(),
            "greeting": one._greeting(),
            "text": one._letter_text(auditor, one._format_date(one.date)),
            "reply_to": auditor
            and one.env._("An answer to this e-mail goes to %(auditor)s.", auditor=auditor.name),
            "reply_by": one.env._(
                "Please reply by %(day)s.", day=one._format_date(one.round_id.reply_by)
            ),
            "attached": one.env._("Attached: %(name)s (PDF).", name=one.name),
            "imprint": one._imprint(head["sender"]),
        }
