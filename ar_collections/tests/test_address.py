import random
from datetime import timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools import addresses
from .ledger import LedgerCommon
from .test_delivery import DeliveryCommon


class AddressCommon(LedgerCommon):
    """A debtor with two sites that pay their own invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.notice_per = "address"
        cls.north = cls._site("North", email="north@debtor.example")
        cls.south = cls._site("South", email="south@debtor.example")

    @classmethod
    def _site(cls, name, parent=None, **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": (parent or cls.debtor).id,
                "type": "invoice",
                "street": f"{name} Road 1",
                "city": f"{name}ham",
                "country_id": cls.env.ref("base.be").id,
                **vals,
            }
        )

    def _on_account(self, amount, days=0, partner=None):
        """Money of the bank that was matched with no invoice."""
        partner = partner or self.debtor
        return self._entry([{"amount": -amount, "partner_id": partner.id}], days, journal="bank")

    def _by_address(self, **kwargs):
        """dict address -> ``ladder.Decision`` of a simulation of today."""
        self._refresh()
        results = self.Run._decide(self.company, kwargs.pop("today", self.today), **kwargs)
        partners = self.env["res.partner"]
        return {partners.browse(row["account"]["address_id"]): row["decision"] for row in results}

    def _notices(self):
        """dict address -> notice of today's run."""
        return {notice.address_id: notice for notice in self._run().notice_ids}

    def _amounts(self, **kwargs):
        """dict name of the address -> what is to be paid, or the reason."""
        return {
            address.name: float(decision.amount) if decision.level else decision.reason
            for address, decision in self._by_address(**kwargs).items()
        }


