from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

#: Methods whose paper starts the deadlines when the bank returns it.
PAPERS = ("cheque", "postdated", "bill")


class ArCollectionPromiseDeadline(models.Model):
    """A deadline of a returned cheque: an activity until it is done.

    The next one may begin only when this one is done, for example with the receipt of the
    notice; so each is done with the day it was done on.
    """

    _name = "ar.collection.promise.deadline"
    _description = "Deadline of a Returned Cheque"
    _order = "promise_id, sequence, id"

    promise_id = fields.Many2one(
        "ar.collection.promise", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="promise_id.company_id", store=True, index=True)
    step_id = fields.Many2one("ar.collection.bounce.step", readonly=True, ondelete="restrict")
    sequence = fields.Integer(readonly=True)
    name = fields.Char(string="What must be done", readonly=True)
    date = fields.Date(
        string="Until", readonly=True, help="Empty: begins when the step before is done."
    )
    done_on = fields.Date(string="Done on")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def write(self, vals):
        if not self.env.su and set(vals) - {"done_on"}:
            raise AccessError(
                self.env._("Only the day on which a deadline was met is written by hand.")
            )
        result = super().write(vals)
        if vals.get("done_on"):
            self._on_done()
        return result

    def action_done(self):
        """Done today. Another day can be written into ``done_on`` instead."""
        self.check_access("write")
        for deadline in self:
            if deadline.done_on:
                raise UserError(self.env._("%(step)s is done already.", step=deadline.name))
            deadline.done_on = deadline.company_id._ar_today()
        return True

    def _on_done(self):
        """End the activity, and begin the next deadline."""
        # sudo: the activity may be somebody else's, and machine fields are written here only
        for deadline in self.sudo():
            deadline.activity_id.unlink()
            deadline.promise_id._log_on_accounts(
                lambda promise, own=deadline: promise.env._(
                    "%(step)s: done on %(date)s.",
                    step=own.name,
                    date=promise._date_text(own.done_on),
                )
            )
            following = deadline.promise_id.deadline_ids.filtered(
                lambda other, own=deadline: (other.sequence, other.id) > (own.sequence, own.id)
            )[:1]
            if following.step_id.anchor == "done":
                following._begin(deadline.done_on)

    def _begin(self, start):
        """Set the deadline counted from ``start``, ask for it by an activity, and go on with
        those that count from the deadline itself."""
        # sudo: as above
        for deadline in self.sudo().filtered("step_id"):
            deadline.date = deadline.step_id._deadline(start)
            account = deadline.promise_id.collection_id
            deadline.activity_id.unlink()
            deadline.activity_id = account.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=deadline.date,
                summary=deadline.name,
                note=deadline.step_id.note,
                user_id=(account.user_id or deadline.promise_id.user_id or self.env.user).id,
            )
            following = deadline.promise_id.deadline_ids.filtered(
                lambda other, own=deadline: (other.sequence, other.id) > (own.sequence, own.id)
            )[:1]
            if following.step_id.anchor == "deadline":
                following._begin(deadline.date)


class ArCollectionPromise(models.Model):
    _inherit = "ar.collection.promise"

    deadline_ids = fields.One2many(
        "ar.collection.promise.deadline", "promise_id", string="Deadlines", copy=False
    )

    def _start_deadlines(self):
        """A returned cheque or bill starts the table of deadlines of our country."""
        result = super()._start_deadlines()
        for promise in self.filtered(lambda promise: promise.method in PAPERS):
            country = promise.company_id.sudo().country_id  # our own country
            steps = self.env["ar.collection.bounce.step"].search(
                Domain("country_id", "=", False) | Domain("country_id", "=", country.id)
            )
            # sudo: deadlines are made by the program only
            deadlines = promise.deadline_ids.sudo()
            deadlines.activity_id.unlink()
            deadlines.unlink()
            deadlines = deadlines.create(
                [
                    {
                        "promise_id": promise.id,
                        "step_id": step.id,
                        "sequence": step.sequence,
                        "name": step.name,
                    }
                    for step in steps
                ]
            )
            deadlines.filtered(lambda own: own.step_id.anchor == "bounce")._begin(
                promise.bounced_on
            )
        return result
