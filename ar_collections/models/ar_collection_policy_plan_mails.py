from odoo import fields, models

REMINDER = "ar_collections.mail_template_ar_collection_plan_reminder"
MISSED = "ar_collections.mail_template_ar_collection_plan_missed"


class ArCollectionPolicy(models.Model):
    """What debtors are told of their plans, and when."""

    _inherit = "ar.collection.policy"

    def _default_plan_template(self, xmlid):
        return self.env.ref(xmlid, raise_if_not_found=False)

    plan_remind_days = fields.Integer(
        string="Remind of instalments (days before)", default=3, tracking=True
    )
    plan_reminder_id = fields.Many2one(
        "mail.template",
        string="Reminder of an instalment",
        domain="[('model', '=', 'ar.collection.plan.line')]",
        ondelete="restrict",
        default=lambda self: self._default_plan_template(REMINDER),
        help="Sent so many days before its day, once. Empty: none.",
    )
    plan_missed_id = fields.Many2one(
        "mail.template",
        string="Mail after a missed instalment",
        domain="[('model', '=', 'ar.collection.plan.line')]",
        ondelete="restrict",
        default=lambda self: self._default_plan_template(MISSED),
        help="Sent when the grace days are over, while the plan runs. Empty: none.",
    )
    plan_default_id = fields.Many2one(
        "mail.template",
        string="Mail when a plan defaults",
        domain="[('model', '=', 'ar.collection.plan')]",
        ondelete="restrict",
        help="Empty: the debtor is not told by itself.",
    )
    plan_thanks_id = fields.Many2one(
        "mail.template",
        string="Thanks for a completed plan",
        domain="[('model', '=', 'ar.collection.plan')]",
        ondelete="restrict",
        help="Empty: none.",
    )

    _plan_remind_days_positive = models.Constraint(
        "CHECK (plan_remind_days >= 0)", "Days cannot be negative."
    )
