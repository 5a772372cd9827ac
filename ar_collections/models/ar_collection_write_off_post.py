from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ArCollectionWriteOff(models.Model):
    """The entry of a write-off, through core and with the caller's rights; and its reversal."""

    _inherit = "ar.collection.write.off"

    # === POSTING === #
    def _write_off(self):
        """Post and reconcile the entries of approved requests.

        Money that came meanwhile counts first: never more than is open is written off, and
        a request of which nothing is left is cancelled.

        :raises UserError: core refuses, for example because the period is locked.
        """
        requests = self.filtered(lambda request: request._still_open())
        for request in self - requests:
            request._set_state(
                "cancelled", answer=self.env._("Paid before it was approved; nothing is left.")
            )
        pairs = self.env["ar.collection.write.off.line"]
        moves = self.env["account.move"]
        for request in requests:
            lines = request.line_ids.filtered(lambda line: line._to_post() > 0)
            for company, of_company in lines.grouped(lambda line: line.line_id.company_id).items():
                moves |= of_company._create_entry(company)
                pairs |= of_company
        moves._post(soft=False)
        pairs._reconcile()
        for request in requests:
            request._set_state(
                "posted", answered_by_id=self.env.uid, answered_on=request.company_id._ar_today()
            )
        requests._log_on_accounts(
            lambda request: self.env._(
                "Written off by %(number)s: %(items)s; %(reason)s.",
                number=request.name,
                items=request._item_names(),
                reason=request.reason_id.name,
            )
        )

    def _still_open(self):
        return any(line._to_post() > 0 for line in self.line_ids)

    # === REVERSAL === #
    def action_reverse(self, reason=None, date=None):
        """Undo write-offs by core's reversal: every item is open again as it was.

        :param str reason: why; required. :param date: accounting date, default today.
        :raises UserError: not written off, no reason, or core refuses.
        :return: True
        """
        self.check_access("read")
        self._check_state("posted")
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why, it is kept in the audit list."))
        for request in self:
            moves = request.move_ids
            day = date or request.company_id._ar_today()
            ref = self.env._("Reversal of %(number)s: %(why)s", number=request.name, why=reason)
            moves.check_access("write")
            moves._reverse_moves([{"date": day, "ref": ref} for _move in moves], cancel=True)
        self._set_state("reversed", answer=reason)
        self.env["ar.collection.audit"]._log(
            self,
            "correction",
            lambda request: self.env._("Write-off reversed: %(what)s", what=request.display_name),
            reason,
        )
        self._log_on_accounts(
            lambda request: self.env._(
                "Write-off %(number)s reversed, %(items)s open again: %(why)s.",
                number=request.name,
                items=request._item_names(),
                why=reason,
            )
        )
        return True

    # === JUDGING === #
    @api.model
    def _judge_accounts(self, accounts):
        """Write-offs of these debtors whose entry no longer takes anything off an item: they
        were undone in accounting. Set-based; usually there is none."""
        if not accounts:
            return
        self.flush_model()
        self.env["ar.collection.write.off.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT request.id
                  FROM ar_collection_write_off request
                 WHERE request.state = 'posted' AND request.collection_id = ANY(%s)
                   AND NOT EXISTS (
                       SELECT FROM ar_collection_write_off_line line
                         JOIN account_partial_reconcile part
                           ON part.credit_move_id = line.entry_line_id
                          AND part.debit_move_id = line.line_id
                        WHERE line.write_off_id = request.id)
                """,
                accounts.ids,
            )
        )
        undone = self.browse(number for [number] in rows)
        undone._set_state("reversed", answer=self.env._("Undone in accounting."))
        undone._log_on_accounts(
            lambda request: self.env._(
                "The write-off %(number)s was undone in accounting: %(items)s open again. Where its "
                "entry is still posted, please reverse it; it stands as a credit of the debtor.",
                number=request.name,
                items=request._item_names(),
            )
        )


class ArCollectionWriteOffLine(models.Model):
    _inherit = "ar.collection.write.off.line"

    def _to_post(self):
        """What is written off: the amount asked for, at most what is still open."""
        item = self.line_id
        if item.parent_state != "posted" or item.amount_residual_currency <= 0:
            return 0.0
        return self.currency_id.round(min(self.amount, item.amount_residual_currency))

    def _create_entry(self, company):
        """The entry, in draft, of items of one request and company.

        An item and its counterpart are in the item's currency at the rate of the day; the
        difference to its value in the books is core's exchange difference.
        """
        request = self.write_off_id
        account, journal = request.reason_id._booking(company)
        date = request.date or company._ar_root()._ar_today()
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "company_id": company.id,
                    "date": date,
                    "ref": request._entry_text(),
                    "line_ids": [
                        Command.create(vals)
                        for line in self
                        for vals in line._prepare_entry_vals(account, company, date)
                    ],
                }
            )
        )
        receivable = move.line_ids.filtered(lambda row: row.account_type == "asset_receivable")
        for line, entry_line in zip(self, receivable.sorted("id"), strict=True):
            line.sudo().entry_line_id = entry_line  # sudo: noted by the program only
        move._message_log(body=request._entry_text())
        return move

    def _prepare_entry_vals(self, account, company, date):
        """Values of the two journal items that take the amount off the item."""
        item, amount = self.line_id, self._to_post()
        balance = self.currency_id._convert(amount, company.currency_id, company, date)
        common = {
            "name": f"{self.write_off_id.name} {item.move_name}",
            "partner_id": item.partner_id.id,
            "currency_id": self.currency_id.id,
        }
        return [
            {**common, "account_id": account.id, "balance": balance, "amount_currency": amount},
            {
                **common,
                "account_id": item.account_id.id,
                "balance": -balance,
                "amount_currency": -amount,
                "date_maturity": item.date_maturity,
            },
        ]

    def _reconcile(self):
        plan = [line.line_id + line.entry_line_id for line in self]
        self.env["account.move.line"]._reconcile_plan(plan)


class ArCollection(models.Model):
    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_write_off request"
            " JOIN concerned ON concerned.id = request.collection_id"
            " WHERE request.state = 'posted'"
        )
        return {**super()._refresh_steps(), "_follow_write_offs": waiting}

    def _follow_write_offs(self):
        self.env["ar.collection.write.off"]._judge_accounts(self)
