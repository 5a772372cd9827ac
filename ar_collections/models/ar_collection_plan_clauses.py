from odoo import models
from odoo.tools import formatLang


class ArCollectionPlan(models.Model):
    """The sentences of an agreement: title, text, what is agreed, what follows."""

    _inherit = "ar.collection.plan"

    def _agreement_title(self):
        number = self._agreement_number()
        return {
            "instalments": self.env._("Payment plan agreement %(number)s", number=number),
            "settlement": self.env._("Settlement agreement %(number)s", number=number),
            "extension": self.env._("Extension agreement %(number)s", number=number),
        }[self.kind]

    def _agreement_text(self):
        """The letter above the tables; ``%(until)s`` is filled later, see ``letter_text``."""
        if self.kind == "settlement":
            offer = self.env._(
                "As discussed, the invoices below can be settled with %(amount)s instead of "
                "%(whole)s.",
                amount=self._format_money(self.amount, self.currency_id),
                whole=self._format_money(self.amount_items, self.currency_id),
            )
        elif self.kind == "extension":
            offer = self.env._("As discussed, the invoices below can be paid later.")
        else:
            offer = self.env._(
                "As discussed, the invoices below can be paid in %(count)s parts.",
                count=len(self.line_ids),
            )
        ask = self.env._(
            "If you agree, please sign the last page and return it, or sign online, by %(until)s.",
            until="%(until)s",
        )
        return f"{offer} {ask}"

    def _part_name(self, line):
        """What a part of the schedule is called."""
        if self.kind == "settlement":
            return self.env._("Settlement")
        if self.kind == "extension":
            return self.env._("New due date")
        if self.first_amount and line == self.line_ids[:1]:
            return self.env._("First payment")
        return self.env._("Instalment")

    def _schedule_notes(self, extras):
        """Small print under the schedule."""
        notes = []
        if "interest" in extras:
            notes.append(
                self.env._(
                    "Interest of %(rate)s %% a year on what is left; it is invoiced apart.",
                    rate=self._format_rate(),
                )
            )
        else:
            notes.append(self.env._("No interest is charged while the plan is kept."))
        return notes

    def _prepare_terms(self):
        """Parties, clauses and who signs."""
        return {
            "parties": [
                self._prepare_party(self.company_id.partner_id, self.env._("Supplier")),
                self._prepare_party(self.partner_id, self.env._("Customer")),
            ],
            "clauses": getattr(self, f"_clauses_{self.kind}")() + self._clauses_common(),
            "signs": {
                "company": self.env._("For %(name)s", name=self.company_id.name),
                "customer": self.env._("For %(name)s", name=self.partner_id.name),
            },
            "online": self.env._(
                "Sign online instead, at the address below. Name, position, time, network "
                "address and the fingerprint (SHA-256) of this document are kept with the "
                "signature."
            ),
            "link": self._agreement_link(),
        }

    def _format_rate(self):
        return formatLang(self.env, self.interest_rate, digits=3).rstrip("0").rstrip(".,")

    # === CLAUSES === #
    def _clauses_instalments(self):
        return [
            self.env._(
                "The customer pays the parts on or before the dates in the schedule, each with "
                "its reference."
            ),
            *self._clauses_quiet(),
            self._clause_grace(),
            self._clause_default(),
        ]

    def _clauses_settlement(self):
        rest = self._format_money(self.given_up, self.currency_id)
        return [
            self.env._(
                "The customer pays %(amount)s by %(date)s, with the reference in the schedule.",
                amount=self._format_money(self.amount, self.currency_id),
                date=self._format_date(self.line_ids[-1:].date),
            ),
            self._clause_grace(),
            self.env._(
                "When this is paid in full, the supplier gives up the rest of %(rest)s, and the "
                "customer owes nothing more for these invoices.",
                rest=rest,
            ),
            self.env._(
                "If it is not paid in full by then, nothing is given up, and the invoices are "
                "due on their original dates."
            ),
            *self._clauses_quiet(),
        ]

    def _clauses_extension(self):
        return [
            self.env._("The customer pays the invoices by the new date in the schedule."),
            *self._clauses_quiet(),
            self._clause_grace(),
            self.env._(
                "If they are not paid by then, the extension ends, and the invoices are again "
                "due on their original dates."
            ),
        ]

    def _clauses_common(self):
        return [
            self.env._(
                "The plan changes neither the invoices nor other agreements. New invoices are "
                "payable as usual."
            ),
            self.env._("Any change needs a new version of this agreement, accepted by both sides."),
        ]

    def _clauses_quiet(self):
        """What the supplier does not do meanwhile, and what the customer pays for it."""
        interest, fee = self.interest, self.fee_total
        if self.currency_id.is_zero(interest):
            clauses = [
                self.env._(
                    "While the plan is kept, the supplier sends no reminders for these invoices "
                    "and charges no interest on them."
                )
            ]
        else:
            clauses = [
                self.env._(
                    "While the plan is kept, the supplier sends no reminders for these invoices."
                ),
                self.env._(
                    "Interest: for the time given the customer pays %(rate)s %% a year on what "
                    "is left, %(amount)s in all, as shown in the schedule. It is invoiced apart; "
                    "no other interest is charged for this time.",
                    rate=self._format_rate(),
                    amount=self._format_money(interest, self.currency_id),
                ),
            ]
        if not self.currency_id.is_zero(fee):
            clauses.append(
                self.env._(
                    "Fee: for the plan the customer pays %(amount)s, as shown in the schedule.",
                    amount=self._format_money(fee, self.currency_id),
                )
            )
        return clauses

    def _clause_grace(self):
        earlier = self.env._("Paying earlier or more is welcome; it counts for the next parts.")
        if self.kind != "instalments":
            earlier = self.env._("Paying earlier is welcome.")
        if not self.grace_days:
            return earlier
        grace = self.env._("A payment may arrive up to %(days)s days late.", days=self.grace_days)
        return f"{grace} {earlier}"

    def _clause_default(self):
        if self.missed_limit > 1:
            first = self.env._(
                "If %(count)s parts are missed, the plan ends and the invoices are again due on "
                "their original dates.",
                count=self.missed_limit,
            )
        else:
            first = self.env._(
                "If a part is missed, the plan ends and the invoices are again due on their "
                "original dates."
            )
        then = self.env._(
            "The supplier then writes to the customer, and a new plan can be discussed."
        )
        return f"{first} {then}"
