from .ledger import LedgerCommon


class CashCommon(LedgerCommon):
    """Money that came in: bank lines, payments not matched, credit notes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Application = cls.env["ar.collection.application"]
        cls.env.user.group_ids |= cls.env.ref("account.group_account_user")

    @classmethod
    def _payment(cls, amount, partner=None, days=0, **vals):
        """A posted payment on account; its receivable line."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or cls.debtor).id,
                "amount": amount,
                "date": cls.today,
                "journal_id": cls.company_data["default_journal_bank"].id,
                **vals,
            }
        )
        payment.action_post()
        return cls._item(payment.move_id)

    @classmethod
    def _suspense(cls, bank_line):
        return bank_line._seek_for_lines()[1]

    def _open(self, *moves):
        """What is open of the items of these moves."""
        return [sum(self._item(move).mapped("amount_residual_currency")) for move in moves]
