from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import date_utils, format_date

from ..tools import sampling
from ..tools.table import Column, Money, Table


class ArCollectionConfirmationRound(models.Model):
    """Balance confirmations at a date: which debtors are asked, and what they answered."""

    _name = "ar.collection.confirmation.round"
    _inherit = ["ar.collection.mailing.round.mixin", "ar.collection.export.mixin"]
    _description = "Balance Confirmations"
    _order = "date desc, id desc"
    _documents = "confirmation_ids"
    _transitions = {"started": {"draft"}, "closed": {"started"}}

    date = fields.Date(
        string="Balances of",
        required=True,
        default=lambda self: (
            date_utils.start_of(self.env.company._ar_today(), "month") - relativedelta(days=1)
        ),
    )
    form = fields.Selection(
        [("positive", "Positive: our balance is stated"), ("blank", "Blank: theirs is asked for")],
        required=True,
        default="positive",
    )
    reply_by = fields.Date(
        required=True,
        default=lambda self: self.env.company._ar_today() + relativedelta(days=20),
    )
    auditor_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        help="Replies go to the auditor directly. Empty: to us.",
    )
    method = fields.Selection(
        [
            ("all", "All that fit"),
            ("largest", "The largest"),
            ("random", "At random"),
            ("unit", "At random by amount"),
        ],
        string="Sample",
        required=True,
        default="largest",
    )
    size = fields.Integer(string="Number of debtors", default=20)
    seed = fields.Integer(
        default=1, help="The same number draws the same sample again, for the working papers."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        help="Clarifies differences of debtors without a collector.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("started", "Asked"), ("closed", "Closed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    confirmation_ids = fields.One2many("ar.collection.confirmation", "round_id", readonly=True)
    total_count = fields.Integer(string="Asked", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    to_print_count = fields.Integer(string="To print", compute="_compute_counts")
    agreed_count = fields.Integer(string="Agreed", compute="_compute_counts")
    difference_count = fields.Integer(string="Differences", compute="_compute_counts")
    waiting_count = fields.Integer(string="Not answered", compute="_compute_counts")

    # === COMPUTES === #
    @api.depends("confirmation_ids.state", "confirmation_ids.answer")
    def _compute_counts(self):
        states = {run.id: {} for run in self}
        answers = {run.id: {} for run in self}
        confirmations = self.env["ar.collection.confirmation"]
        for name, counts in (("state", states), ("answer", answers)):
            for run, value, count in confirmations._read_group(
                [("round_id", "in", self.ids)], ["round_id", name], ["__count"]
            ):
                counts[run.id][value] = count
        for run in self:
            of_state, of_answer = states[run.id], answers[run.id]
            run.total_count = sum(of_state.values())
            run.sent_count = of_state.get("sent", 0)
            run.to_print_count = of_state.get("to_print", 0)
            run.agreed_count = of_answer.get("agreed", 0)
            run.difference_count = of_answer.get("difference", 0)
            run.waiting_count = of_answer.get("waiting", 0) + of_answer.get("none", 0)

    @api.depends("date")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Balances of %(day)s", day=format_date(self.env, run.date) if run.date else ""
            )

    # === CONSTRAINTS === #
    @api.constrains("date", "reply_by", "size", "method")
    def _check_sane(self):
        for run in self:
            if run.date > run.company_id._ar_today():
                raise ValidationError(
                    self.env._("Balances can be confirmed of a day that has passed, or of today.")
                )
            if run.reply_by <= run.date:
                raise ValidationError(
                    self.env._("The reply is due before the day of the balance. Please mend this.")
                )
            if run.method != "all" and run.size <= 0:
                raise ValidationError(self.env._("Please say how many debtors are to be asked."))

    # === ACTIONS === #
    def action_start(self):
        """Draw the sample and let the job send the letters."""
        self._check_manager()
        for run in self:
            if not run._start():
                raise UserError(
                    self.env._("No debtor fits: nobody had such a balance on that day.")
                )
        return True

    def action_close(self):
        """Nobody is waited for any longer: who has not answered counts as no answer."""
        self._check_manager()
        self._set_state("closed")
        # sudo: answers are written by actions only; the right was checked
        waiting = self.sudo().confirmation_ids.filtered(lambda one: one.answer == "waiting")
        waiting.write({"answer": "none"})
        waiting.filtered(lambda one: one.state in ("queued", "to_print", "failed"))._set_state(
            "cancelled"
        )
        return True

    def action_open_confirmations(self):
        """The confirmations of the round."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_confirmation_action"
        )
        return {**action, "domain": [("round_id", "=", self.id)], "context": {}}

    # === BUSINESS === #
    def _start(self):
        """Draw the sample; :return: how many debtors are asked."""
        self._set_state("started")
        accounts = self._drawn()
        confirmations = self.env["ar.collection.confirmation"].sudo()  # made by actions only
        confirmations.create(
            [
                {
                    "round_id": self.id,
                    "collection_id": account.id,
                    "company_id": account.company_id.id,
                }
                for account in accounts
            ]
        )
        confirmations._trigger_delivery()
        return len(accounts)

    def _drawn(self):
        """The debtors of the sample, always in the same order: as their contacts were made.

        Not by account: those of one night are made in any order. What is drawn at random depends
        on the order of what it is drawn from, so this is what makes a seed draw the same again.
        """
        balances = self._balances_over()
        accounts = self.env["ar.collection"].search(
            self._debtors_domain(balances), order="partner_id.id, id"
        )
        if self.method == "all":
            return accounts
        method = "amount" if self.method == "unit" else self.method
        rows = [(account.id, balances[account.partner_id.id]) for account in accounts]
        return accounts.browse(sampling.choose(rows, self.size, method, self.seed))

    # === SPREADSHEET === #
    def _xlsx(self):
        """:return: (name of the file, list of ``tools.table.Table``): for the working papers."""
        self.ensure_one()
        answers = dict(self.confirmation_ids._fields["answer"]._description_selection(self.env))
        columns = [
            Column(self.env._("Number")),
            Column(self.env._("Debtor")),
            Column(self.env._("Customer number")),
            Column(self.env._("Currency")),
            Column(self.env._("Our balance"), "money"),
            Column(self.env._("Their balance"), "money"),
            Column(self.env._("Difference"), "money"),
            Column(self.env._("Answer")),
            Column(self.env._("Answered on"), "date"),
            Column(self.env._("Remark")),
        ]
        rows = []
        for one in self.confirmation_ids.sorted("id"):
            for row in one.balance_ids or [one.balance_ids]:
                currency = row.currency_id or self.currency_id
                digits = currency.decimal_places
                answered = one.answer in ("agreed", "difference")
                rows.append(
                    [
                        one.name or "",
                        one.partner_id.name or "",
                        one.partner_id.ref or "",
                        currency.name,
                        Money(row.amount, digits, currency.id),
                        Money(row.their_amount, digits, currency.id) if answered else None,
                        Money(row.difference, digits, currency.id) if answered else None,
                        answers[one.answer],
                        one.answered_on or None,
                        one.answer_note or "",
                    ]
                )
        notes = [
            self.env._(
                "%(company)s: balances of %(day)s, %(agreed)s agreed, %(different)s differences, "
                "%(waiting)s not answered.",
                company=self.company_id.sudo().name,  # a branch user may not reach the root
                day=self.date,
                agreed=self.agreed_count,
                different=self.difference_count,
                waiting=self.waiting_count,
            )
        ]
        name = self.env._("Balance confirmations")
        return f"{name} {self.date}", [Table(name, columns, rows, notes)]
