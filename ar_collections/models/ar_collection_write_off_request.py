from odoo import Command, api, models
from odoo.exceptions import UserError


class ArCollectionWriteOff(models.Model):
    """Asking, answering, and the states in between."""

    _inherit = "ar.collection.write.off"

    # === API === #
    @api.model
    def _request(self, collection, amounts, reason, note=None, source=None, **vals):
        """Ask for a write-off; within the own limit it is written off at once.

        :param collection: ``ar.collection`` of the debtor.
        :param dict amounts: id of the item -> amount in its currency, None: all that is open.
        :param reason: ``ar.collection.write.off.reason``; None: a small difference.
        :param source: record that asks; told the answer by ``_on_write_off(request)``.
        :return: the request, ``to_approve`` or ``posted``.
        :raises UserError: nothing or more than is open, evidence missing, no account.
        """
        items = self.env["account.move.line"].browse(amounts)
        reason = reason or self.env["ar.collection.write.off.reason"]._default_reason("small")
        lines = [
            Command.create({"line_id": item.id, "amount": self._amount_of(item, amounts)})
            for item in items
        ]
        request = self.create(
            {
                "collection_id": collection.id,
                "reason_id": reason.id,
                "note": note,
                "line_ids": lines,
                **vals,
            }
        )
        if source:
            # sudo: the source is noted by the program only
            request.sudo().write({"source_model": source._name, "source_id": source.id})
        request._ask()
        return request

    @api.model
    def _amount_of(self, item, amounts):
        amount = amounts[item.id]
        return item.sudo().amount_residual_currency if amount is None else amount  # branch items

    # === ACTIONS === #
    def action_open_entries(self):
        """The entries that wrote it off."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "domain": [("id", "in", self.move_ids.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "Write-off %(number)s: %(amount)s, %(reason)s",
                number=self.name,
                amount=self.company_currency_id.format(self.amount_company),
                reason=self.reason_id.name,
            ),
            "amount": self.amount_company,
        }

    def _on_asked(self):
        result = super()._on_asked()
        self._hold_items()
        return result

    def _check_complete(self):
        if not self.line_ids:
            raise UserError(
                self.env._("Please choose the items of %(request)s.", request=self.display_name)
            )
        self.line_ids._check_open()
        if self.reason_id.evidence_required and not self._has_evidence():
            raise UserError(
                self.env._(
                    '"%(reason)s" needs evidence. Please attach it to %(request)s: %(evidence)s',
                    reason=self.reason_id.name,
                    request=self.name,
                    evidence=self.reason_id.evidence or self.env._("a file"),
                )
            )
        for company in self.line_ids.line_id.sudo().company_id:  # branch items
            self.reason_id._booking(company)

    def _has_evidence(self):
        """Whether a file is attached to the request or to what asked for it."""
        places = [(self._name, self.id)]
        if self.source_model:
            places.append((self.source_model, self.source_id))
        files = self.env["ir.attachment"].sudo()  # whether there is one, not what is in it
        return any(
            files.search_count([("res_model", "=", model), ("res_id", "=", number)], limit=1)
            for model, number in places
        )

    # === STATE === #
    def _go_on(self):
        self._write_off()

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        self._end_holds()
        self.env["account.move"].invalidate_model(["ar_status"])
        if state not in ("draft", "to_approve"):
            self._tell_sources()
        return result

    # === TIMELINE === #
    def _item_names(self):
        return ", ".join(
            f"{line.item_name} {line.currency_id.format(line.amount)}" for line in self.line_ids
        )
