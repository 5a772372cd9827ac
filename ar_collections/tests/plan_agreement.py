from datetime import timedelta

from odoo import Command

from .ledger import LedgerCommon
from .letter import LetterCommon


class PlanAgreementCommon(LetterCommon, LedgerCommon):
    """Plans of items of a debtor, with schedules written down by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Plan = cls.env["ar.collection.plan"]
        cls.env.user.group_ids |= cls.env.ref("ar_collections.group_ar_collection_plans")

    def _plan(self, moves, parts, **vals):
        """A draft that covers all of the moves.

        :param parts: list of (days from today, amount) or (days, amount, interest, fee).
        """
        items = self._item(moves)
        account = self._account(items.partner_id.commercial_partner_id)
        return self.Plan.create(
            {
                "collection_id": account.id,
                "currency_id": items.currency_id.id,
                "method": "custom",
                "item_ids": [
                    Command.create({"line_id": item.id, "amount": item.amount_residual_currency})
                    for item in items
                ],
                "line_ids": [self._part(number, *part) for number, part in enumerate(parts, 1)],
                **vals,
            }
        )

    def _part(self, number, days, amount, interest=0, fee=0):
        return Command.create(
            {
                "sequence": number,
                "date": self.today + timedelta(days=days),
                "amount": amount,
                "interest": interest,
                "fee": fee,
            }
        )

    def _offered(self, *args, **vals):
        plan = self._plan(*args, **vals)
        plan.action_offer()
        return plan

    def _agreement(self, plan):
        """What the agreement of a plan says."""
        return self._text(plan._agreement_pdf())
