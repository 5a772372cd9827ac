from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ArCollectionConfirmationRound(models.Model):
    """A further request to those of a round who have not answered."""

    _inherit = "ar.collection.confirmation.round"

    previous_id = fields.Many2one(
        "ar.collection.confirmation.round",
        string="Second request of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="Asks those who have not answered that round for the same balances again.",
    )
    next_ids = fields.One2many("ar.collection.confirmation.round", "previous_id")

    @api.constrains("previous_id", "date", "company_id", "form")
    def _check_same_question(self):
        for run in self.filtered("previous_id"):
            first = run.previous_id
            if (run.company_id, run.date, run.form) != (first.company_id, first.date, first.form):
                raise ValidationError(
                    self.env._(
                        "A second request asks for the same balances again: day and form are those "
                        "of %(round)s.",
                        round=first.display_name,
                    )
                )

    @api.depends("date", "previous_id")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for run in self.filtered("previous_id"):
            run.display_name = self.env._("%(round)s, asked again", round=run.display_name)
        return result

    def action_ask_again(self):
        """A new round, still a draft, for those who have not answered; the one there is, if any.

        :raises UserError: nobody is waited for.
        """
        self.ensure_one()
        self._check_manager()
        if not self.next_ids and not self._unanswered():
            raise UserError(self.env._("Everybody who got this letter has answered it."))
        again = self.next_ids[:1] or self.create(
            {
                "previous_id": self.id,
                "company_id": self.company_id.id,
                "date": self.date,
                "form": self.form,
                "auditor_id": self.auditor_id.id,
                "user_id": self.user_id.id,
                "method": "all",
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": again.id,
            "views": [(False, "form")],
        }

    def _unanswered(self):
        """The confirmations of the round that were sent and not answered."""
        return self.confirmation_ids.filtered(
            lambda one: one.state == "sent" and one.answer in ("waiting", "none")
        ).sorted("id")

    def _drawn(self):
        if self.previous_id:
            return self.previous_id._unanswered().collection_id
        return super()._drawn()

    def _start(self):
        count = super()._start()
        # sudo: confirmations are made by actions only; the right was checked
        first = {one.collection_id: one for one in self.sudo().previous_id.confirmation_ids}
        for one in self.sudo().confirmation_ids if first else ():
            one.previous_id = first[one.collection_id]
        return count


class ArCollectionConfirmation(models.Model):
    """A further request is the same question: one answer is the answer to all."""

    _inherit = "ar.collection.confirmation"

    previous_id = fields.Many2one(
        "ar.collection.confirmation",
        string="Asked before by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    next_ids = fields.One2many("ar.collection.confirmation", "previous_id")

    def _set_answer(self, answer):
        result = super()._set_answer(answer)
        for one in self:
            one._answer_others(answer)
        return result

    def _answer_others(self, answer):
        """What was asked before and again is answered, too; what has not left is given up."""
        theirs = {balance.currency_id: balance.their_amount for balance in self.balance_ids}
        for other in self._other_requests():
            if other.state in ("queued", "to_print", "failed"):
                other._set_state("cancelled")
            for balance in other.balance_ids:
                balance.their_amount = theirs.get(balance.currency_id, 0)
            other.write(
                {
                    "answer": answer,
                    "answered_on": self.answered_on,
                    "answer_note": self.answer_note,
                }
            )

    def _other_requests(self):
        """All requests of this debtor for this balance, but this one."""
        found, more = self, self.previous_id | self.next_ids
        while more:
            found |= more
            more = (more.previous_id | more.next_ids) - found
        return found - self

    # === WHAT IT SAYS === #
    def _title(self):
        title = super()._title()
        return self.env._("Reminder: %(title)s", title=title) if self.previous_id else title

    def _letter_text(self, auditor, day):
        text = super()._letter_text(auditor, day)
        if not self.previous_id:
            return text
        before = self.env._(
            "We wrote to you about this on %(day)s and have not received your reply.",
            day=self._format_date(self.previous_id.date_sent.date()),
        )
        return f"{before} {text}"
