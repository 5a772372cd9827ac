from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class ArCollectionMailingRoundMixin(models.AbstractModel):
    """A round of documents to chosen debtors: drafted, started once, and evidence from then on.

    A model gives its ``state``, the one2many of its documents (models of
    ``ar.collection.mailing``) by name in ``_documents``, and from which states it may go to
    which in ``_transitions``.
    """

    _name = "ar.collection.mailing.round.mixin"
    _description = "Round of Documents"
    _documents = ""
    _transitions = {}

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company._ar_root(),
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    minimum = fields.Monetary(
        string="Balance over", help="Debtors who owe no more than this get none."
    )
    domain = fields.Char(string="Debtors", default="[]", help="Empty: all.")

    # === CRUD === #
    def write(self, vals):
        if not self.env.su:
            if {"state", "scheduled_month"} & set(vals):
                raise AccessError(
                    self.env._(
                        "The state of %(round)s changes only by its actions.",
                        round=self[:1].display_name,
                    )
                )
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        for round_ in self:
            if round_.state != "draft":
                raise UserError(
                    self.env._(
                        "%(round)s: this has started and cannot be changed. Make a new one.",
                        round=round_.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts(self):
        for round_ in self:
            if round_.state != "draft" and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(round)s: this has started, is evidence and cannot be deleted.",
                        round=round_.display_name,
                    )
                )

    # === ACTIONS === #
    def action_print_letters(self):
        """The documents on paper in one; printed, they are confirmed in their list."""
        self.ensure_one()
        self.check_access("read")
        letters = self[self._documents].filtered(lambda one: one.state == "to_print")
        if not letters:
            raise UserError(
                self.env._("%(round)s: there are no letters to print.", round=self.display_name)
            )
        return letters.action_print_paper()

    def action_confirm_printed(self):
        """The letters were printed and go out."""
        self._check_manager()
        # sudo: documents are written by actions only; the right was checked
        letters = self.sudo()[self._documents].filtered(lambda one: one.state == "to_print")
        letters._set_state("sent", date_sent=fields.Datetime.now())
        letters._after_sending()
        return True

    def _check_manager(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise AccessError(self.env._("Only a manager of AR Collections may do this."))
        self.check_access("read")

    def _set_state(self, state):
        """Move to a state.

        :raises UserError: it is in a state from which it may not go there.
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for round_ in self:
            if round_.state not in self._transitions[state]:
                raise UserError(
                    self.env._(
                        "%(round)s is %(state)s and cannot become %(new)s.",
                        round=round_.display_name,
                        state=labels[round_.state].lower(),
                        new=labels[state].lower(),
                    )
                )
        # sudo: the transition above is the only way to write the state
        self.sudo().write({"state": state})

    # === BUSINESS === #
    def _balances_over(self):
        """dict id of the debtor -> balance at the date, in company currency: those over the
        minimum."""
        self.ensure_one()
        source = self.env["ar.collection.statement.rows"].sudo()  # the ledger of the root company
        company, own = self.company_id.sudo(), self.currency_id  # dito
        balances = source._balances(company, self.date)
        rates = source._rates(balances, own, company, self.date)
        totals = {
            partner_id: float(source._in_own(row, rates, own))
            for partner_id, row in balances.items()
        }
        return {
            partner_id: total
            for partner_id, total in totals.items()
            if own.compare_amounts(total, self.minimum) > 0
        }

    def _debtors_domain(self, partner_ids):
        """The accounts of these debtors that the round is for."""
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "in", list(partner_ids))
            & Domain(literal_eval(self.domain or "[]"))
        )
