from .ledger import LedgerCommon


class WriteOffCommon(LedgerCommon):
    """A company with an account for bad debts, one manager with accounting rights (the user of
    the tests), a second one only where a test makes one, and a collector without them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.WriteOff = cls.env["ar.collection.write.off"]
        cls.Approval = cls.env["ar.collection.approval"]
        cls.collector = cls._user("collector", "user")
        (cls.Approval._managers(cls.company) - cls.env.user).active = False
        cls.loss = cls.env["account.account"].create(
            {"name": "Losses on bad debts", "code": "659999", "account_type": "expense"}
        )
        cls.company.ar_write_off_account_id = cls.loss
        cls.bad = cls.env.ref("ar_collections.write_off_reason_uncollectable")
        cls.small = cls.env.ref("ar_collections.write_off_reason_small")

    @classmethod
    def _accountant(cls, login="accountant", group="manager"):
        """A second manager (or other role) who may post entries."""
        user = cls._user(login, group)
        user.group_ids |= cls.env.ref("account.group_account_invoice")
        return user

    @classmethod
    def _limit(cls, group, amount, kind="write_off"):
        return cls.env["ar.collection.approval.limit"].create(
            {"group": group, "amount": amount, "kind": kind, "company_id": cls.company.id}
        )

    def _ask(self, move, amount=None, user=None, reason=None, **vals):
        """Ask to write off so much (None: all) of the item of an invoice."""
        account = self._account(move.partner_id)
        requests = self.WriteOff.with_user(user or self.env.user)
        item = self._item(move)
        return requests._request(
            account.with_env(requests.env),
            {line.id: amount for line in item},
            reason or self.bad,
            **vals,
        )

    def _entry_lines(self, move):
        """(account, amount in currency, balance) of an entry, sorted."""
        return sorted(
            (line.account_id.code, line.amount_currency, line.balance) for line in move.line_ids
        )
