from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("difference", "Small differences left after payments"),
    ("debit", "Small balances owed to us"),
    ("credit", "Credit balances"),
]
STATES = [
    ("draft", "Proposed"),
    ("asked", "Asked for"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
#: Debtors of one batch; what is more stands in the next.
LIMIT = 300


class ArCollectionBalanceBatch(models.Model):
    """Small old balances, proposed together and looked at by a person.

    Debit balances become write-off requests, one per debtor: limits count per debtor. Credit
    balances stand in batches of their own and become set-offs or refund requests, or stay as
    they are: they are the customers' money, and no step of this turns them into income.
    """

    _name = "ar.collection.balance.batch"
    _inherit = ["mail.thread", "ar.collection.draft.mixin"]
    _description = "Batch of Small Balances"
    _order = "id desc"

    _transitions = {
        "draft": {"asked", "done", "cancelled"},
        "asked": {"done", "cancelled"},
        "done": set(),
        "cancelled": set(),
    }
    _sayable = frozenset(
        {"kind", "company_id", "max_amount", "min_days", "reason_id", "note", "line_ids"}
    )

    kind = fields.Selection(KINDS, required=True, default="debit")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        domain="[('parent_id', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    max_amount = fields.Monetary(
        string="Up to",
        default=10.0,
        help="All that a debtor owes, or has as a credit, in company currency; 0: whatever it is. "
        "Small differences follow the policies.",
    )
    min_days = fields.Integer(
        string="Older than (days)",
        default=90,
        help="Since the due date of the youngest claim, or since the date of the credit.",
    )
    reason_id = fields.Many2one(
        "ar.collection.write.off.reason",
        default=lambda self: self.env["ar.collection.write.off.reason"]._default_reason("small"),
        ondelete="restrict",
    )
    note = fields.Text()
    line_ids = fields.One2many("ar.collection.balance.batch.line", "batch_id", string="Items")
    debtor_count = fields.Integer(string="Debtors", compute="_compute_sums")
    amount = fields.Monetary(
        compute="_compute_sums", help="Of the chosen items, in company currency."
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, index=True, tracking=True
    )
    user_id = fields.Many2one(string="Made by")
    waiting_count = fields.Integer(string="To approve", compute="_compute_waiting_count")
    can_approve = fields.Boolean(compute="_compute_waiting_count")

    # === COMPUTES === #
    @api.depends("line_ids.chosen", "line_ids.amount_company")
    def _compute_sums(self):
        for batch in self:
            lines = batch.line_ids.filtered("chosen")
            batch.amount = sum(lines.mapped("amount_company"))
            batch.debtor_count = len(lines.collection_id)

    @api.depends_context("uid")
    @api.depends("line_ids.write_off_id.state")
    def _compute_waiting_count(self):
        for batch in self:
            waiting = batch._waiting()
            batch.waiting_count = len(waiting)
            batch.can_approve = any(waiting.mapped("can_approve"))

    # === ACTIONS === #
    def action_propose(self):
        """Look for the balances anew; what was ticked or taken away is forgotten.

        :return: True
        """
        self.check_access("write")
        self._check_state("draft")
        for batch in self:
            batch.line_ids.unlink()
            self.env["ar.collection.balance.batch.line"].create(batch._propose())
        return True

    def action_ask(self):
        """Ask for what is chosen: write-offs, or what each credit line says.

        :raises UserError: nothing is chosen, or an item has changed: it says which.
        :return: True
        """
        self.check_access("write")
        self._check_state("draft")
        for batch in self:
            lines = batch.line_ids.filtered("chosen")
            if not lines:
                raise UserError(
                    self.env._("Please choose at least one item of %(batch)s.", batch=batch.name)
                )
            if batch.kind == "credit":
                lines._settle_credits()
            else:
                lines._ask_write_offs()
            batch._set_state("asked")
            batch._finish()
        return True

    def action_approve(self, reason=None):
        """Approve what waits of these batches, as far as the caller may.

        What cannot be approved stays, with the reason in the messages of the batch.

        :return: True
        """
        self.check_access("read")
        self._check_state("asked")
        for batch in self:
            failed = []
            for request in batch._waiting():
                try:
                    with self.env.cr.savepoint():
                        request.action_approve(reason)
                except UserError as error:
                    failed.append(str(error))
            if failed:
                batch._message_log(
                    body=self.env._(
                        "%(count)s could not be approved. %(why)s",
                        count=len(failed),
                        why=" ".join(failed[:5]),
                    )
                )
            batch._finish()
        return True

    def action_cancel(self):
        """Cancel batches and what still waits of them."""
        self.check_access("write")
        self._check_state("draft", "asked")
        waiting = self._waiting()
        if waiting:
            waiting.action_cancel(self.env._("The batch was cancelled."))
        self._set_state("cancelled")
        return True

    def action_open_write_offs(self):
        """The write-offs of the batch."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_write_off_action"
        )
        action["domain"] = [("id", "in", self.line_ids.write_off_id.ids)]
        return action

    # === BUSINESS === #
    def _waiting(self):
        return self.line_ids.write_off_id.filtered(lambda request: request.state == "to_approve")

    def _finish(self):
        self.filtered(lambda batch: batch.state == "asked" and not batch._waiting())._set_state(
            "done"
        )

    def _on_write_off(self, request):
        """A write-off of the batch was answered."""
        self.sudo()._finish()  # by somebody who may see the debtor, not batches
