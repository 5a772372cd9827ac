from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Whom one spoke to.
REACHED = [("right", "Yes"), ("other", "Somebody else"), ("nobody", "No one")]


class ArCollectionCallResult(models.Model):
    """What came of a call: data that says what it asks for, does and proposes."""

    _name = "ar.collection.call.result"
    _description = "Call Result"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    key = fields.Char(
        size=1, help="The key that chooses this result in the call form: a digit or a letter."
    )
    is_attempt = fields.Boolean(
        string="Counts as an attempt",
        default=True,
        help="Counts for contact rules and for the attempts without an answer. A call that did not "
        "connect does not count.",
    )
    is_contact = fields.Boolean(
        string="Counts as a contact", help="Somebody spoke: it ends the attempts without an answer."
    )
    reached = fields.Selection(
        REACHED, string="Right person reached", help="Proposed when the result is chosen."
    )
    asks = fields.Selection(
        [
            ("promise", "A promise to pay"),
            ("callback", "The time to call back"),
            ("items", "The items talked about"),
            ("items_note", "The items talked about, and a note"),
            ("note", "A note"),
            ("reason", "The reason for late payment"),
        ],
        string="Asks for",
        help="A call cannot be saved with this result and without it.",
    )
    outcome = fields.Selection(
        [
            ("copy", "Send copies of the invoices talked about"),
            ("check", "Ask accounting to look for the payment"),
            ("dispute", "Open a dispute of the items talked about"),
            ("wrong_contact", "Ask for the right contact"),
            ("insolvent", "Stop dunning and tell the manager"),
        ],
        string="Does",
        help="What happens by itself when the call is saved.",
    )
    next_action = fields.Char(
        string="Next action", translate=True, help="Proposed; it can be changed on the call."
    )
    next_action_days = fields.Integer(
        string="After (days)",
        help="Working days from the call, or from the first promise where one is made; 0: today.",
    )

    _key_uniq = models.UniqueIndex(
        "(upper(key)) WHERE active AND key IS NOT NULL AND key != ''",
        "Another result has this key. Please give each its own.",
    )
    _days_positive = models.Constraint(
        "CHECK (next_action_days >= 0)", "The next action cannot lie before the call."
    )

    @api.constrains("key")
    def _check_key(self):
        for result in self.filtered("key"):
            if not (result.key.isascii() and result.key.isalnum()):
                raise ValidationError(
                    self.env._(
                        "The key of %(result)s must be a digit or a letter.", result=result.name
                    )
                )
