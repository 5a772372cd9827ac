from datetime import timedelta

from .ledger import LedgerCommon


class ApprovalCommon(LedgerCommon):
    """A company with one manager (the user of the tests), a team lead and a collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("ar_collections.group_ar_collection_user").implied_ids |= cls.env.ref(
            "ar_collections.group_ar_collection_approvals"
        )
        cls.Approval = cls.env["ar.collection.approval"]
        cls.Audit = cls.env["ar.collection.audit"]
        cls.collector = cls._user("collector", "user")
        cls.lead = cls._user("lead", "all")
        (cls.Approval._managers(cls.company) - cls.env.user).active = False

    @classmethod
    def _second_manager(cls):
        return cls._user("second", "manager")

    def _limit(self, group, amount, kind="hold", company=None):
        return self.env["ar.collection.approval.limit"].create(
            {
                "group": group,
                "amount": amount,
                "kind": kind,
                "company_id": (company or self.company).id,
            }
        )

    def _lend(self, owner, deputy, start=0, end=7, **vals):
        return (
            self.env["ar.collection.deputy"]
            .with_user(owner)
            .create(
                {
                    "user_id": owner.id,
                    "deputy_id": deputy.id,
                    "date_from": self.today + timedelta(days=start),
                    "date_to": self.today + timedelta(days=end),
                    "company_id": self.company.id,
                    **vals,
                }
            )
        )

    def _ask(self, amount, user=None, partner=None):
        """The request of a collector for a hold without end over so much."""
        move = self._invoice(amount, 10, partner=partner)
        account = self._account(partner)
        hold = self.Hold.with_user(user or self.collector).create(
            {
                "collection_id": account.id,
                "line_id": self._item(move).id,
                "note": "Waits for the court",
                "kind": "other",
            }
        )
        return hold.sudo().approval_ids.with_env(self.env)

    def _notices(self, *amounts):
        """Notices of tonight's run that wait for approval, a debtor for each amount."""
        self.reminder.automatic = False
        for index, amount in enumerate(amounts):
            debtor = self._debtor(f"Debtor {index}", email=f"d{index}@debtor.example")
            self._invoice(amount, 10, partner=debtor)
        return self._run().notice_ids
