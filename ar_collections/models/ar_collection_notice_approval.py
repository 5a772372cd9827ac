from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from . import repeated


class ArCollectionNotice(models.Model):
    """Notices of levels that ask for it wait for approval; overriding is noted."""

    _name = "ar.collection.notice"
    _inherit = ["ar.collection.notice", "ar.collection.approval.mixin"]

    _approval_kind = "notice"

    refused = fields.Boolean(
        readonly=True,
        help="Not approved. The debtor has the quiet days before the next notice is proposed.",
    )

    # === ASKING === #
    @api.model
    def _create_from(self, run, decided):
        notices = super()._create_from(run, decided)
        waiting = notices.filtered(lambda notice: notice.state == "to_approve")
        if waiting:
            waiting._ask_approval()
        return notices

    def _prepare_approval_vals(self):
        self.ensure_one()
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "%(level)s %(notice)s to %(debtor)s",
                level=self.level_name or "",
                notice=self.name,
                debtor=(self.address_id or self.collection_id).display_name,
            ),
            "amount": self.amount,
        }

    # === ANSWERING === #
    def action_approve(self):
        """Release notices that wait for approval, all or none.

        :raises UserError: one does not wait, or the caller may not approve it.
        """
        self.check_access("read")
        self._check_may_approve()
        waiting = self._waiting_approvals()
        asked = waiting.mapped("res_id")
        if other := self.filtered(lambda notice: notice.id not in asked)[:1]:
            raise UserError(
                self.env._(
                    "Notice %(name)s is %(state)s and cannot become %(new)s.",
                    name=other.name,
                    state=other._state_label(other.state),
                    new=other._state_label("queued"),
                )
            )
        return waiting.action_approve()

    def _check_may_approve(self):
        limits = self.env["ar.collection.approval.limit"]
        for company in self.company_id:
            if not limits._rights(self.env.user, "notice", company):
                raise AccessError(
                    self.env._("You may not approve notices. Please ask a manager of collections.")
                )

    def _state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state].lower()

    def _on_approval_granted(self, approvals):
        waiting = self.filtered(lambda notice: notice.state == "to_approve")
        waiting._set_state("queued")
        waiting._trigger_delivery()

    def _on_approval_refused(self, approvals):
        answers = {request.res_id: request.answer for request in approvals}
        for notice in self.filtered(lambda notice: notice.state == "to_approve"):
            notice._set_state("cancelled", error=answers.get(notice.id), refused=True)

    def _set_state(self, state, **vals):
        given_up = self.filtered(lambda notice: notice.state == "to_approve" and state != "queued")
        result = super()._set_state(state, **vals)
        given_up._withdraw_approval()
        return result

    def _outgrew_approval(self, siblings):
        """Ask again when by now more is claimed than was approved.

        :param siblings: the notices of the same decision through other channels.
        :return: whether the notice waits again.
        """
        if not self._was_asked(siblings):
            return False
        asked = (self | siblings).sudo().approval_ids  # whoever delivers
        granted = asked.filtered(lambda request: request.state == "approved")
        approved = max(granted.mapped("amount"), default=0)
        if not granted or self.currency_id.compare_amounts(self.amount, approved) <= 0:
            return False
        self._set_state("to_approve")
        self._ask_approval(
            self.env._(
                "The claim has grown from %(before)s to %(now)s since it was approved.",
                before=self.currency_id.format(approved),
                now=self.currency_id.format(self.amount),
            ),
            granted[:1].user_id,
        )
        return True

    def _was_asked(self, siblings):
        """Whether any approval of the decision was asked for: of most, none was."""
        repeated.flush(self.env, ["ar.collection.approval"])
        return repeated.execute(
            self.env,
            SQL(
                "SELECT id FROM ar_collection_approval WHERE res_id = ANY(%s::int[])"
                " AND res_model = %s::text LIMIT 1",
                [*self.ids, *siblings.ids],
                self._name,
            ),
        )

    # === OVERRIDING === #
    def action_retry(self):
        unknown = self.filtered("delivery_unknown")
        result = super().action_retry()
        unknown._log_override(self.env._("Notice %(name)s of unknown delivery: send again"))
        return result

    def action_confirm_sent(self):
        result = super().action_confirm_sent()
        self._log_override(self.env._("Notice %(name)s of unknown delivery: it was sent"))
        return result

    def action_cancel(self):
        unknown = self.filtered("delivery_unknown")
        result = super().action_cancel()
        unknown._log_override(self.env._("Notice %(name)s of unknown delivery: given up"))
        return result

    def _log_override(self, text):
        self.env["ar.collection.audit"]._log(
            self, "override", lambda notice: text.replace("%(name)s", notice.name)
        )
