from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionPromiseBounce(models.TransientModel):
    """Note that the bank returned payments, bank lines, or the cheques of promises."""

    _name = "ar.collection.promise.bounce"
    _description = "Returned by the Bank"

    payment_ids = fields.Many2many("account.payment", string="Payments")
    statement_line_ids = fields.Many2many("account.bank.statement.line", string="Bank lines")
    promise_ids = fields.Many2many(
        "ar.collection.promise",
        string="Promises",
        groups="ar_collections.group_ar_collection_user",
    )
    what = fields.Char(compute="_compute_what")
    date = fields.Date(
        string="Returned on",
        required=True,
        default=fields.Date.context_today,
        help="The day of the bank's booking or memo.",
    )
    code_id = fields.Many2one("ar.collection.return.code", string="Return code")
    reason = fields.Char(
        compute="_compute_reason", store=True, readonly=False, string="Because", required=True
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_what")
    fee = fields.Monetary(help="What our bank charged; noted, not posted.")

    @api.depends("payment_ids", "statement_line_ids")
    def _compute_what(self):
        for bounce in self:
            names = [
                f"{payment.partner_id.name}, {payment.display_name}, "
                f"{payment.currency_id.format(payment.amount)}"
                for payment in (*bounce.payment_ids, *bounce.statement_line_ids)
            ]
            names += [
                f"{promise.partner_id.name}, {promise._method_label()}, "
                f"{promise.currency_id.format(promise.amount)}"
                for promise in bounce._promises()
            ]
            bounce.what = "; ".join(names)
            money = (
                bounce.payment_ids[:1] or bounce.statement_line_ids[:1] or bounce._promises()[:1]
            )
            bounce.currency_id = money.currency_id or self.env.company.currency_id

    @api.depends("code_id")
    def _compute_reason(self):
        for bounce in self:
            bounce.reason = bounce.code_id.name or bounce.reason

    def _promises(self):
        # sudo: an accountant outside collections has none; the records are the reader's own
        return self.sudo().promise_ids.with_env(self.env)

    def action_bounce(self):
        """Note the return.

        :raises UserError: nothing chosen, or what ``action_ar_bounce`` refuses.
        :return: True
        """
        self.ensure_one()
        if not self.payment_ids and not self.statement_line_ids and not self._promises():
            raise UserError(self.env._("Please choose what the bank has returned."))
        reason = self.reason
        if self.code_id and self.reason == self.code_id.name:
            reason = self.code_id.code
        promises = self._promises()
        payments = self.payment_ids | promises.payment_id.filtered(
            lambda payment: not payment.ar_bounce_date
        )
        if payments:
            payments.action_ar_bounce(self.date, reason, self.fee)
        if self.statement_line_ids:
            self.statement_line_ids.action_ar_bounce(self.date, reason, self.fee)
        papers = promises.filtered(lambda promise: promise.instrument_state != "bounced")
        if papers:
            papers.check_access("write")
            papers._bounce_instrument(self.date, self.reason)
        return True
