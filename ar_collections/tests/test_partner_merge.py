from datetime import timedelta

from odoo.tests import tagged

from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestPartnerMerge(LedgerCommon):
    """Two contacts become one through core's wizard: so do their collection accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.winner = cls._debtor("Winner", email="same@debtor.example")
        cls.loser = cls._debtor("Loser", email="same@debtor.example")
        cls.third = cls._debtor("Third", email="same@debtor.example")

    def _merge(self, *losers, into=None):
        """Merge as the wizard's button does."""
        into = into or self.winner
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "state": "selection",
                "dst_partner_id": into.id,
                "partner_ids": [partner.id for partner in (into, *(losers or [self.loser]))],
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def _accounts(self):
        return self.Account.search([("partner_id", "in", (self.winner + self.debtor).ids)])

    def _history(self, account):
        """Something of everything on the account; dict what -> records."""
        move = self.env["account.move.line"].search(
            [
                ("partner_id", "=", account.partner_id.id),
                ("account_type", "=", "asset_receivable"),
                ("company_id", "=", account.company_id.id),
            ],
            limit=1,
        )
        notices = self.Notice.sudo().create(
            {"collection_id": account.id, "date": self.today, "state": "sent"}
        )
        run = self.Run.sudo().create(
            {"company_id": account.company_id.id, "date": self.today, "simulation": True}
        )
        decision = (
            self.env["ar.collection.decision"]
            .sudo()
            .create(
                {"run_id": run.id, "collection_id": account.id, "partner_id": account.partner_id.id}
            )
        )
        hold = self.Hold.create(
            {
                "collection_id": account.id,
                "line_id": move.id,
                "amount": 1,
                "kind": "disputed",
                "date_to": self.today + timedelta(days=9),
            }
        )
        message = account.message_post(body=f"Word about {account.display_name}")
        activity = account.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.env.uid, summary="Ask"
        )
        attachment = self.env["ir.attachment"].create(
            {"name": "Letter.pdf", "res_model": "ar.collection", "res_id": account.id, "raw": b"x"}
        )
        follower = self._debtor(f"Follower of {account.display_name}")
        account.message_subscribe((follower + self.env.user.partner_id).ids)
        return {
            "notices": notices,
            "decisions": decision,
            "holds": hold,
            "messages": message,
            "activities": activity,
            "attachments": attachment,
            "followers": follower,
        }

    def _check_history(self, account, history):
        self.assertRecordValues(history["notices"], [{"collection_id": account.id}])
        self.assertRecordValues(
            history["decisions"],
            [{"collection_id": account.id, "partner_id": account.partner_id.id}],
        )
        self.assertRecordValues(history["holds"], [{"collection_id": account.id}])
        self.assertIn(history["messages"], account.message_ids)
        self.assertIn(history["activities"], account.activity_ids)
        self.assertEqual(history["attachments"].res_id, account.id)
        self.assertIn(history["followers"], account.message_partner_ids)

    # === ONE OF TWO === #
    def test_two_accounts_become_one_with_all_their_history(self):
        self._invoice(100, 10, partner=self.winner)
        self._invoice(40, 50, partner=self.loser)
        account, gone = self._account(self.winner), self._account(self.loser)
        histories = [self._history(account), self._history(gone)]
        self._merge()
        self.assertFalse(self.loser.exists())
        self.assertFalse(gone.exists())
        for history in histories:
            self._check_history(account, history)
        self._check_figures(
            self._account(self.winner),
            total_due=140,
            total_overdue=140,
            bucket_1=100,
            bucket_2=40,
            disputed=2,
            held=2,
            collectable=138,
            net_collectable=138,
        )
        self._check_ties()
        note = account.message_ids[0]
        self.assertIn("Merged with the collection account of Loser", note.body)
        followers = account.message_follower_ids.partner_id
        self.assertEqual(len(followers), len(account.message_follower_ids))

    def test_only_the_loser_has_an_account(self):
        self._invoice(40, 50, partner=self.loser)
        account = self._account(self.loser)
        history = self._history(account)
        self._merge()
        self.assertEqual(self._account(self.winner), account)
        self._check_history(account, history)
        self.assertEqual(account.total_due, 40)
        self.assertIn("Merged with the collection account of Loser", account.message_ids[0].body)
        self._check_ties()

    def test_two_losers_and_the_winner_has_none(self):
        self._invoice(40, 50, partner=self.loser)
        self._invoice(2, 50, partner=self.third)
        self._refresh()
        histories = [self._history(self._account(p)) for p in (self.loser, self.third)]
        self._merge(self.loser, self.third)
        account = self._account(self.winner)
        self.assertEqual(account.total_due, 42)
        for history in histories:
            self._check_history(account, history)
        self._check_ties()

    def test_nobody_has_an_account(self):
        self._merge()
        self.assertFalse(self._account(self.winner))

    def test_in_two_companies(self):
        other = self._other_company("Other")
        self._invoice(100, 10, partner=self.winner)
        self._invoice(40, 10, partner=self.loser)
        self._invoice(8, 10, partner=self.loser, company_id=other.id)
        self._refresh()
        elsewhere = self.Account.search([("company_id", "=", other.id)])
        history = self._history(elsewhere)
        self._merge()
        self._refresh()
        accounts = self.Account.search([("partner_id", "=", self.winner.id)])
        self.assertEqual(
            {account.company_id: account.total_due for account in accounts},
            {self.company: 140, other: 8},
        )
        self._check_history(elsewhere, history)
        self._check_ties()

    # === WHOSE FIELDS === #
    def test_own_collector_stays_and_empty_fields_are_filled(self):
        self._invoice(100, 10, partner=self.winner)
        self._invoice(40, 10, partner=self.loser)
        account, gone = self._account(self.winner), self._account(self.loser)
        bell, cook = self._user("bell", "user"), self._user("cook", "user")
        gentle = self.policy.copy({"name": "Gentle", "sequence": 200})
        account.write({"user_id": bell.id, "note": "Pays on Fridays"})
        gone.write(
            {
                "user_id": cook.id,
                "own_policy_id": gentle.id,
                "next_action": "Call",
                "next_action_date": self.today,
                "note": "Ask for Ms Hill",
            }
        )
        gone.sudo().write(
            {"last_notice_date": self.today, "last_contact_date": self.today, "broken_promises": 2}
        )
        account.sudo().last_notice_date = self.today - timedelta(days=30)
        self._merge()
        self.assertRecordValues(
            account,
            [
                {
                    "user_id": bell.id,
                    "own_policy_id": gentle.id,
                    "policy_id": gentle.id,
                    "next_action": "Call",
                    "next_action_date": self.today,
                    "note": "Pays on Fridays\nAsk for Ms Hill",
                    "last_notice_date": self.today,
                    "last_contact_date": self.today,
                    "broken_promises": 2,
                }
            ],
        )

    def test_own_next_step_is_not_mixed_with_the_other_ones_date(self):
        for partner in (self.winner, self.loser):
            self._invoice(100, 10, partner=partner)
        account, gone = self._account(self.winner), self._account(self.loser)
        account.next_action = "Wait for the cheque"
        gone.write({"next_action": "Call", "next_action_date": self.today})
        self._merge()
        self.assertRecordValues(
            account, [{"next_action": "Wait for the cheque", "next_action_date": False}]
        )

    def test_lawyer_of_the_loser_is_the_lawyer_of_both(self):
        for partner in (self.winner, self.loser):
            self._invoice(100, 10, partner=partner)
        account, gone = self._account(self.winner), self._account(self.loser)
        legal = self.env.ref("ar_collections.stage_legal")
        gone.sudo().write({"fact_kind": "legal", "stage_id": legal.id})
        self._merge()
        self.assertRecordValues(
            self._account(self.winner), [{"fact_kind": "legal", "stage_id": legal.id}]
        )
        self.assertEqual(account.total_due, 200)

    # === CONTACTS === #
    def test_debtor_merged_into_a_contact_of_another(self):
        """A person with debts turns out to be the bookkeeper of Alpha: Alpha owes them."""
        self._invoice(100, 10)
        person = self.env["res.partner"].create({"name": "Ms Bell", "email": "bell@debtor.example"})
        contact = self.env["res.partner"].create(
            {"name": "Bell", "email": "bell@debtor.example", "parent_id": self.debtor.id}
        )
        self._invoice(30, 10, partner=person)
        account, gone = self._account(), self._account(person)
        history = self._history(gone)
        self._merge(person, into=contact)
        self.assertEqual(self._account().total_due, 130)
        self.assertFalse(gone.exists())
        self._check_history(account, history)
        self._check_ties()

    def test_contact_merged_into_another_debtor(self):
        """An item of a contact of Alpha moves with it to the winner."""
        contact = self.env["res.partner"].create(
            {"name": "Bell", "email": "same@debtor.example", "parent_id": self.debtor.id}
        )
        self._invoice(100, 10)
        self._entry([{"partner_id": contact.id, "amount": 7, "no_followup": False}], days=10)
        self.assertEqual(self._account().total_due, 107)
        self._merge(contact)
        self.assertEqual(self._account().total_due, 100)
        self.assertEqual(self._account(self.winner.commercial_partner_id).total_due, 7)
        self._check_ties()
