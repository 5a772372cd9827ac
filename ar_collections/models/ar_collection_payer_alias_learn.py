from odoo import api, models

from ..tools import matching_text


class ArCollectionPayerAlias(models.Model):
    """Learning from what a person decided in the screen."""

    _inherit = "ar.collection.payer.alias"

    @api.model
    def _learn_from(self, application, company, payer, before, proposal, text):
        """Remember who the payer was, and the word before our number.

        :param payer: dict ``name`` and ``account`` of the bank line.
        :param before: the debtor that stood on it. :param proposal: what was proposed.
        """
        items = application.line_ids.filtered(lambda line: line.kind == "item").line_id
        debtor = items.partner_id.commercial_partner_id or application.partner_id
        if len(debtor) != 1:
            return
        if before != debtor and application.statement_line_id:
            known = proposal["debtor"] == debtor.id and not before
            signs = {sign for row in proposal["payers"][:1] for sign in row["signs"]}
            if known and signs & {"alias", "account", "name"}:
                pairs = [("name", payer["name"]), ("account", payer["account"])]
                self._note_use(company, debtor, pairs)
            else:
                # an account says more than a name
                kind = "account" if payer["account"] else "name"
                self._learn(company, debtor, **{kind: payer[kind]})
        if application.mode == "manual":
            self._learn_prefix(company, debtor, items, text)

    @api.model
    def _learn_prefix(self, company, debtor, items, text):
        """``RG 451`` was applied to INV/2026/00451: RG stands before our numbers there."""
        if (
            len(items) != 1
            or matching_text.keys(items.move_name or "") & matching_text.text_keys(text or "")[0]
        ):
            return
        if prefix := matching_text.prefix_before(text or "", items.move_name or ""):
            self._learn(company, debtor, prefix=prefix)
