from odoo import Command, api, models
from odoo.exceptions import UserError

#: From which states a write-off may go to which.
TRANSITIONS = {
    "draft": {"to_approve", "posted", "cancelled"},
    "to_approve": {"posted", "refused", "cancelled"},
    "refused": {"draft"},
    "cancelled": {"draft"},
    "posted": {"reversed"},
    "reversed": set(),
}


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
    def action_request(self):
        """Ask for these write-offs; what is within the own limit is written off at once.

        :raises UserError: nothing or more than is open, evidence missing, no account.
        :return: True
        """
        self.check_access("write")
        self._ask()
        return True

    def action_approve(self, reason=None):
        """Approve these requests and post their entries.

        :raises UserError: the caller may not, or core refuses the entry.
        :return: True
        """
        self.check_access("read")
        self._check_waiting("to_approve")
        return self._waiting_approvals().action_approve(reason)

    def action_refuse(self, reason=None):
        """Refuse these requests. :param str reason: why, for the one who asked."""
        self.check_access("read")
        self._check_waiting("to_approve")
        return self._waiting_approvals().action_refuse(reason)

    def action_open_refuse(self):
        """Open the form that asks why the request is refused."""
        self.check_access("read")
        self._check_waiting("to_approve")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_approval_refuse_action"
        )
        action["context"] = {"active_ids": self._waiting_approvals().ids}
        return action

    def action_cancel(self, reason=None):
        """Cancel requests that are not written off."""
        self.check_access("write")
        self._check_waiting("draft", "to_approve")
        self._withdraw_approval()
        self._set_state("cancelled", answer=reason)._on_not_posted()
        return True

    def action_draft(self):
        """Work on refused or cancelled requests anew."""
        self.check_access("write")
        self._check_waiting("refused", "cancelled")
        self._set_state("draft", answer=False)
        return True

    def action_open_debtor(self):
        """The debtor of the request."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
            "views": [(False, "form")],
        }

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

    def _ask(self):
        """Check these drafts; write off what is within the own limit, ask for the rest."""
        self._check_waiting("draft")
        for request in self:
            request._check_complete()
        for request in self:
            if request._approve_directly(request.note):
                request._write_off()
            else:
                request._set_state("to_approve")
                request._ask_approval(request.note)
                request._hold_items()

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

    # === ANSWERED === #
    def _on_approval_granted(self, approvals):
        self.filtered(lambda request: request.state == "to_approve")._write_off()

    def _on_approval_refused(self, approvals):
        for request in self.filtered(lambda request: request.state == "to_approve"):
            answered = approvals.filtered(lambda row, number=request.id: row.res_id == number)
            state = "cancelled" if answered[:1].state == "withdrawn" else "refused"
            request._set_state(state, answer=answered[:1].answer)._on_not_posted()

    # === STATE === #
    def _check_waiting(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for request in self:
            if request.state not in states:
                raise UserError(
                    self.env._(
                        '%(request)s is in state "%(state)s"; this cannot be done with it now.',
                        request=request.display_name,
                        state=labels[request.state],
                    )
                )

    def _set_state(self, state, **vals):
        """Move requests to a state; those that cannot get there are left as they are.

        :return: those that moved.
        """
        moved = self.filtered(lambda request: state in TRANSITIONS[request.state])
        # sudo: states are written by transitions only; the approver is not who asked
        moved.sudo().write({**vals, "state": state})
        moved._end_holds()
        self.env["account.move"].invalidate_model(["ar_status"])
        self.env["ar.collection.queue"]._add(moved.sudo().partner_id.ids)  # dito
        return moved

    # === TIMELINE === #
    def _log_on_accounts(self, text):
        """A note on each debtor. :param text: called with each request."""
        for request in self:
            # sudo: the approver writes on the timeline of whatever debtor
            request.collection_id.sudo()._message_log(body=text(request))

    def _item_names(self):
        return ", ".join(
            f"{line.item_name} {line.currency_id.format(line.amount)}" for line in self.line_ids
        )
