from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import dispute as tool

#: Outcomes of a query; all others give up or claim an amount.
OF_QUERY = ("answered", "rejected", "withdrawn")
#: What can always happen, whatever the reason allows.
ALWAYS = ("rejected", "withdrawn", "settled", "answered")
#: Outcomes that a credit note carries out.
BY_CREDIT = ("accepted", "partial", "financial")


class ArCollectionDispute(models.Model):
    """How disputes end: ``_resolve_<outcome>`` carries the outcome out, at once or later."""

    _name = "ar.collection.dispute"
    _inherit = ["ar.collection.dispute", "ar.collection.approval.mixin"]

    _approval_kind = "credit"

    approval_ids = fields.One2many(
        groups="ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly"
    )

    to_credit = fields.Monetary(
        compute="_compute_to_credit", help="What is given up of the disputed amount."
    )

    def _compute_to_credit(self):
        for dispute in self:
            dispute.to_credit = sum(dispute.item_ids.mapped("accepted"))

    # === ACTIONS === #
    def action_resolve(self, outcome, amount=None, note=None, **details):
        """End disputes.

        :param str outcome: ``accepted`` (credit note with tax), ``partial`` (over ``amount``),
            ``rejected``, ``write_off``, ``financial`` (credit note without tax), ``paid``
            (applies an unapplied credit), ``new_date``, ``withdrawn``, ``answered``, ``settled``.
        :param float amount: what is given up, in the currency of the dispute; None: all.
        :param str note: why; the customer is told.
        :param details: ``credit_ids`` (ids of unapplied credits, of ``paid``), ``date`` (of
            ``new_date``), ``write_off_reason_id``, ``tell`` (False: the customer is not told).
        :raises UserError: closed or decided already, an outcome the reason does not allow, an
            amount over the disputed one, or a right is missing: it says which.
        :return: True
        """
        self.check_access("write")
        self._check_open_state()
        for dispute in self:
            dispute._check_outcome(outcome)
            handler = getattr(dispute, f"_resolve_{outcome}")
            handler(amount, note, details)
        return True

    def action_reopen(self, reason=None):
        """Open closed disputes again; what is open of the disputed amounts is held again.

        :param str reason: why; required.
        :return: True
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why it is opened again."))
        for dispute in self:
            if dispute.is_open:
                raise UserError(self.env._("%(dispute)s is open.", dispute=dispute.name))
            if dispute.outcome == "merged":
                raise UserError(
                    self.env._(
                        "%(dispute)s was merged with another. Open that one again.",
                        dispute=dispute.name,
                    )
                )
            dispute.item_ids._check_not_taken()
        self._reopen(reason)
        return True

    def action_take_back(self, reason=None):
        """Take back decisions that were not carried out yet; draft credit notes go.

        :raises UserError: nothing is decided, or a credit note is posted already.
        :return: True
        """
        self.check_access("write")
        for dispute in self:
            if not dispute._is_decided():
                raise UserError(
                    self.env._("%(dispute)s waits for no decision.", dispute=dispute.name)
                )
        self._take_back(reason or self.env._("the decision was taken back"))
        return True

    # === CHECKS === #
    def _check_outcome(self, outcome):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        names = {"dispute": self.name, "outcome": labels.get(outcome, outcome)}
        if outcome not in labels or outcome == "merged":
            raise UserError(
                self.env._("“%(outcome)s” is no outcome of a dispute.", outcome=outcome)
            )
        if self.kind == "query" and outcome not in OF_QUERY:
            raise UserError(
                self.env._(
                    "%(dispute)s is a query: it can be answered, rejected or withdrawn. Make it a "
                    "dispute first if an amount is contested.",
                    **names,
                )
            )
        if self.kind != "query" and outcome == "answered":
            raise UserError(
                self.env._(
                    "%(dispute)s contests an amount: answering is not enough. Accept or reject it.",
                    **names,
                )
            )
        if not self.reason_id and self.kind != "query":
            raise UserError(
                self.env._("Please choose the reason of %(dispute)s, for the statistics.", **names)
            )
        allowed = self.reason_id.outcome_ids.mapped("code")
        if allowed and outcome not in allowed and outcome not in ALWAYS:
            raise UserError(
                self.env._(
                    "A dispute because of “%(reason)s” cannot end so (%(outcome)s). Possible are: "
                    "%(allowed)s.",
                    reason=self.reason_id.name,
                    allowed=", ".join(self.reason_id.outcome_ids.mapped("name")),
                    **names,
                )
            )

    def _split(self, amount):
        """Share out what is given up over the items, the oldest first.

        :return: list of (item, amount), without those that get nothing.
        """
        items = self.item_ids
        left = [tool.exact(max(0.0, item.amount - item.credited)) for item in items]
        total = sum(left) if amount is None else tool.exact(amount)
        if total <= 0 or total > sum(left):
            raise UserError(
                self.env._(
                    "Of %(dispute)s %(amount)s is disputed; please give up more than zero and not "
                    "more than that.",
                    dispute=self.name,
                    amount=self.currency_id.format(float(sum(left))),
                )
            )
        parts = tool.fill(total, left)
        return [(item, float(part)) for item, part in zip(items, parts, strict=True) if part]

    def _is_all(self, amount):
        disputed = sum(item.amount - item.credited for item in self.item_ids)
        return amount is None or not self.currency_id.compare_amounts(amount, disputed)

    # === DECIDED, AND CARRIED OUT LATER === #
    def _decide(self, outcome, amount, note):
        """Note what is given up; the rest of the disputed amount is held no longer."""
        for item, part in self._split(amount):
            # sudo: what is given up is written by the decision only
            item.sudo().accepted = item.credited + part
        # sudo: the outcome is written by transitions only
        self.sudo().write({"outcome": outcome, "resolution": note})

    def _resolve_accepted(self, amount, note, details):
        self._resolve_credit("accepted" if self._is_all(amount) else "partial", amount, note)

    def _resolve_partial(self, amount, note, details):
        if amount is None:
            raise UserError(self.env._("How much of %(d)s is accepted?", d=self.name))
        self._resolve_credit("accepted" if self._is_all(amount) else "partial", amount, note)
        if self.outcome == "partial":
            self._tell_customer(details)

    def _resolve_financial(self, amount, note, details):
        self._resolve_credit("financial", amount, note)

    def _resolve_credit(self, outcome, amount, note):
        """A draft credit note, after approval where that is switched on."""
        self._check_creditable()
        self._decide(outcome, amount, note)
        if self._approvals_on() and not self._approve_credit(note):
            self._set_state("waiting", waiting_for="approval")
            self._ask_approval(note)
            return
        self._make_credit_notes()

    def _approve_credit(self, note):
        """Whether the own limit covers it; it needs the right to make credit notes as well."""
        return self.env.user.has_group("account.group_account_invoice") and self._approve_directly(
            note
        )

    # === ENDED AT ONCE === #
    def _resolve_rejected(self, amount, note, details):
        if not (note or "").strip():
            raise UserError(
                self.env._("Why is %(dispute)s rejected? The customer is told.", dispute=self.name)
            )
        self._set_state("rejected", outcome="rejected", resolution=note)
        self._tell_customer(details)

    def _resolve_withdrawn(self, amount, note, details):
        self._set_state("resolved", outcome="withdrawn", resolution=note)

    def _resolve_answered(self, amount, note, details):
        self._set_state("resolved", outcome="answered", resolution=note)

    def _resolve_settled(self, amount, note, details):
        self._set_state("resolved", outcome="settled", resolution=note)

    # === OPEN AGAIN === #
    def _reopen(self, reason):
        """Open disputes again, whoever or whatever asks for it."""
        # sudo: what was decided is taken back by transitions only
        self.item_ids.sudo().write({"accepted": 0})
        for dispute in self:
            former = dispute.resolution
            now = fields.Datetime.now()
            dispute._set_state(
                "investigating",
                outcome=False,
                resolution=False,
                deadline=dispute._plan(now, dispute.sla_hours) if dispute.sla_hours else False,
                warned_at=False,
                escalated_at=False,
                within_sla=True,
                reopened=dispute.reopened + 1,
            )
            text = self.env._("Opened again: %(why)s.", why=reason.strip().rstrip("."))
            if former:
                text = self.env._("%(text)s It had ended so: %(former)s", text=text, former=former)
            dispute._message_log(body=text)

    def _take_back(self, reason):
        """What was decided is open again."""
        for dispute in self:
            dispute._drop_drafts()
            dispute._withdraw_approval()
            # sudo: what was decided is taken back by transitions only
            dispute.sudo().item_ids.write({"accepted": 0})
            dispute._set_state("investigating", outcome=False, resolution=False)
            dispute._message_log(
                body=self.env._("Not carried out: %(why)s.", why=reason.rstrip("."))
            )

    reopened = fields.Integer(
        string="Opened again", readonly=True, copy=False, help="How many times."
    )

    # === APPROVAL === #
    def _prepare_approval_vals(self):
        self.ensure_one()
        company = self.company_id
        given_up = sum(item.accepted - item.credited for item in self.item_ids)
        return {
            "collection_id": self.collection_id.id,
            "name": self.env._(
                "Credit note for %(dispute)s: %(reason)s",
                dispute=self.name,
                reason=self.reason_id.name or "",
            ),
            "amount": self.currency_id._convert(
                given_up, company.currency_id, company, company._ar_today()
            ),
        }

    def _on_approval_granted(self, approvals):
        for dispute in self.filtered(lambda dispute: dispute.waiting_for == "approval"):
            dispute._make_credit_notes()

    def _on_approval_refused(self, approvals):
        for dispute in self.filtered(lambda dispute: dispute.waiting_for == "approval"):
            request = approvals.filtered(lambda request, d=dispute: request.res_id == d.id)
            dispute._take_back(request.answer or self.env._("the request was refused or withdrawn"))
