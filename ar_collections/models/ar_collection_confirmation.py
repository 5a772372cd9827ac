from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formataddr

ANSWERS = [
    ("waiting", "Waiting"),
    ("agreed", "Agreed"),
    ("difference", "Difference"),
    ("none", "No answer"),
]


class ArCollectionConfirmation(models.Model):
    """One debtor asked to confirm its balance of a day, and what it answered."""

    _name = "ar.collection.confirmation"
    _inherit = ["ar.collection.document"]
    _description = "Balance Confirmation"
    _order = "id desc"
    _cron = "ar_collections.ir_cron_ar_collection_confirmation"
    _lock = 720_312

    round_id = fields.Many2one(
        "ar.collection.confirmation.round",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Date(related="round_id.date", store=True, string="Balance of")
    form = fields.Selection(related="round_id.form")
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance_ids = fields.One2many("ar.collection.confirmation.balance", "confirmation_id")
    answer = fields.Selection(
        ANSWERS, required=True, readonly=True, default="waiting", index=True, copy=False
    )
    answered_on = fields.Date(readonly=True, copy=False)
    answer_note = fields.Text(string="Remark of the debtor", copy=False)

    _name_uniq = models.UniqueIndex("(name, company_id)", "Numbers of confirmations are unique.")
    _queue_idx = models.Index("(id) WHERE state IN ('queued', 'sending')")

    @api.depends("name", "collection_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = one.name or self.env._(
                "Confirmation of %(debtor)s", debtor=one.partner_id.display_name
            )

    def write(self, vals):
        if not self.env.su and set(vals) - {"answer_note", "balance_ids"}:
            raise AccessError(
                self.env._("A confirmation is evidence: it changes only by its actions.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A confirmation is evidence and cannot be deleted."))

    # === ACTIONS === #
    def action_agreed(self):
        """The debtor agrees with all balances."""
        self._check_answerable()
        # sudo: answers are written by actions only; the right was checked
        own = self.sudo()
        for balance in own.balance_ids:
            balance.their_amount = balance.amount
        own._set_answer("agreed")
        return True

    def action_difference(self):
        """The debtor's records show something else: a task for who clarifies it.

        :raises UserError: no balance of the debtor differs from ours.
        """
        self._check_answerable()
        for one in self:
            if not any(balance.difference for balance in one.balance_ids):
                raise UserError(
                    self.env._(
                        "Please enter what %(debtor)s answered first: no balance differs from ours.",
                        debtor=one.partner_id.display_name,
                    )
                )
            # sudo: answers are written by actions only; the right was checked
            one.sudo()._set_answer("difference")
            one.sudo()._make_task()  # dito
        return True

    def action_retry(self):
        """Send failed ones again; of unknown delivery that is a person's decision."""
        self._check_may_write()
        self._retry()
        return True

    def action_confirm_sent(self):
        """The confirmation of unknown delivery did leave."""
        self._check_may_write()
        self._confirm_sent()
        return True

    def action_printed(self):
        """Letters were printed and go out."""
        self._check_may_write()
        self._set_state("sent", date_sent=fields.Datetime.now())
        return True

    def _check_may_write(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_user"):
            raise AccessError(self.env._("Only collectors may do this."))
        self.collection_id.check_access("write")

    def _check_answerable(self):
        self._check_may_write()
        for one in self:
            if one.state != "sent" or one.round_id.state == "draft":
                raise UserError(
                    self.env._("%(name)s has not been sent yet.", name=one.display_name)
                )

    # === ANSWER === #
    def _set_answer(self, answer):
        for one in self:
            one.write({"answer": answer, "answered_on": one.company_id._ar_today()})

    def _make_task(self):
        """An activity on the account of the debtor, for its collector or who is responsible."""
        self.ensure_one()
        lines = [
            self.env._(
                "%(currency)s: ours %(ours)s, theirs %(theirs)s, difference %(difference)s",
                currency=balance.currency_id.name,
                ours=balance.currency_id.format(balance.amount),
                theirs=balance.currency_id.format(balance.their_amount),
                difference=balance.currency_id.format(balance.difference),
            )
            for balance in self.balance_ids
            if balance.difference
        ]
        account = self.collection_id
        account.activity_schedule(
            "ar_collections.mail_activity_type_ar_collection_confirmation",
            date_deadline=account.company_id._ar_today(),
            summary=self.env._("Balance confirmation %(name)s differs", name=self.name),
            note="\n".join(filter(None, [*lines, self.answer_note])),
            user_id=(account.user_id or self.round_id.user_id).id,
        )

    # === MAKING === #
    @api.model
    def _cron_deliver(self):
        """Make and send what is queued."""
        self._deliver_due()

    def _make(self):
        """Balances and paper of a batch: one query for each round, one print."""
        ready = self._split_by_address()
        fresh = ready.filtered(lambda one: not one.attachment_id)
        for one in fresh.filtered(lambda one: not one.name):
            one.name = self.env["ir.sequence"].next_by_code("ar.collection.confirmation")
        rows = fresh._prepare_rows()
        fresh._keep_balances(rows)
        report = self.env["report.ar_collections.report_ar_collection_confirmation"]
        pdfs = report.with_context(ar_statement_rows=rows)._print(fresh) if fresh else {}
        for one in fresh:
            one.attachment_id = self.env["ir.attachment"].create(
                one._prepare_attachment_vals(pdfs[one.id])
            )
        ready.filtered(lambda one: one.channel == "letter")._set_state("to_print")

    def _keep_balances(self, rows):
        self.balance_ids.unlink()
        self.env["ar.collection.confirmation.balance"].create(
            [
                {
                    "confirmation_id": one.id,
                    "currency_id": row["currency"].id,
                    "amount": float(row["balance"]),
                }
                for one in self
                for row in rows[one.id]
            ]
        )

    def _write_mail(self):
        template = self.env.ref("ar_collections.mail_template_ar_collection_confirmation")
        subject, body, own = self._render_template(template)
        return self._post_to_debtor(
            subject, body, self._stable_message_id(), self.attachment_id, own
        )

    def _reply_to(self, account, sender, author):
        """The debtor answers the auditor, not us: that is what makes the answer evidence."""
        auditor = self.round_id.auditor_id
        if auditor.email_normalized:
            return formataddr((auditor.name or "", auditor.email_normalized))
        return super()._reply_to(account, sender, author)


class ArCollectionConfirmationBalance(models.Model):
    """The balance of one currency: ours, and what the debtor's records show."""

    _name = "ar.collection.confirmation.balance"
    _description = "Confirmed Balance"
    _order = "confirmation_id, id"

    confirmation_id = fields.Many2one(
        "ar.collection.confirmation", required=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(related="confirmation_id.collection_id")
    company_id = fields.Many2one(related="confirmation_id.company_id")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(string="Ours", readonly=True)
    their_amount = fields.Monetary(string="Theirs")
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="Theirs less ours."
    )

    @api.depends("amount", "their_amount")
    def _compute_difference(self):
        for balance in self:
            balance.difference = balance.their_amount - balance.amount

    def write(self, vals):
        if not self.env.su and set(vals) - {"their_amount"}:
            raise AccessError(self.env._("Of a balance only the debtor's answer can be entered."))
        return super().write(vals)