@tagged("post_install", "-at_install")
class TestAddress(AddressCommon):
    """One notice per invoice address: figures worked out by hand."""

    # === DECISIONS === #
    def test_each_address_at_its_own_level(self):
        old = self._invoice(1000, 30, partner=self.north)
        self._reach(old, self.reminder, 20)
        young = self._invoice(500, 10, partner=self.south)
        own = self._invoice(200, 8)
        notices = self._notices()
        self.assertEqual(set(notices), {self.north, self.south, self.debtor})
        self.assertRecordValues(
            notices[self.north] + notices[self.south] + notices[self.debtor],
            [
                {"level_id": self.second.id, "amount": 1000.0, "lead_id": False},
                {"level_id": self.reminder.id, "amount": 500.0, "lead_id": False},
                {"level_id": self.reminder.id, "amount": 200.0, "lead_id": False},
            ],
        )
        for address, move in ((self.north, old), (self.south, young), (self.debtor, own)):
            self.assertEqual(notices[address].line_ids.line_id, self._item(move))
        run = notices[self.north].run_id
        self.assertRecordValues(
            run.decision_ids.sorted("claim"),
            [
                {
                    "address_id": self.debtor.id,
                    "claim": 200.0,
                    "notice_id": notices[self.debtor].id,
                },
                {"address_id": self.south.id, "claim": 500.0, "notice_id": notices[self.south].id},
                {"address_id": self.north.id, "claim": 1000.0, "notice_id": notices[self.north].id},
            ],
        )

    def test_default_policy_writes_to_the_debtor(self):
        self.policy.notice_per = "debtor"
        self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        [notice] = self._run().notice_ids
        self.assertFalse(notice.address_id)
        self.assertEqual(notice.amount, 1500)

    def test_other_items_belong_to_the_debtor(self):
        """Entries, invoices to a contact that is archived or has left for another company."""
        self._invoice(100, 10, partner=self.north)
        archived = self._site("Closed", email="closed@debtor.example")
        moved = self._site("Sold", email="sold@debtor.example")
        self._invoice(200, 10, partner=archived)
        self._invoice(400, 10, partner=moved)
        archived.active = False
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = %s", [moved.id]
        )
        self.env.invalidate_all()
        self._entry([{"amount": 800, "partner_id": self.debtor.id}], 10)
        self.env["account.move.line"].search(
            [("partner_id", "=", self.debtor.id)]
        ).no_followup = False
        self.assertEqual(self._amounts(), {"North": 100, "Alpha": 1400})

    def test_second_run_of_the_day_adds_nothing(self):
        self._invoice(1000, 10, partner=self.north)
        run = self._run()
        [first] = run.notice_ids
        self._invoice(500, 10, partner=self.south)
        self.assertEqual(self._run(), run)
        self.assertEqual(run.notice_ids.address_id, self.north + self.south, "what was left out")
        self._run()
        self.assertEqual(len(run.notice_ids), 2)
        self.assertEqual(len(run.decision_ids), 2)
        self.assertIn(first, run.notice_ids)

    def test_quiet_days_are_those_of_the_address(self):
        self._invoice(1000, 10, partner=self.north)
        [sent] = self._run().notice_ids
        sent._set_state("sending")
        sent._set_state("sent")
        self._invoice(300, 9, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        tomorrow = self.today + timedelta(days=1)
        self.assertEqual(self._amounts(today=tomorrow), {"North": "quiet_period", "South": 500})
        self.policy.notice_per = "debtor"
        self.assertEqual(self._amounts(today=tomorrow), {False: "quiet_period"})

    def test_notice_to_the_whole_debtor_keeps_all_addresses_quiet(self):
        self.policy.notice_per = "debtor"
        self._invoice(1000, 10, partner=self.north)
        [sent] = self._run().notice_ids
        self._invoice(500, 10, partner=self.south)
        self.policy.notice_per = "address"
        tomorrow = self.today + timedelta(days=1)
        self.assertEqual(
            self._amounts(today=tomorrow), {"North": "pending_notice", "South": "pending_notice"}
        )
        sent._set_state("sending")
        sent._set_state("sent")
        self.assertEqual(
            self._amounts(today=tomorrow), {"North": "quiet_period", "South": "quiet_period"}
        )

    def test_minimum_is_one_of_the_debtor(self):
        self.policy.min_amount = 100
        self._invoice(60, 10, partner=self.north)
        south = self._invoice(60, 10, partner=self.south)
        self.assertEqual(self._amounts(), {"North": 60, "South": 60})
        self._pay(south, 30)
        self.assertEqual(self._amounts(), {"North": "below_minimum", "South": "below_minimum"})

    def test_minimum_of_a_level_is_one_of_the_notice(self):
        self.reminder.min_amount = 100
        self._invoice(60, 10, partner=self.north)
        self._invoice(600, 10, partner=self.south)
        self.assertEqual(self._amounts(), {"North": "below_minimum", "South": 600})

    def test_courtesy_at_one_address(self):
        self._invoice(400, -2, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        notices = self._notices()
        self.assertEqual(notices[self.north].level_id, self.courtesy)
        self.assertEqual(notices[self.north].amount, 400)
        self.assertEqual(notices[self.south].level_id, self.reminder)

    def test_held_item_of_one_address(self):
        move = self._invoice(1000, 10, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        account = self._account()
        self._hold(False, kind="disputed", scope="item", line_id=self._item(move).id,
                   collection_id=account.id)  # fmt: skip
        self.assertEqual(self._amounts(), {"North": "all_held", "South": 500})

    # === CREDITS === #
    def test_payment_on_account_covers_the_oldest(self):
        """1,000 due 30 days ago at North, 500 due 10 days ago at South; 1,200 came in."""
        self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        self._on_account(1200, 1)
        self.assertEqual(self._amounts(), {"North": "covered_by_credit", "South": 300})
        notices = self._notices()
        [notice] = notices.values()
        [total] = notice.totals
        self.assertEqual((total["claimed"], total["credit"], total["to_pay"]), (500, 200, 300))
        self.assertRecordValues(
            notice.line_ids.sorted("kind_rank"),
            [{"kind": "claim", "amount": 500.0}, {"kind": "credit", "amount": -200.0}],
        )

    def test_credit_note_covers_its_own_address_first(self):
        self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        self._credit_note(150, days=1, partner=self.south)
        self.assertEqual(self._amounts(), {"North": 1000, "South": 350})

    def test_what_is_left_of_a_credit_note_helps_the_others(self):
        """North owes 100 and has a credit note of 250; South owes 500: 350 in all."""
        self._invoice(100, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        credit = self._credit_note(250, days=1, partner=self.north)
        self.assertEqual(self._amounts(), {"North": "covered_by_credit", "South": 350})
        [notice] = self._run().notice_ids
        [line] = notice.line_ids.filtered(lambda line: line.kind == "credit")
        self.assertRecordValues(
            line, [{"amount": -150.0, "amount_open": -150.0, "move_id": credit.id}]
        )

    def test_a_credit_for_two_addresses_is_shared_once(self):
        """100 and 150 of a payment of 250; the credit note of 50 stays at its address."""
        self._invoice(100, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        self._on_account(250, 1)
        self._credit_note(50, days=1, partner=self.north)
        # North: 50 by its credit note, 50 by the payment, of which 200 are left for South
        self._refresh()
        run = self.Run._simulate(self.company)
        by_address = {row.address_id: row for row in run.decision_ids}
        self.assertEqual(by_address[self.north].reason, "covered_by_credit")
        self.assertEqual(by_address[self.north].credit, 100)
        self.assertEqual(by_address[self.south].claim, 300)
        self.assertEqual(by_address[self.south].credit, 200)

    def test_all_covered_nobody_is_written_to(self):
        self._invoice(100, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        self._credit_note(700, days=1, partner=self.north)
        self.assertEqual(
            self._amounts(), {"North": "covered_by_credit", "South": "covered_by_credit"}
        )
        self._refresh()
        run = self.Run._simulate(self.company)
        self.assertEqual(sum(run.decision_ids.mapped("credit")), 700)

    def test_credits_alone_and_reserved(self):
        self._on_account(250, 1)
        self.assertEqual(self._amounts(), {"Alpha": "nothing_overdue"})
        self._invoice(100, 30, partner=self.north)
        credit = self._credit_note(80, days=1, partner=self.south)
        account = self._account()
        self._hold(False, kind="other", scope="item", line_id=self._item(credit).id,
                   collection_id=account.id)  # fmt: skip
        # 250 cover North's 100; the credit note of South is reserved
        self.assertEqual(self._amounts(), {"North": "covered_by_credit"})
        run = self.Run._simulate(self.company)
        self.assertEqual(run.decision_ids.credit, 330)

    def test_two_currencies(self):
        """A euro is 0.50: its credits help no claim in the company's currency."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2.0)])
        self._invoice(1000, 10, partner=self.north)
        self._invoice(600, 10, partner=self.north, currency_id=euro.id)
        self._invoice(400, 20, partner=self.south, currency_id=euro.id)
        self._credit_note(500, days=1, currency_id=euro.id)
        # a credit note of the debtor itself, who has no claims: 400 to South, 100 to North
        notices = self._notices()
        self.assertEqual(set(notices), {self.north})
        totals = {row["currency_id"]: row["to_pay"] for row in notices[self.north].totals}
        self.assertEqual(totals, {self.company.currency_id.id: 1000, euro.id: 500})
        self.assertEqual(notices[self.north].amount, 1250)
        lines = notices[self.north].line_ids.filtered(lambda line: line.kind == "credit")
        self.assertEqual(lines.mapped("amount"), [-100])

    def test_sql_agrees_with_the_definition(self):
        """Random claims and credits of many debtors: what each address is asked for."""
        rng = random.Random(11)
        expected, sites = {}, {}
        for number in range(15):
            debtor = self._debtor(f"Random {number}", email=f"r{number}@debtor.example")
            places = [debtor, *(self._site(f"{number}-{n}", debtor) for n in range(2))]
            claims, credits_ = [], []
            for _item in range(rng.randrange(1, 5)):
                place, days = rng.choice(places), rng.choice((-30, -2, 5, 10, 30))
                move = self._invoice(rng.choice((50, 100, 170)), days, partner=place)
                claims.append((place, move))
            for _item in range(rng.randrange(4)):
                place, amount = rng.choice([None, *places]), rng.choice((20, 90, 130, 400))
                if place:
                    self._credit_note(amount, days=rng.choice((0, 3)), partner=place)
                else:
                    self._on_account(amount, 2, debtor)
                credits_.append(addresses.Credit(place, Decimal(amount)))
            sites[debtor] = places
            expected[debtor] = claims, credits_
        self._refresh()
        found = {
            row["address_id"]: row
            for row in self.Run._facts(self.company, self.today, None, None).values()
        }
        for debtor, (moves, credits_) in expected.items():
            claims = [
                addresses.Claim(
                    place,
                    self._item(move).date_maturity,
                    self._item(move).id,
                    Decimal(str(move.amount_total)),
                )
                for place, move in moves
            ]
            shares = addresses.shares(claims, credits_, self.today)
            total = overdue = asked = Decimal(0)
            for place in sites[debtor]:
                of_place = [claim for claim in claims if claim.address == place]
                if not of_place:
                    self.assertNotIn(place.id, found)
                    continue
                [row] = found[place.id]["rows"]
                total += row.credit
                due = sum(claim.amount for claim in of_place if claim.due < self.today)
                overdue += due
                asked += max(Decimal(0), due - row.credit)
                with self.subTest(debtor=debtor.name, place=place.name):
                    claimable = sum(claim.amount for claim in of_place)
                    self.assertEqual(min(row.credit, claimable), shares[place])
            given = sum(credit.amount for credit in credits_)
            self.assertEqual(total, given, "no credit is lost, none counts twice")
            self.assertEqual(asked, max(Decimal(0), overdue - given), "as of the whole debtor")


@tagged("post_install", "-at_install")
class TestAddressDelivery(AddressCommon, DeliveryCommon):
    """What leaves for each address, against a real mail server."""

    def _to(self):
        """Who was written to, sorted."""
        return sorted(to for mail in self.sink.mails for to in mail["to"])

    def test_each_address_gets_its_own_letter(self):
        north = self._invoice(1000, 10, partner=self.north)
        south = self._invoice(500, 10, partner=self.south)
        notices = self._notices()
        self._deliver()
        self._deliver()
        self.assertEqual(self._to(), ["north@debtor.example", "south@debtor.example"])
        self.assertRecordValues(
            notices[self.north] + notices[self.south],
            [
                {"state": "sent", "contact_id": self.north.id, "amount": 1000.0},
                {"state": "sent", "contact_id": self.south.id, "amount": 500.0},
            ],
        )
        for mail in self.sink.mails:
            own, other = (north, south) if "north" in mail["to"][0] else (south, north)
            text = mail["message"].get_body(("html",)).get_content()
            self.assertIn(own.name, text)
            self.assertNotIn(other.name, text, "nothing of one address is told another")
        self.assertEqual(self._item(north).ar_level_id, self.reminder)
        self.assertEqual(self._item(south).ar_level_id, self.reminder)
        account = self._account()
        self.assertEqual(account.last_notice_date, self.today)
        self.assertEqual(
            self._amounts(), {"North": "level_not_reached", "South": "level_not_reached"}
        )

    def test_address_without_email_falls_back_to_the_debtor(self):
        self.north.email = False
        self._invoice(1000, 10, partner=self.north)
        notice = self._notices()[self.north]
        self._deliver()
        self.assertEqual(self._to(), ["alpha@debtor.example"])
        self.assertRecordValues(notice, [{"state": "sent", "contact_id": self.debtor.id}])
        text = self.sink.mails[0]["message"].get_body(("html",)).get_content()
        self.assertIn("North, North Road 1, Northham", text, "which invoices it is about")

    def test_what_an_address_owes_is_told_no_other(self):
        """The debtor's usual contact is an invoice address; what is its own goes to itself."""
        self.assertIn(self.debtor._ar_contacts()[self.debtor.id], self.north + self.south)
        self._invoice(1000, 10)
        self._run()
        self._deliver()
        self.assertEqual(self._to(), ["alpha@debtor.example"])

    def test_contact_for_collections_of_an_address(self):
        clerk = self._site("Clerk", self.north, type="ar_collections", email="clerk@north.example")
        self._invoice(1000, 10, partner=self.north)
        self._run()
        self._deliver()
        self.assertEqual(self._to(), [clerk.email])

    def test_nobody_has_an_email(self):
        """Then the fallback of the level: the letter goes to the address."""
        (self.debtor + self.north).email = False
        self._invoice(1000, 10, partner=self.north)
        self.assertEqual(self._amounts(), {"North": "no_address"})
        self.reminder.fallback_channel = "letter"
        notice = self._notices()[self.north]
        self._deliver()
        self.assertRecordValues(
            notice,
            [{"state": "to_print", "channel": "letter", "contact_id": self.north.id}],
        )
        self.assertIn("North Road 1", notice.postal_address)

    def test_paid_at_one_address_between_decision_and_claim(self):
        north = self._invoice(1000, 10, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        notices = self._notices()
        self._pay(north)
        self._deliver()
        self.assertEqual(self._to(), ["south@debtor.example"])
        self.assertRecordValues(
            notices[self.north] + notices[self.south],
            [
                {"state": "skipped", "reason": "nothing_overdue", "amount": 1000.0},
                {"state": "sent", "reason": False, "amount": 500.0},
            ],
        )

    def test_credit_that_comes_between_decision_and_claim(self):
        """1,100 on account: North's 1,000 are covered, South is asked for 400."""
        self._invoice(1000, 20, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        notices = self._notices()
        self._on_account(1100, 0)
        self._deliver()
        self.assertRecordValues(
            notices[self.north] + notices[self.south],
            [
                {"state": "skipped", "reason": "covered_by_credit"},
                {"state": "sent", "reason": False},
            ],
        )
        self.assertEqual(notices[self.south].amount, 400)
        self.assertEqual(sorted(notices[self.south].line_ids.mapped("amount")), [-100.0, 500.0])

    def test_policy_switched_while_notices_are_queued(self):
        for before, after in (("debtor", "address"), ("address", "debtor")):
            with self.subTest(after=after):
                self.policy.notice_per = before
                self._invoice(1000, 10, partner=self.north)
                notices = self._run().notice_ids.filtered(lambda row: row.state == "queued")
                self.assertTrue(notices)
                self.policy.notice_per = after
                self._deliver()
                self.assertEqual(set(notices.mapped("state")), {"skipped"})
                self.assertEqual(set(notices.mapped("reason")), {"claim_changed"})
                self.assertFalse(self.sink.mails)
                self.assertFalse(any(self._amounts().get(name) for name in ("pending_notice",)))
                notices.run_id.sudo().unlink()

    def test_two_channels_of_two_addresses(self):
        """Each letter repeats the claim of its own e-mail."""
        self.reminder.send_letter = True
        self._invoice(1000, 20, partner=self.north)
        south = self._invoice(500, 10, partner=self.south)
        self._on_account(1100, 2)
        run = self._run()
        self.assertEqual(len(run.notice_ids), 2)
        self._deliver()
        letter = run.notice_ids.filtered(lambda notice: notice.channel == "letter")
        self.assertRecordValues(
            letter,
            [{"address_id": self.south.id, "state": "to_print", "amount": 400.0}],
        )
        self.assertEqual(letter.lead_id.address_id, self.south)
        self.assertEqual(sorted(letter.line_ids.mapped("amount")), [-100.0, 500.0])
        self.assertFalse(letter._changed())
        self._credit_note(30, partner=self.south)
        self.assertEqual(letter._changed(), letter)
        self.assertTrue(self._item(south).ar_level_id)

    def test_thanked_at_each_address(self):
        self.policy.thank = True
        north = self._invoice(1000, 10, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        notices = self._notices()
        self._deliver()
        self._pay(north)
        self._refresh()
        self.assertEqual(notices[self.north].thanks, "queued")
        self.assertFalse(notices[self.south].thanks)

    def test_other_channel_of_an_address(self):
        self._invoice(1000, 10, partner=self.north)
        notice = self._notices()[self.north]
        self.sink.refuse = "554 no, thank you"
        self._deliver()
        self.assertEqual(notice.state, "failed")
        other = notice._send_otherwise()
        self.assertRecordValues(other, [{"address_id": self.north.id, "channel": "letter"}])
        self._deliver()
        self.assertRecordValues(other, [{"state": "to_print", "contact_id": self.north.id}])

    def test_decide_again_leaves_the_other_address_alone(self):
        (self.debtor + self.north).email = False
        self._invoice(1000, 10, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        run = self._run()
        lost = run.decision_ids.filtered(lambda row: row.reason == "no_address")
        self.assertEqual(lost.address_id, self.north)
        [problem] = self.env["ar.collection.problem"].search([("company_id", "=", self.company.id)])
        self.assertEqual(problem.decision_id, lost)
        self.north.email = "north@debtor.example"
        problem.action_retry()
        self.assertEqual(run.notice_ids.address_id, self.north + self.south)
        self.assertEqual(len(run.notice_ids), 2)
        self.assertEqual(len(run.decision_ids), 2)

    def test_dismissed_for_all_addresses(self):
        (self.debtor + self.north + self.south).email = False
        self._invoice(1000, 10, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        problems = self.env["ar.collection.problem"]
        own = [("company_id", "=", self.company.id)]
        self._run()
        self.assertEqual(len(problems.search(own)), 2)
        problems.search(own, limit=1)._dismiss("Known")
        self.assertFalse(problems.search(own))
        self._run()
        self.assertFalse(problems.search(own), "it stays so")
        self._invoice(100, 10, partner=self.south)
        self._run()
        self.assertEqual(len(problems.search(own)), 2, "more is overdue")

    def test_send_now_adds_the_address_left_out(self):
        self._invoice(1000, 10, partner=self.north)
        self._run()
        self._invoice(500, 10, partner=self.south)
        account = self._account()
        account.action_send_notice()
        account.action_send_notice()
        notices = self.Notice.search([("collection_id", "=", account.id)])
        self.assertEqual(notices.address_id, self.north + self.south)
        self.assertEqual(len(notices), 2)


@tagged("post_install", "-at_install")
class TestAddressShown(AddressCommon):
    """What people and programs see of it."""

    def test_simulate_names_the_address(self):
        north = self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        self._on_account(1200, 1)
        self._refresh()
        rows = {row["address"]: row for row in self.Run.simulate(self.today)}
        self.assertEqual(rows[self.north.id]["reason"], "covered_by_credit")
        south = rows[self.south.id]
        self.assertEqual(south["to_pay"], {self.company.currency_id.name: 300.0})
        self.assertEqual(south["credits"], {self.company.currency_id.name: 200.0})
        self.assertEqual([claim["claimed"] for claim in south["claims"]], [500.0])
        self.policy.notice_per = "debtor"
        [row] = self.Run.simulate(self.today)
        self.assertNotIn("address", row)
        self.assertEqual(row["claims"][0]["line_id"], self._item(north).id)

    def test_items_of_a_decision(self):
        self._invoice(1000, 30, partner=self.north)
        south = self._invoice(500, 10, partner=self.south)
        self._on_account(1200, 1)
        self._refresh()
        run = self.Run._simulate(self.company)
        decision = run.decision_ids.filtered(lambda row: row.address_id == self.south)
        self.assertIn("South", decision.why)
        self.assertEqual((run.debtor_count, run.notice_count), (1, 1), "two addresses, one debtor")
        self.assertEqual(run.summary["debtors"], 1)
        items = run._open_items(self.debtor.ids)[self._account().id, self.south.id]
        self.assertEqual(
            [(row["line_id"], float(row["claimed"])) for row in items if row["open"] > 0],
            [(self._item(south).id, 500.0)],
        )
        self.assertEqual([float(row["claimed"]) for row in items if row["open"] < 0], [-200.0])
        _name, tables = run._xlsx()
        decisions, items, *_rest = tables
        self.assertIn("Invoice address", [column.title for column in decisions.columns])
        self.assertEqual({row[0] for row in items.rows}, {self.south.display_name})

    def test_comparison_of_debtor_and_addresses(self):
        other = self.policy.copy({"name": "Per debtor", "notice_per": "debtor", "active": False})
        self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        plain = self._debtor("Plain", email="plain@debtor.example")
        self._invoice(70, 10, partner=plain)
        self._refresh()
        run = self.Run._compare(self.company, self.today, other, self.policy)
        rows = self.env["ar.collection.comparison"].search([("run_id", "=", run.id)])
        self.assertEqual(
            sorted(
                (row.address_id.name or "", row.change, row.claim_a, row.claim_b) for row in rows
            ),
            [
                ("", "gone", 1500.0, 0.0),
                ("North", "new", 0.0, 1000.0),
                ("Plain", "same", 70.0, 70.0),
                ("South", "new", 0.0, 500.0),
            ],
        )
        self.assertIn("1 of 2 debtors", run._sides()[2])
        again = self.Run._compare(self.company, self.today, self.policy, self.policy)
        rows = self.env["ar.collection.comparison"].search([("run_id", "=", again.id)])
        self.assertEqual(rows.mapped("change"), ["same", "same", "same"])

    def test_preview_for_an_address(self):
        self._invoice(1000, 30, partner=self.north)
        self._invoice(500, 10, partner=self.south)
        shown = self.reminder.action_preview(self._account().id)
        self.assertFalse(shown["error"])
        self.assertFalse(shown["note"])

    def test_in_words(self):
        self.assertIn("Each address", self.policy.sentence)
        self.policy.notice_per = "debtor"
        self.assertNotIn("Each address", self.policy.sentence)
        self.policy.notice_per = "address"
        self.assertEqual(self.policy.copy().notice_per, "address")

    def test_roles(self):
        """A collector sees the notices of own debtors, none of whom is changed by hand."""
        self._invoice(1000, 30, partner=self.north)
        notice = self._run().notice_ids
        collector = new_test_user(
            self.env,
            "ar_address_collector",
            groups="ar_collections.group_ar_collection_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        notice.collection_id.user_id = self.env.user
        self.assertFalse(self.Notice.with_user(collector).search([("id", "=", notice.id)]))
        notice.collection_id.user_id = collector
        own = self.Notice.with_user(collector).search([("id", "=", notice.id)])
        self.assertEqual(own.address_id.name, "North")
        with self.assertRaises(AccessError):
            own.address_id = self.south
        with self.assertRaises(AccessError):
            self.policy.with_user(collector).notice_per = "debtor"
