import json

from odoo import models
from odoo.exceptions import UserError

from ..tools import reference


class ArCollectionPlan(models.Model):
    """What the page of a plan shows its debtor, as plain values."""

    _inherit = "ar.collection.plan"

    def _prepare_page(self, visitor="debtor", answer=None):
        """The page in the language of the debtor; nothing of any other debtor stands on it.

        :param str visitor: ``debtor``, or ``colleague``: somebody of the company looks on.
        :param str answer: what the visitor has just done: signed, change, decline.
        """
        self.ensure_one()
        content = self._prepare_agreement()
        plan = content["plan"]
        stands = plan._may_be_signed() and bool(plan._page_document("agreement"))
        return {
            "plan": plan,
            "lang": content["lang"],
            "dir": content["dir"],
            "preview": visitor == "colleague",
            "title": content["subject"],
            "lead": plan._page_lead(),
            "notice": plan._page_notice(answer),
            "sums": plan._page_sums(),
            "rows": [plan._page_row(number, line) for number, line in enumerate(plan.line_ids, 1)],
            "notes": content["notes"],
            "currency": plan.currency_id.name,
            "total": plan._format_amount(plan.total, plan.currency_id),
            "with_interest": not plan.currency_id.is_zero(plan.interest),
            "with_fee": not plan.currency_id.is_zero(plan.fee_total),
            "clauses": content["clauses"],
            "invoices": [
                {
                    "number": item.item_name,
                    "amount": plan._format_amount(item.amount, plan.currency_id),
                }
                for item in plan.item_ids
            ],
            "may_sign": stands and visitor == "debtor",
            "sign": plan._page_sign() if stands else "{}",
            "fingerprint": plan.document_hash,
            "urls": {
                "pdf": plan.document_id and plan._page_url("agreement"),
                "change": plan._page_url("change"),
                "decline": plan._page_url("decline"),
            },
            "signed_pdf": plan.accepted_on and plan.attachment_id and plan._page_url("signed"),
            "contact": content["signatory"],
        }

    def _page_document(self, document):
        """The file of the page: ``agreement`` as offered, or the ``signed`` copy."""
        if document == "signed":
            return self.attachment_id if self.accepted_on else None
        if not self.document_id and self._may_be_signed():
            try:
                self._make_document()
            except UserError:  # without an engine that prints nothing can be signed here
                return None
        return self.document_id

    def _page_sign(self):
        """The properties of the form of the signature, as JSON."""
        contact = self._agreement_contact()
        return json.dumps(
            {
                "callUrl": self._page_url("sign"),
                "defaultName": "" if contact.is_company else contact.name or "",
                "fingerprint": self.document_hash,
                "sendLabel": self.env._("Sign the agreement"),
                "consent": self.env._(
                    "I have read the agreement and may sign for %(debtor)s",
                    debtor=self.partner_id.name,
                ),
            }
        )

    # === TEXTS === #
    def _page_lead(self):
        company = self.company_id.name
        if self.state == "offered":
            return self.env._(
                "An offer from %(company)s, open until %(date)s.",
                company=company,
                date=self._format_date(self.offered_until),
            )
        return self.env._("With %(company)s", company=company)

    def _page_notice(self, answer):
        """What is to be said of the state, in plain words: tone, title, text; None: nothing."""
        thanks = self._page_thanks(answer)
        if thanks:
            return thanks
        call = self.env._("Please call or write to us, and we will look for a way together.")
        title, text, tone = {
            "offered": (
                self.env._("This offer is not open any more."),
                self.env._(
                    "It was open until %(date)s.", date=self._format_date(self.offered_until)
                )
                + f" {call}",
                "warning",
            ),
            "active": (self._agreed_text(), self._next_text(), "success"),
            "completed": (
                self.env._("Everything is paid. Thank you."),
                self.env._("There is nothing more to do for this plan."),
                "success",
            ),
            "defaulted": (
                self.env._("This plan has ended, because payments did not arrive in time."),
                self.env._("The invoices are due on their original dates.") + f" {call}",
                "warning",
            ),
            "cancelled": (self._cancelled_text(), call, "warning"),
        }[self.state]
        if self._may_be_signed():
            return None
        return {"title": title, "text": text, "tone": tone}

    def _page_thanks(self, answer):
        if answer == "signed" and self.state == "active":
            return {
                "tone": "success",
                "title": self.env._("Thank you. The agreement is signed."),
                "text": self.env._("Your signed copy is on its way by e-mail.")
                + f" {self._next_text()}",
            }
        if answer == "change" and self.state == "offered":
            return {
                "tone": "success",
                "title": self.env._("Thank you. We have your message."),
                "text": self.env._("We will answer soon; the offer stays open meanwhile."),
            }
        return None

    def _agreed_text(self):
        if self.signed_name:
            return self.env._(
                "Agreed on %(date)s, signed by %(name)s.",
                date=self._format_date(self.accepted_on),
                name=self.signed_name,
            )
        return self.env._("Agreed on %(date)s.", date=self._format_date(self.accepted_on))

    def _next_text(self):
        line = self._next_part()
        if not line:
            return ""
        return self.env._(
            "The next payment is %(amount)s on %(date)s.",
            amount=self._format_money(line.open_total, self.currency_id),
            date=self._format_date(line.date),
        )

    def _cancelled_text(self):
        if self.lapsed:
            return self.env._("This offer was not accepted in time and has lapsed.")
        if self.accepted_on:
            return self.env._("This plan is not in force any more.")
        return self.env._("This offer was withdrawn or declined.")

    # === FIGURES === #
    def _page_sums(self):
        """Up to four figures at the top: label, value, note."""
        money = self.env._("Total in %(currency)s", currency=self.currency_id.name)
        count = len(self.item_ids)
        sums = [
            (
                money,
                self._format_amount(self.total, self.currency_id),
                self.env._("1 invoice")
                if count == 1
                else self.env._("%(count)s invoices", count=count),
            ),
            *self._page_payments(),
        ]
        if self.kind == "settlement":
            sums.append(
                (
                    self.env._("We give up"),
                    self._format_amount(self.given_up, self.currency_id),
                    self.env._("when it is paid in time"),
                )
            )
        extra = self.interest + self.fee_total
        sums.append(
            (
                self.env._("Interest and fees"),
                self._format_amount(extra, self.currency_id),
                self.env._("included in the total") if extra else self.env._("none on this plan"),
            )
        )
        return [dict(zip(("label", "value", "note"), row, strict=True)) for row in sums[:4]]

    def _page_payments(self):
        """The first payment, and what follows."""
        first, rest = self.line_ids[:1], self.line_ids[1:]
        show = lambda line: self._format_amount(line.total, self.currency_id)  # noqa: E731
        on_day = self.env._("on %(date)s", date=self._format_date(first.date, short=True))
        if not rest:
            return [(self.env._("To pay"), show(first), on_day)]
        rows = [(self.env._("First payment"), show(first), on_day)]
        label = self.env._("Then %(count)s instalments", count=len(rest))
        if len(rest) == 1:
            label = self.env._("Then 1 instalment")
        note = self.env._(
            "the last one %(amount)s, on %(date)s",
            amount=show(rest[-1]),
            date=self._format_date(rest[-1].date, short=True),
        )
        return [*rows, (label, show(rest[0]), note)]

    def _page_row(self, number, line):
        return {
            "number": number,
            "date": self._format_date(line.date, short=True),
            "part": self._page_part(line),
            "interest": self._format_amount(line.interest, self.currency_id),
            "fee": self._format_amount(line.fee, self.currency_id),
            "reference": reference.in_fours(line.reference or ""),
            "total": self._format_amount(line.total, self.currency_id),
        }

    def _page_part(self, line):
        name = self._part_name(line)
        if self.state == "active" and line.state == "paid":
            return self.env._("%(part)s, paid", part=name)
        return name
