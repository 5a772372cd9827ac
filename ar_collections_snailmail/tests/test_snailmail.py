from io import BytesIO
from unittest.mock import patch

from reportlab.pdfgen.canvas import Canvas

from odoo.addons.ar_collections.tests.test_channel import ChannelCommon
from odoo.addons.iap.tools import iap_tools
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSnailmail(ChannelCommon):
    """Letters through the post service; the service is replaced where core calls it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ar.collection.contact.rule"].search([]).active = False  # at any hour
        cls.debtor.write(cls.place)
        cls.reminder.write({"send_email": False, "send_snailmail": True})
        cls._invoice(1000, 10)
        page = BytesIO()
        canvas = Canvas(page)
        canvas.drawString(100, 100, "Letter")
        canvas.save()
        cls.pdf = page.getvalue()

    def setUp(self):
        super().setUp()
        self.posted, self.error = [], None
        self.startPatcher(patch.object(iap_tools, "iap_jsonrpc", self._service))
        reports = self.env.registry["ir.actions.report"]
        self.startPatcher(
            patch.object(reports, "_render_qweb_pdf", lambda *_args, **_kw: (self.pdf, "pdf"))
        )

    def _service(self, _url, params=None, **_options):
        documents = params["documents"]
        self.posted += documents
        for document in documents:
            document.update(sent=not self.error, error=self.error, send_id="T1")
        return {"request_code": 200, "total_cost": 1, "request": {"documents": documents}}

    def test_posted_once(self):
        notice = self._notices()
        self.assertEqual(notice.channel, "snailmail")
        self._deliver()
        self._deliver()
        self.assertEqual((notice.state, len(self.posted)), ("sent", 1))
        self.assertEqual(self.posted[0]["address"]["zip"], "T12 X0X0")
        self.assertTrue(self.posted[0]["pdf_bin"])
        self.assertTrue(notice.mail_message_id)
        self.assertFalse(self.sink.mails)

    def test_refused_by_the_service(self):
        self.error = "CREDIT_ERROR"
        notice = self._notices()
        self._deliver()
        self.assertEqual((notice.state, notice.failure), ("failed", "refused"))
        self.assertIn("credits", notice.error)
        self.error = None
        self.env["snailmail.letter"]._snailmail_cron(autocommit=False)
        self.assertEqual(len(self.posted), 1, "core's queue must not post it later")

    def test_each_address_by_post(self):
        self.policy.notice_per = "address"
        site = {"parent_id": self.debtor.id, "is_company": False, "type": "invoice"}
        north = self._debtor("North", **site)
        north.write({**self.place, "street": "North Road 1", "zip": "H91 T8NW", "city": "Galway"})
        south = self._debtor("South", **site)
        self._invoice(500, 10, partner=north)
        self._invoice(300, 10, partner=south)
        notices = self._notices()
        self.assertEqual(notices.address_id, self.debtor + north + south)
        self._deliver()
        self.assertEqual(notices.mapped("state"), ["sent"] * 3)
        self.assertEqual(
            sorted(document["address"]["zip"] for document in self.posted),
            ["H91 T8NW", "T12 X0X0", "T12 X0X0"],
            "South has no place of its own: its letter goes to the debtor's",
        )

    def test_needs_a_postal_code(self):
        self.debtor.zip = False
        self.assertEqual(self._decisions()[self.debtor].reason, "no_address")
        self.reminder.fallback_channel = "letter"
        self.assertEqual(self._decisions()[self.debtor].channels, ("letter",))

    def test_named_in_the_sentence_of_the_policy(self):
        self.assertIn("letter by post service", self.reminder._channel_names())
