import base64
import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .plan_agreement import PlanAgreementCommon

#: One dot.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestPlanPage(HttpCase, PlanAgreementCommon):
    """The page of an offer, for whoever has its link and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._debtor("Beta Secrets", email="beta@debtor.example")
        cls.move = cls._invoice(1000, 20)
        cls.move_other = cls._invoice(777.77, 20, partner=cls.other)

    def setUp(self):
        super().setUp()
        self.offer = self._offered(self.move, [(10, 400), (40, 600)], grace_days=5)
        self.env.flush_all()

    def _get(self, plan, page="", **params):
        return self.url_open(plan._page_url(page, **params), allow_redirects=False)

    def _sign(self, plan, **values):
        values = {
            "name": "Giulia Tessari",
            "position": "Head of administration",
            "signature": PNG,
            "fingerprint": plan.document_hash,
            **values,
        }
        result = self.make_jsonrpc_request(plan._page_url("sign"), values)
        self.env.invalidate_all()
        return result

    # === WHO GETS IN === #
    def test_the_link_opens_this_plan_only(self):
        offer_other = self._offered(self.move_other, [(10, 777.77)])
        response = self._get(self.offer)
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.offer.name, response.text)
        self.assertIn(self.move.name, response.text)
        for secret in ("Beta Secrets", "777.77", offer_other.name, self.move_other.name):
            self.assertNotIn(secret, response.text)
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertIn("no-store", response.headers["Cache-Control"])

    def test_wrong_links_say_nothing(self):
        offer_other = self._offered(self.move_other, [(10, 777.77)])
        draft = self._plan(self._invoice(50, 1), [(10, 50)])
        draft._ensure_token()
        self.env.flush_all()
        texts = set()
        for url in (
            f"/my/plan/{self.offer.id}",
            f"/my/plan/{self.offer.id}?access_token=",
            f"/my/plan/{self.offer.id}?access_token={offer_other.access_token}",
            f"/my/plan/{self.offer.id}/agreement?access_token=x",
            f"/my/plan/{self.offer.id}/signed?access_token=x",
            "/my/plan/999999999?access_token=x",
            draft._page_url(),
        ):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 404, url)
            self.assertIn("This link does not open a payment plan", response.text)
            self.assertNotIn(self.offer.name, response.text)
            texts.add(re.sub(r"csrf_token.*", "", response.text).count("Alpha"))
        self.assertEqual(texts, {0})
        result = self.make_jsonrpc_request(
            f"/my/plan/{self.offer.id}/sign?access_token=x", {"name": "Eve", "signature": PNG}
        )
        self.assertIn("does not open", result["error"])
        self.assertEqual(self.offer.state, "offered")

    def test_portal_user_of_the_debtor_needs_no_link_another_gets_nothing(self):
        for login, partner, status in (
            ("alpha-portal", self.debtor, 200),
            ("beta-portal", self.other, 404),
        ):
            self.env["res.users"].with_context(no_reset_password=True).create(
                {
                    "login": login,
                    "password": login + "-x1",
                    "name": login,
                    "partner_id": self.env["res.partner"]
                    .create({"name": login, "parent_id": partner.id, "email": login})
                    .id,
                    "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
                }
            )
            self.authenticate(login, login + "-x1")
            response = self.url_open(f"/my/plan/{self.offer.id}", allow_redirects=False)
            self.assertEqual(response.status_code, status, login)

    def test_a_colleague_looks_but_does_not_sign(self):
        collector = self._user("page-collector", "user")
        collector.password = "page-collector"
        self.authenticate("page-collector", "page-collector")
        response = self.url_open(f"/my/plan/{self.offer.id}")
        self.assertIn("Only the customer can sign here.", response.text)
        self.assertNotIn("ar_collections.plan_sign", response.text)
        self.assertIn("Only the customer", self._sign(self.offer)["error"])
        self.assertEqual(self.offer.state, "offered")

    # === WHAT IT SAYS === #
    def test_states_in_plain_words(self):
        page = self._get(self.offer).text
        self.assertIn("open until", page)
        self.assertIn("ar_collections.plan_sign", page)
        self.offer.sudo().offered_until = self.today - timedelta(days=1)
        self._says(self.offer, "This offer is not open any more.")
        self.offer.sudo().offered_until = self.today
        for state, words in (
            ("active", "The next payment is"),
            ("defaulted", "This plan has ended, because payments did not arrive in time."),
            ("completed", "Everything is paid. Thank you."),
            ("cancelled", "This plan is not in force any more."),
        ):
            self.offer.sudo().write({"state": state, "accepted_on": self.today})
            self._says(self.offer, words)
        self.offer.sudo().write({"accepted_on": False})
        self._says(self.offer, "This offer was withdrawn or declined.")
        self.offer.sudo().lapsed = True
        self._says(self.offer, "has lapsed")

    def _says(self, plan, words):
        self.env.flush_all()
        page = self._get(plan).text
        self.assertIn(words, page)
        self.assertNotIn("ar_collections.plan_sign", page)

    def test_names_are_escaped(self):
        self.debtor.name = "<script>alert(1)</script> & Sons"
        self.env.flush_all()
        page = self._get(self.offer).text
        self.assertNotIn("<script>alert(1)", page)

    def test_the_document_is_the_one_that_was_offered(self):
        response = self._get(self.offer, "agreement")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertEqual(response.content, self.offer.document_id.raw)
        self.assertEqual(self._get(self.offer, "signed").status_code, 404)

    # === SIGN === #
    def test_signed(self):
        result = self._sign(self.offer)
        self.assertIn("answer=signed", result["redirect_url"])
        plan = self.offer
        self.assertRecordValues(
            plan,
            [
                {
                    "state": "active",
                    "accepted_how": "signature",
                    "signed_name": "Giulia Tessari",
                    "signed_position": "Head of administration",
                    "signed_address": "127.0.0.1",
                    "signed_hash": plan.document_hash,
                }
            ],
        )
        self.assertTrue(plan.signed_on)
        self.assertEqual(base64.b64decode(plan.signature), base64.b64decode(PNG))
        page = self.url_open(result["redirect_url"]).text
        self.assertIn("Thank you. The agreement is signed.", page)
        self.assertNotIn("ar_collections.plan_sign", page)

    def test_the_signed_copy_is_the_document_and_a_page_more(self):
        offered = self.offer.document_id.raw
        self._sign(self.offer)
        signed = self._get(self.offer, "signed").content
        self.assertEqual(self._pages(signed), self._pages(offered) + 1)
        text = self._text(signed)
        self.assertTrue(text.startswith(self._text(offered).rstrip("\f\n")))
        last = re.sub(r"\s+", " ", text.split("\f")[-2])
        self.assertIn("Signed by Giulia Tessari", last)
        self.assertIn("Position Head of administration", last)
        self.assertIn("Network address 127.0.0.1", last)
        fingerprint = re.search(r"Fingerprint \(SHA-256\) ([0-9a-f ]+)", last)[1]
        self.assertEqual(fingerprint.replace(" ", ""), self.offer.document_hash)
        message = self.offer.collection_id.message_ids.filtered(
            lambda message: message.attachment_ids.raw == signed
        )
        self.assertEqual(message.notified_partner_ids, self.debtor)

    def test_not_signed_twice_nor_what_has_changed(self):
        self.assertIn("has changed", self._sign(self.offer, fingerprint="0" * 64)["error"])
        self.assertIn("your name", self._sign(self.offer, name="  ")["error"])
        self.assertIn("signature is missing", self._sign(self.offer, signature="")["error"])
        html = base64.b64encode(b"<svg onload=alert(1)>").decode()
        self.assertIn("signature is missing", self._sign(self.offer, signature=html)["error"])
        self.assertEqual(self.offer.state, "offered")
        self._sign(self.offer)
        signed_on = self.offer.signed_on
        self.assertIn("cannot be signed", self._sign(self.offer, name="Eve")["error"])
        self.assertEqual(self.offer.signed_name, "Giulia Tessari")
        self.assertEqual(self.offer.signed_on, signed_on)

    def test_lapsed_offers_are_not_signed(self):
        self.offer.sudo().offered_until = self.today - timedelta(days=1)
        self.env.flush_all()
        self.assertIn("cannot be signed", self._sign(self.offer)["error"])

    # === ANSWERS === #
    def _post(self, plan, answer, message):
        # the token against forged requests comes with the page
        page = self._get(plan).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        response = self.url_open(
            plan._page_url(answer), data={"csrf_token": token, "message": message}
        )
        self.env.invalidate_all()
        return response

    def test_ask_for_a_change(self):
        account = self.offer.collection_id
        account.user_id = self._user("change-collector", "user")
        self.env.flush_all()
        response = self._post(self.offer, "change", "Please by the 15th <b>of</b> the month")
        self.assertIn("Thank you. We have your message.", response.text)
        self.assertEqual(self.offer.state, "offered")
        message = account.message_ids.filtered(lambda message: "by the 15th" in message.body)
        self.assertIn("&lt;b&gt;", message.body)
        self.assertEqual(account.activity_ids.user_id, account.user_id)

    def test_decline(self):
        response = self._post(self.offer, "decline", "We go elsewhere")
        self.assertIn("This offer was withdrawn or declined.", response.text)
        self.assertEqual(self.offer.state, "cancelled")

    @mute_logger("odoo.http")
    def test_answers_need_the_token_of_the_page(self):
        response = self.url_open(self.offer._page_url("decline"), data={"message": "x"})
        self.assertEqual(response.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(self.offer.state, "offered")
