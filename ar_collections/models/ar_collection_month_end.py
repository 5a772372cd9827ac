from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What is looked at before a month is closed, in this order.
CHECKS = [
    ("difference", "Ageing report and receivable accounts agree"),
    ("no_partner", "Entries without a partner"),
    ("bank_lines", "Unreconciled bank lines"),
    ("credits", "Unapplied credits"),
    ("disputes", "Open disputes"),
    ("promises", "Promises broken in the month"),
    ("notices", "Notices that have not left"),
    ("approvals", "Waiting for approval"),
    ("credit_balances", "Debtors with a credit balance (year end)"),
]
#: A month is open until somebody closes it; a manager may open it again.
TRANSITIONS = {"open": ("closed",), "closed": ("open",)}


class ArCollectionMonthEnd(models.Model):
    """The receivables of a month, looked over and closed: a checklist, the proof that the
    sub-ledger is the general ledger, and the files for the accountant and the auditor.

    The ledger itself is closed by core's lock dates; this is the evidence that somebody looked.
    """

    _name = "ar.collection.month.end"
    _description = "Month End"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Month",
        required=True,
        default=lambda self: self._default_date(),
        help="Any day of the month; its last day is taken.",
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        copy=False,
    )
    line_ids = fields.One2many("ar.collection.month.end.line", "month_end_id", string="Checks")
    checked_at = fields.Datetime(string="Looked up", readonly=True, copy=False)
    report = fields.Monetary(string="Ageing report", readonly=True, copy=False)
    ledger = fields.Monetary(string="Receivable accounts", readonly=True, copy=False)
    difference = fields.Monetary(readonly=True, copy=False)
    is_year_end = fields.Boolean(compute="_compute_is_year_end")
    to_do = fields.Integer(string="To look at", compute="_compute_to_do")
    note = fields.Text()
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)

    _company_date_uniq = models.UniqueIndex(
        "(company_id, date)", "This month of the company is on the list already."
    )

    @api.model
    def _default_date(self):
        """The last day of the month before."""
        return self.env.company._ar_root()._ar_today() + relativedelta(day=1, days=-1)

    # === COMPUTES === #
    @api.depends("date", "company_id")
    def _compute_display_name(self):
        for month in self:
            month.display_name = month.date.strftime("%Y-%m") if month.date else ""

    @api.depends("date", "company_id")
    def _compute_is_year_end(self):
        for month in self:
            company = month.company_id.sudo()  # a setting
            last = company.compute_fiscalyear_dates(month.date)["date_to"] if month.date else False
            month.is_year_end = bool(last) and last == month.date

    @api.depends("line_ids.ok", "line_ids.done")
    def _compute_to_do(self):
        for month in self:
            month.to_do = len(month.line_ids.filtered(lambda line: not (line.ok or line.done)))

    @api.constrains("company_id")
    def _check_root(self):
        for month in self:
            if month.company_id.parent_id:
                raise ValidationError(
                    self.env._("Months are closed by the whole company: choose its head office.")
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("date"):
                vals["date"] = fields.Date.to_date(vals["date"]) + relativedelta(day=31)
        months = super().create(vals_list)
        months._look()
        return months

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"note", "line_ids"}:
                raise UserError(
                    self.env._("Only the note of a month is written; make another month instead.")
                )
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        if not self.env.su:
            self._check_open()

    def _check_open(self):
        for month in self:
            if month.state == "closed":
                raise UserError(
                    self.env._(
                        "%(month)s is closed. A manager can open it again.",
                        month=month.display_name,
                    )
                )

    # === ACTIONS === #
    def action_look(self):
        """Look everything up anew; what was ticked stays ticked while its figures stay."""
        self.check_access("write")
        self._check_open()
        self._look()
        return True

    def action_close(self):
        """Close the month.

        :raises UserError: it is not over, or something is neither in order nor ticked.
        """
        self.check_access("write")
        for month in self:
            if month.date >= month.company_id._ar_today():
                raise UserError(
                    self.env._(
                        "%(month)s is not over: it can be closed from the day after its last.",
                        month=month.display_name,
                    )
                )
            month._look()
            if month.to_do:
                raise UserError(
                    self.env._(
                        "%(month)s cannot be closed yet: %(checks)s. Mend it, or tick it and say "
                        "why.",
                        month=month.display_name,
                        checks=", ".join(
                            month.line_ids.filtered(lambda line: not (line.ok or line.done)).mapped(
                                "name"
                            )
                        ),
                    )
                )
            month._set_state("closed", closed_by_id=self.env.uid, closed_on=fields.Datetime.now())
        return True

    def action_reopen(self):
        """Open a closed month again; a manager's."""
        self.check_access("write")
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise UserError(self.env._("Only a manager opens a closed month again."))
        for month in self:
            month._set_state("open", closed_by_id=False, closed_on=False)
        return True

    def action_ageing(self):
        """The ageing report at the last day of the month."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "ar_collections.ar_collection_ageing_action"
        )
        return {**action, "params": {"options": {"day": self.date.isoformat()}}}

    def action_sub_ledger(self):
        """The sub-ledger of the month with its tie-out, as a spreadsheet."""
        return self._ask_file("sub_ledger")

    def action_year_end(self):
        """Credit balances, and cash received after the date, as a spreadsheet."""
        return self._ask_file("year_end")

    def action_sample(self):
        """Choose items for the auditor."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sample for the auditor"),
            "res_model": "ar.collection.month.end.sample",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_month_end_id": self.id},
        }

    def _ask_file(self, document, **options):
        self.ensure_one()
        self.check_access("read")
        ageing = self.env["ar.collection.ageing"].with_company(self.company_id)
        ageing._check_sees_all()
        file_format = "zip" if document == "sample" else "xlsx"
        at_once = document != "sample" and ageing._is_small(self.date)
        export = self.env["ar.collection.export"]._ask(
            document, file_format, {"day": self.date.isoformat(), **options}, at_once
        )
        return export.action_download() if at_once else ageing._ageing_later_notice()

    # === BUSINESS === #
    def _set_state(self, state, **vals):
        self.ensure_one()
        if state not in TRANSITIONS[self.state]:
            raise UserError(
                self.env._("%(month)s is in this state already.", month=self.display_name)
            )
        # sudo: the state is written by this transition only
        self.sudo().write({"state": state, **vals})

    def _look(self):
        """Work out every check, and keep what was found."""
        for month in self:
            # sudo: the figures are the company's, whoever looks; ticks are kept
            lines = month.sudo().line_ids
            known = {line.kind: line for line in lines}
            found = {
                name: getattr(month, f"_look_{name}")()
                for name, _label in CHECKS
                if name != "credit_balances" or month.is_year_end
            }
            for sequence, (name, (count, amount)) in enumerate(found.items()):
                vals = {"count": count, "amount": amount, "sequence": sequence}
                if line := known.get(name):
                    line._found(vals)
                else:
                    lines.create({"month_end_id": month.id, "kind": name, **vals})
            month.sudo().write({"checked_at": fields.Datetime.now()})  # as above
