from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ar_collection_dispute import OPEN
from .ar_collection_dispute_resolve import BY_CREDIT


class ArCollectionDispute(models.Model):
    """What the ledger says about disputes: judged after every refresh of their debtor.

    A dispute ends by its own credit note when that is posted, opens again when it is
    cancelled or reversed, follows an invoice through draft, and says when nothing is left.
    """

    _inherit = "ar.collection.dispute"

    nothing_open = fields.Boolean(
        readonly=True, copy=False, help="What it is about is paid, credited or gone elsewhere."
    )

    # === JUDGING === #
    @api.model
    def _judge_accounts(self, accounts):
        """Judge the disputes of these debtors: open ones, and those a credit note has ended."""
        domain = accounts._among("collection_id") & Domain(
            ["|", ("is_open", "=", True), ("outcome", "in", BY_CREDIT)]
        )
        self.sudo().search(domain)._judge()  # the machine judges, whoever looks

    def _judge(self):
        self.item_ids._relink()
        for dispute in self:
            if not dispute.is_open:
                dispute._judge_closed()
            elif dispute.waiting_for == "credit":
                dispute._judge_credit()
        still_open = self.filtered("is_open")
        still_open._sync_holds()
        for dispute in still_open:
            dispute._judge_open()

    def _judge_credit(self):
        """Its credit notes are posted: it ends. They are gone: it is open again."""
        moves = self.credit_move_ids.filtered(lambda move: move.state != "cancel")
        alive = moves.filtered(lambda move: not move._ar_undone())
        drafts = alive.filtered(lambda move: move.state == "draft")
        posted = alive - drafts
        posted._ar_match_dispute(self)
        if drafts:
            return
        self.item_ids.invalidate_recordset(["credited"])
        decided = sum(item.accepted for item in self.item_ids)
        credited = self._credited_total(posted)
        if not posted or not credited:
            self._take_back(self.env._("the credit note was deleted, cancelled or reversed"))
            return
        outcome = self.outcome
        if outcome == "accepted" and self.currency_id.compare_amounts(credited, decided) < 0:
            outcome = "partial"
        self._end_activities()
        self._set_state("resolved", outcome=outcome, credited_amount=credited)

    credited_amount = fields.Monetary(
        string="Credited", readonly=True, copy=False, help="By its own posted credit notes."
    )

    def _credited_total(self, posted):
        return sum(posted.mapped("amount_total"))

    def _judge_closed(self):
        """A credit note that had ended it was cancelled, reset or reversed."""
        moves = self.credit_move_ids
        undone = moves.filtered(lambda move: move.state != "posted" or move._ar_undone())
        alive = moves - undone
        if not undone or not self.currency_id.compare_amounts(
            self._credited_total(alive), self.credited_amount
        ):
            return
        names = ", ".join(
            move.name if move.name and move.name != "/" else self.env._("a draft")
            for move in undone
        )
        waiting = undone.filtered(lambda move: move.state == "draft")
        accepted, outcome = [(item, item.accepted) for item in self.item_ids], self.outcome
        self._reopen(self.env._("the credit note %(names)s stands no longer", names=names))
        if waiting:
            # in draft it may be corrected and posted again
            for item, amount in accepted:
                item.accepted = amount
            self._set_state("waiting", waiting_for="credit", outcome=outcome)
        self._ask_activity(
            self.user_id or self.collector_id,
            self.env._(
                "%(dispute)s is open again: %(names)s stands no longer",
                dispute=self.name,
                names=names,
            ),
        )

    def _judge_open(self):
        """Say once that nothing is left to dispute; it ends by a person only."""
        items = self.item_ids.line_id
        left = any(
            line.parent_state == "posted"
            and self.currency_id.compare_amounts(line.amount_residual_currency, 0) > 0
            for line in items
        )
        nothing = self.kind != "query" and not left and not self._is_decided()
        if nothing == self.nothing_open:
            return
        self.nothing_open = nothing
        if nothing:
            self._ask_activity(
                self.user_id or self.collector_id,
                self.env._("Nothing of %(dispute)s is open any more", dispute=self.name),
                self._nothing_text(),
            )

    def _nothing_text(self):
        """Why nothing is left: per item one sentence."""
        texts = []
        for item in self.item_ids:
            move = item.move_id
            refunds = move.reversal_move_ids.filtered(lambda credit: credit.state == "posted")
            name = item.item_name
            if not item.line_id or move.state != "posted":
                texts.append(self.env._("%(item)s is not posted any more.", item=name))
            elif refunds:
                texts.append(
                    self.env._(
                        "%(item)s was credited by %(credits)s.",
                        item=name,
                        credits=", ".join(refunds.mapped("name")),
                    )
                )
            else:
                texts.append(self.env._("%(item)s is paid.", item=name))
        return " ".join(texts)


class ArCollectionDisputeItem(models.Model):
    _inherit = "ar.collection.dispute.item"

    def _relink(self):
        """An invoice that was in draft may have new items: follow them by its due date."""
        for item in self.filtered(lambda item: not item.line_id and item.move_id):
            lines = item.move_id._ar_receivables().sorted("date_maturity")
            if item.move_id.state != "posted" or not lines:
                continue
            taken = item.dispute_id.item_ids.line_id
            same = lines.filtered(lambda line, item=item: line.date_maturity == item.item_due_date)
            line = ((same or lines) - taken)[:1]
            if line:
                item.line_id = line


class AccountMove(models.Model):
    _inherit = "account.move"

    def _ar_match_dispute(self, dispute):
        """Match these posted credit notes with the disputed items, not with other instalments."""
        for credit in self:
            own = credit._ar_receivables()
            items = dispute.item_ids.filtered(
                lambda item, credit=credit: item.move_id == credit.reversed_entry_id
            ).line_id
            others = credit.reversed_entry_id._ar_receivables() - items
            wrong = own.matched_debit_ids.filtered(
                lambda part, others=others: part.debit_move_id in others
            )
            wrong.unlink()
            for line in items.sorted("date_maturity"):
                free = own.filtered(lambda part: not part.reconciled)
                if free and not line.reconciled and line.account_id == free.account_id:
                    (free + line).reconcile()


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_dispute dispute"
            " JOIN concerned ON concerned.id = dispute.collection_id"
            " WHERE dispute.state IN %s OR dispute.outcome IN %s",
            OPEN,
            BY_CREDIT,
        )
        return {**super()._refresh_steps(), "_follow_disputes": waiting}

    def _follow_disputes(self):
        self.env["ar.collection.dispute"]._judge_accounts(self)
