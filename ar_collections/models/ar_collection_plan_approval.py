from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError


class ArCollectionPlan(models.Model):
    """What is over the limits of the policy goes to a manager, with the reason.

    What counts towards the approval limit is what is given up of a settlement, and the items of
    the other kinds, in company currency.
    """

    _name = "ar.collection.plan"
    _inherit = ["ar.collection.plan", "ar.collection.approval.mixin"]

    _approval_kind = "plan"

    approval_state = fields.Selection(
        [("waiting", "Waits for approval"), ("granted", "Granted"), ("refused", "Refused")],
        string="Approval",
        readonly=True,
        copy=False,
        help="Of a plan over the limits of the policy; empty: nobody was asked.",
    )
    approved_terms = fields.Char(readonly=True, copy=False, help="What was granted.")
    over_limits = fields.Char(
        compute="_compute_over_limits", help="Which limits it exceeds, for whoever looks."
    )
    history_text = fields.Char(
        string="Plans and promises before",
        compute="_compute_history_text",
        help="What a manager thinks of before answering.",
    )

    def _machine_fields(self):
        return super()._machine_fields() | {"approval_state", "approved_terms"}

    # === LIMITS === #
    def _compute_over_limits(self):
        for plan in self:
            texts = plan._over_limits() if plan.state == "draft" and plan.collection_id else []
            plan.over_limits = " ".join(texts) or False

    def _warnings(self):
        texts = super()._warnings()
        return texts + (self._over_limits() if self.state == "draft" and self.line_ids else [])

    def _over_limits(self, user=None):
        """Sentences: which limits of the policy the plan exceeds for a user."""
        self.ensure_one()
        limit = self.collection_id.policy_id._plan_limit(user or self.env.user)
        if not limit or not self.line_ids:
            return []
        company = self.company_id.currency_id
        lines = self.line_ids.sorted("date")
        last = fields.Date.add(self.company_id._ar_today(), months=limit.months)
        texts = []
        if limit.number and len(lines) > limit.number:
            texts.append(
                self.env._("More than %(number)s instalments need a manager.", number=limit.number)
            )
        if limit.months and lines[-1].date and lines[-1].date > last:
            texts.append(
                self.env._("Instalments after %(date)s need a manager.", date=self._date_text(last))
            )
        least = self.amount * limit.first_percent / 100
        if (
            limit.first_percent
            and self.kind != "extension"
            and self.currency_id.compare_amounts(lines[0].amount, least) < 0
        ):
            texts.append(
                self.env._(
                    "A first payment of less than %(percent)s %% needs a manager.",
                    percent=round(limit.first_percent, 2),
                )
            )
        if self.kind == "settlement" and self.discount > limit.discount + 0.005:
            texts.append(
                self.env._(
                    "Giving up more than %(percent)s %% needs a manager.",
                    percent=round(limit.discount, 2),
                )
                if limit.discount
                else self.env._("A settlement needs a manager.")
            )
        if self._softer_terms():
            texts.append(
                self.env._(
                    "Grace days, missed instalments or shares softer than the policy's need a "
                    "manager."
                )
            )
        if limit.amount and company.compare_amounts(self.amount_company, limit.amount) > 0:
            texts.append(
                self.env._(
                    "Plans over more than %(amount)s need a manager.",
                    amount=company.format(limit.amount),
                )
            )
        return texts

    def _softer_terms(self):
        """Whether more is forgiven than the policy does."""
        terms = self.collection_id.policy_id._plan_terms()
        return any(
            self[name] > terms[name]
            for name in ("grace_days", "missed_limit", "tolerance")
            if name in terms
        )

    # === ASKING === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        amount = self.given_up if self.kind == "settlement" else self.amount_items
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "%(plan)s: %(amount)s in %(number)s instalments until %(date)s",
                plan=self.display_name,
                amount=self.currency_id.format(self.total),
                number=len(self.line_ids),
                date=self._date_text(self.last_date),
            ),
            "amount": self._to_company(amount),
        }

    def _settle_limits(self, reason=None):
        """Within the limits, or the own right: True. Else a manager is asked, and it waits.

        :raises UserError: approvals are switched off.
        """
        super()._settle_limits(reason)
        self.ensure_one()
        if self.env.su or not (over := self._over_limits()):
            return True
        if self.approval_state == "granted" and self.approved_terms == self._terms_text():
            return True
        if self._approve_directly(reason or " ".join(over)):
            return True
        if not self._approvals_on():
            raise UserError(
                self.env._(
                    "%(debtor)s: %(why)s Please offer less, or ask a manager to offer it.",
                    debtor=self.partner_id.display_name,
                    why=" ".join(over),
                )
            )
        # sudo: the state of an approval is written by asking and answering only
        self.sudo().write({"approval_state": "waiting", "approved_terms": self._terms_text()})
        self._set_state("to_approve")
        self._ask_approval(" ".join(filter(None, [reason, *over, self.history_text])))
        return False

    def _terms_text(self):
        """What is granted: another schedule needs another answer."""
        rows = [(str(line.date), line.amount) for line in self.line_ids.sorted("sequence")]
        terms = (self.grace_days, self.missed_limit, self.tolerance, self.close_by)
        return f"{self.kind} {self.amount_items} {rows} {terms}"

    # === WHAT THE MANAGER SEES === #
    def _compute_history_text(self):
        since = fields.Date.today() - relativedelta(months=24)
        for plan in self:
            account = plan.collection_id
            rows = dict(
                self._read_group(
                    [
                        ("collection_id", "=", account.id),
                        ("id", "!=", plan._origin.id),
                        ("state", "in", ("defaulted", "completed")),
                        ("create_date", ">=", since),
                    ],
                    ["state"],
                    ["__count"],
                )
            )
            plan.history_text = self.env._(
                "In 24 months %(broken)s plans were broken and %(kept)s kept; broken promises: "
                "%(promises)s; overdue: %(overdue)s, the oldest %(days)s days.",
                broken=rows.get("defaulted", 0),
                kept=rows.get("completed", 0),
                promises=account.broken_promises,
                overdue=account.currency_id.format(account.total_overdue),
                days=account.days_overdue or 0,
            )

    # === ANSWERED === #
    def _on_approval_granted(self, approvals):
        """The offer goes out; what does not fit any more goes back to who built it."""
        for plan in self.filtered(lambda plan: plan.state == "to_approve"):
            # sudo: the state of an approval is written by asking and answering only
            plan.sudo().approval_state = "granted"
            try:
                plan._check_complete()
            except UserError as error:
                plan._set_state("draft")
                plan._note_on_account(str(error))
                continue
            plan._set_offered()

    def _on_approval_refused(self, approvals):
        for plan in self.filtered(lambda plan: plan.state == "to_approve"):
            request = approvals.filtered(lambda request, p=plan: request.res_id == p.id)
            # sudo: the state of an approval is written by asking and answering only
            plan.sudo().approval_state = "refused" if request.state == "refused" else False
            plan._set_state("draft")
            plan._note_on_account(
                self.env._(
                    "%(plan)s was not approved: %(why)s",
                    plan=plan.display_name,
                    why=request[:1].answer or self.env._("withdrawn"),
                )
            )

    def _on_state(self, state, before):
        """What is over, or taken back, is asked no more."""
        waiting = self.filtered(lambda plan: plan.approval_state == "waiting")
        if waiting and state != "to_approve":
            waiting.sudo().approval_state = False  # sudo: as above
            waiting._withdraw_approval()
        return super()._on_state(state, before)
