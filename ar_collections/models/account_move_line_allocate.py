from odoo import api, models

#: Context key: dict (claim id, credit id) -> the most that this credit pays of this claim, in
#: the currency of the claim.
ALLOCATE_KEY = "ar_collections_allocate"


class AccountMoveLine(models.Model):
    """Core's reconciliation, by exact amounts instead of as much as there is."""

    _inherit = "account.move.line"

    @api.model
    def _ar_allocate(self, allocations):
        """Reconcile pairs of items by exact amounts, all in one go; core does the rest:
        exchange differences, cash-basis taxes, states of invoices.

        :param allocations: list of (claim, credit, amount in the currency of the claim).
        :return: the new ``account.partial.reconcile`` of these pairs, in no certain order.
        """
        limits = {(claim.id, credit.id): amount for claim, credit, amount in allocations}
        if not limits:
            return self.env["account.partial.reconcile"]
        claims = self.concat(*(claim for claim, _credit, _amount in allocations))
        payers = self.concat(*(credit for _claim, credit, _amount in allocations))
        before = claims.matched_credit_ids
        self.with_context(**{ALLOCATE_KEY: limits})._reconcile_plan(
            [claim + credit for claim, credit, _amount in allocations]
        )
        return (claims.matched_credit_ids - before).filtered(
            lambda part: part.credit_move_id in payers
        )

    @api.model
    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        pair = (debit_values["aml"].id, credit_values["aml"].id)
        limit = (self.env.context.get(ALLOCATE_KEY) or {}).get(pair)
        if limit is None:
            return super()._prepare_reconciliation_single_partial(
                debit_values, credit_values, shadowed_aml_values=shadowed_aml_values
            )
        part = self._ar_capped(debit_values, limit)
        before = dict(part)
        result = super()._prepare_reconciliation_single_partial(
            part, credit_values, shadowed_aml_values=shadowed_aml_values
        )
        for name in ("amount_residual", "amount_residual_currency"):
            debit_values[name] -= before[name] - part[name]
        # this pair is done, whatever is left of either
        return {**result, "debit_values": None, "credit_values": None}

    @api.model
    def _ar_capped(self, values, limit):
        """The residuals of a claim as if only ``limit`` of it were open."""
        claim, whole = values["aml"], values["amount_residual_currency"]
        if claim.currency_id.compare_amounts(limit, whole) >= 0:
            return dict(values)
        share = claim.company_currency_id.round(values["amount_residual"] * limit / whole)
        return {**values, "amount_residual": share, "amount_residual_currency": limit}
