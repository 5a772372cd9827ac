from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestCallDay(CallCommon):
    """The end of the day, reviews of calls, and hardship."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._user("lead-of-calls", "all")

    def _look(self, user=None):
        action = self.env["ar.collection.day"].with_user(user or self.lena).action_look()
        return self.env["ar.collection.day"].with_user(user or self.lena).browse(action["res_id"])

    # === END OF DAY === #
    def test_findings(self):
        self.company.ar_untouched_amount = 1000
        day = self._look()
        self.assertRecordValues(
            day,
            [{"calls": 0, "no_action": 0, "no_promise": 0, "unanswered": 0, "untouched": 1}],
        )
        call = self._log("no_answer")
        call.write({"next_action": False, "next_action_date": False})
        self._log("no_answer", date=fields.Datetime.now() - timedelta(days=2))
        self.account.sudo().write({"reply_received_at": fields.Datetime.now()})
        self.assertEqual(self._look(), day, "one for the day")
        self.assertRecordValues(
            day, [{"calls": 1, "no_action": 1, "unanswered": 1, "untouched": 1, "findings": 3}]
        )
        model, domain = day._finding_domains()["no_action"]
        self.assertEqual(self.env[model].search(domain), call)
        self._log("refuses", note="No")
        day = self._look()
        self.assertRecordValues(day, [{"unanswered": 0, "untouched": 0}])

    def test_untouched_from_the_amount_of_the_settings(self):
        self.company.ar_untouched_amount = 1001
        self.assertEqual(self._look().untouched, 0)

    def test_confirmed_by_the_collector_and_seen_by_the_lead(self):
        day = self._look()
        day.note = "Busy day"
        with self.assertRaises(AccessError):
            day.with_user(self.lead).action_confirm()
        with self.assertRaises(AccessError):
            day.action_seen()
        day.action_confirm()
        self.assertTrue(day.confirmed_at)
        for vals in ({"note": "Later"}, {"calls": 99}, {"seen_by": self.lena.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                day.write(vals)
        day.with_user(self.lead).action_seen()
        self.assertEqual(day.seen_by, self.lead)

    def test_whose_days_one_sees(self):
        mine = self._look()
        theirs = self._look(self.tomas)
        days = self.env["ar.collection.day"]
        self.assertEqual(days.with_user(self.lena).search([]), mine)
        self.assertEqual(days.with_user(self.lead).search([]), mine | theirs)
        with self.assertRaises(AccessError):
            days.with_user(self.lena).create(
                {"user_id": self.lena.id, "date": self.today, "company_id": self.company.id}
            )

    # === REVIEWS === #
    def _draw(self, count=5, **vals):
        sample = (
            self.env["ar.collection.review.sample"]
            .with_user(self.lead)
            .create({"user_id": self.lena.id, "count": count, **vals})
        )
        action = sample.action_draw()
        return self.env["ar.collection.review"].with_user(self.lead).search(action["domain"])

    def test_a_sample_is_drawn_scored_and_seen(self):
        for _number in range(4):
            self._log("no_answer")
        self._log("refuses", note="No")
        reviews = self._draw(2)
        self.assertEqual(len(reviews), 2)
        rest = self._draw(9)
        self.assertEqual(len(rest), 3, "none is drawn twice")
        with self.assertRaisesRegex(UserError, "no call"):
            self._draw(1)
        review = reviews[0]
        with self.assertRaisesRegex(UserError, "Please answer"):
            review.action_done()
        scores = ["2", "1", "0", "na", "2", "1"]  # 6 of 10 points
        for line, score in zip(review.line_ids, scores, strict=True):
            line.score = score
        review.remark = "Friendly"
        lena = review.with_user(self.lena)
        self.assertNotIn(lena, lena.search([]), "not before it is scored")
        review.action_done()
        self.assertEqual(review.score, 60)
        self.assertEqual(lena.search([]).remark, "Friendly")
        lena.action_seen()
        self.assertTrue(review.seen_at)
        with self.assertRaises(AccessError):
            review.remark = "Changed"
        with self.assertRaises(AccessError):
            review.line_ids[0].score = "0"
        with self.assertRaises(AccessError):
            lena.write({"remark": "Great"})

    def test_the_average_is_of_those_scored(self):
        for _number in range(3):
            self._log("refuses", note="No")
        first, second, _third = self._draw(3)
        for review, score in ((first, "2"), (second, "1")):
            review.line_ids.score = score
            review.action_done()
        self.env.flush_all()
        [[user, average, count]] = self.env["ar.collection.review"]._read_group(
            [("user_id", "=", self.lena.id)], ["user_id"], ["score:avg", "__count"]
        )
        self.assertEqual((user, average, count), (self.lena, 75, 3))

    def test_by_result(self):
        self._log("no_answer")
        wanted = self._log("refuses", note="No")
        reviews = self._draw(5, result_ids=[Command.set(self._result("refuses").ids)])
        self.assertEqual(reviews.call_id, wanted)

    def test_nobody_reviews_own_calls(self):
        call = self._log("no_answer", user=self.lead)
        with self.assertRaises(ValidationError):
            self.env["ar.collection.review"].with_user(self.lead).create({"call_id": call.id})
        with self.assertRaises(AccessError):
            self.env["ar.collection.review"].with_user(self.tomas).create({"call_id": call.id})

    # === HARDSHIP === #
    def test_hardship_needs_reason_and_review(self):
        account = self.account.with_user(self.lena)
        with self.assertRaisesRegex(ValidationError, "when to look again"):
            account.hardship = True
        review = self.today + timedelta(days=60)
        account.write(
            {"hardship": True, "hardship_reason": "season", "hardship_review_date": review}
        )
        self.assertRecordValues(
            account,
            [{"next_action": "Look at the hardship again", "next_action_date": review}],
        )
        self.assertIn(["In hardship", "Season or loss of orders"], account._call_facts())

    def test_letters_are_softer(self):
        self.reminder.soft_text = "We know that times are hard."
        notice = self.Notice.sudo().create({"collection_id": self.account.id, "date": self.today})
        hard = notice._prepare_text_vals(self.reminder, "en_US")["letter_text"]
        self.assertNotIn("times are hard", hard)
        self.account.write(
            {"hardship": True, "hardship_reason": "season", "hardship_review_date": self.today}
        )
        soft = notice._prepare_text_vals(self.reminder, "en_US")["letter_text"]
        self.assertEqual(soft, "We know that times are hard.")

    # === A WHOLE DAY === #
    def test_a_collectors_day(self):
        """Lena works three debtors one after the other, answers a reply, and confirms."""
        accounts = self.account
        for name, amount in (("Beta", 700), ("Gamma", 300)):
            partner = self._debtor(name, email=f"{name.lower()}@debtor.example")
            self._invoice(amount, 30, partner=partner)
            accounts |= self._account(partner)
        accounts.user_id = self.lena
        alpha, beta, gamma = accounts.with_user(self.lena)
        ids = accounts.ids
        action = alpha.with_context(ar_next_ids=ids).action_log_call()
        call = self._log("no_answer", account=alpha)
        action = call.with_context(ar_next_ids=ids).action_save_next()
        self.assertEqual(action["context"]["default_collection_id"], beta.id)
        due = self.today + timedelta(days=3)
        call = self._log(
            "promise",
            account=beta,
            line_ids=action["context"]["default_line_ids"],
            promise_ids=[Command.create({"amount": 700, "date": due})],
        )
        action = call.with_context(ar_next_ids=action["context"]["ar_next_ids"]).action_save_next()
        self.assertEqual(action["context"]["default_collection_id"], gamma.id)
        self._log("callback", account=gamma, callback_at=fields.Datetime.now() + timedelta(days=1))
        self.env["ar.collection"]._refresh(accounts.partner_id.ids)
        self.assertEqual(accounts.mapped("promised"), [0, 700, 0])
        self.assertEqual(
            accounts.mapped("next_action"), ["Call again", "Check payment", "Call back"]
        )
        self.assertTrue(gamma.callback_at)
        day = self._look()
        self.assertRecordValues(day, [{"calls": 3, "no_action": 0, "unanswered": 0}])
        day.action_confirm()

    # === COST === #
    def test_saving_a_call_costs_the_same_for_every_debtor(self):
        """Queries of saving a call do not depend on what is open."""

        def save(account):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._log("no_answer", account=account)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        save(self.account)
        large = self._debtor("Large", user_id=False)
        self._invoice(10, 5, partner=large)
        for _number in range(8):
            self._invoice(10, 5, partner=large)
        account = self._account(large)
        account.user_id = self.lena
        few, many = save(self.account), save(account)
        self.assertLessEqual(many, few + 2)
        self.assertLess(few, 90)
