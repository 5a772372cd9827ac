from contextlib import contextmanager
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .ledger import LedgerCommon


class DisputeCommon(LedgerCommon):
    """Disputes of debtors, with who takes part: collector, resolver, accountant, colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Dispute = cls.env["ar.collection.dispute"]
        cls.Reason = cls.env["ar.collection.dispute.reason"]
        cls.price = cls.env.ref("ar_collections.dispute_reason_price")
        cls.collector = cls._user("collector", "user")
        cls.accountant = cls._plain_user("accountant", "account.group_account_invoice")
        cls.resolver = cls._plain_user("resolver", "ar_collections.group_ar_collection_resolver")
        cls.colleague = cls._plain_user("colleague")
        cls.team = cls.env["ar.collection.dispute.team"].create(
            {"name": "Prices", "member_ids": cls.resolver.ids, "user_id": cls.resolver.id}
        )

    @classmethod
    def _plain_user(cls, login, groups=""):
        return new_test_user(
            cls.env,
            login,
            ",".join(filter(None, ["base.group_user", groups])),
            email=f"{login}@office.example",
            company_ids=cls.company.ids,
            company_id=cls.company.id,
        )

    def _dispute(self, move, amount=None, kind="dispute", user=None, **vals):
        """A dispute of ``amount`` of the items of an invoice; None: all that is open."""
        account = self._account(move.partner_id)
        items = self._item(move)
        amounts = dict.fromkeys(items.ids)
        if amount is not None:
            amounts = {items[:1].id: amount}
        model = self.Dispute.with_user(user) if user else self.Dispute
        dispute = model._open(
            account.with_user(user) if user else account,
            amounts,
            kind=kind,
            reason=vals.pop("reason", self.price),
            **vals,
        )
        self.env.flush_all()
        return dispute

    @contextmanager
    def _refused(self, words, error=UserError):
        """What is done is refused with these words (a regular expression), and undone."""
        with self.assertRaisesRegex(error, words), self.cr.savepoint():
            yield

    def _held(self, move):
        """What is held of the items of an invoice, by kind, in their currency."""
        parts = {}
        for of_item in self.Hold._held_of_lines(self._item(move)).values():
            for kind, amount in of_item.items():
                parts[kind] = parts.get(kind, 0) + amount
        return parts

    def _claimed(self, day=None):
        """dict item -> what tonight's run would claim of it."""
        self._refresh()
        run = self.Run.search([("company_id", "=", self.company.id)], limit=1)
        rows = run.simulate(self.today + timedelta(days=day or 0))
        return {
            self.env["account.move.line"].browse(claim["line_id"]): claim["claimed"]
            for row in rows
            for claim in row["claims"]
        }

    def _post(self, moves):
        """Post as the accountant does, and let a minute pass."""
        moves.with_user(self.accountant).action_post()
        self._refresh()
