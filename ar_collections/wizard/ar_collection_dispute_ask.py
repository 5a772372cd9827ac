from odoo import api, fields, models


class ArCollectionDisputeAsk(models.TransientModel):
    """Ask a colleague, or the customer, and wait for the answer."""

    _name = "ar.collection.dispute.ask"
    _description = "Ask about a Dispute"

    dispute_id = fields.Many2one("ar.collection.dispute", required=True)
    whom = fields.Selection(
        [("internal", "A colleague"), ("customer", "The customer")],
        required=True,
        default="internal",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        domain=[("share", "=", False)],
        help="Needs no rights in collections: the answer is written in the chatter from a link.",
    )
    question = fields.Text()
    days = fields.Integer(
        string="Remind after (days)", compute="_compute_days", store=True, readonly=False
    )
    send = fields.Boolean(string="Send it by e-mail", default=True)
    told = fields.Char(compute="_compute_told")

    @api.depends("whom")
    def _compute_days(self):
        for wizard in self:
            wizard.days = 7 if wizard.whom == "customer" else 2

    @api.depends("dispute_id")
    def _compute_told(self):
        for wizard in self:
            contact = wizard.dispute_id._contact()
            wizard.told = contact.email_formatted if contact.email else False

    def action_ask(self):
        """Ask, and let the dispute wait.

        :raises UserError: nobody or nothing to ask.
        :return: True
        """
        self.ensure_one()
        if self.whom == "internal":
            return self.dispute_id.action_ask(self.user_id.id, self.question, self.days)
        return self.dispute_id.action_wait_customer(
            self.question, self.days, send=self.send and bool(self.told)
        )
