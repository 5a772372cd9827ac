from unittest.mock import patch

from odoo.tests import tagged

from ..models import mail_rows
from .test_delivery import DeliveryCommon

#: What differs between two mails, or tells when and as which row each was written.
OWN = {"id", "res_id", "message_id", "mail_message_id", "mail_mail_id", "res_partner_id"}
OWN |= {"create_date", "write_date", "date", "read_date", "body", "body_html", "references"}
OWN |= {"subject", "headers"}


@tagged("post_install", "-at_install")
class TestMailRows(DeliveryCommon):
    """Message, mail and notification are the rows that the ORM would have written."""

    def setUp(self):
        super().setUp()
        self.patch(self.registry["ar.collection.notice"], "_gc_mails", lambda _notices: None)
        for debtor in (self.debtor, self._debtor("Beta", email="beta@debtor.example")):
            self._invoice(1000, 10, partner=debtor)
        self.notices = self._run().notice_ids.sorted("id")
        self.assertEqual(len(self.notices), 2)

    def _deliver_in_turn(self, *fits):
        """Deliver one notice after the other, by rows or as the ORM does."""
        self.notices.state = "draft"
        for notice, fit in zip(self.notices, fits, strict=True):
            notice.state = "queued"
            with patch.object(mail_rows, "fits", return_value=fit):
                self._deliver()
        self.env.invalidate_all()
        self.assertEqual(self.notices.mapped("state"), ["sent", "sent"])

    def _columns(self, record):
        names = {field.name for field in mail_rows._columns(record)} - OWN
        return record.read(sorted(names), load=None)[0] | {"id": 0}

    def test_the_same_rows_as_by_the_orm(self):
        self._deliver_in_turn(False, True)
        by_orm, by_rows = self.notices
        for name in ("mail_message_id", "mail_mail_id"):
            self.assertEqual(self._columns(by_rows[name]), self._columns(by_orm[name]))
        told = by_rows.mail_message_id.notification_ids
        self.assertEqual(
            self._columns(told), self._columns(by_orm.mail_message_id.notification_ids)
        )
        self.assertEqual(told.res_partner_id, by_rows.contact_id)
        self.assertTrue(told.read_date)

    def test_what_hangs_on_the_rows(self):
        self._deliver_in_turn(True, True)
        for notice, sent in zip(self.notices, self.sink.mails, strict=True):
            message = notice.mail_message_id
            self.assertEqual(message.partner_ids, notice.contact_id)
            self.assertEqual(notice.mail_mail_id.recipient_ids, notice.contact_id)
            self.assertEqual(message.attachment_ids, notice.attachment_id)
            self.assertEqual(message.ar_kind, "notice")
            self.assertEqual(message.body, notice.body)
            self.assertIn(message, notice.collection_id.message_ids)
            self.assertEqual(sent["to"], [notice.email_to])
            self.assertEqual(sent["message"]["Subject"], notice.subject)

    def test_another_addon_has_its_part_in_it(self):
        """One that overrides ``create`` is asked, whatever it does."""
        messages = self.env["mail.message"]
        worker = self.env["mail.message"].with_context(ar_delivery_worker=_Worker()).env
        self.assertTrue(mail_rows.fits(worker))
        self.assertFalse(mail_rows.fits(self.env), "a person posts one")
        creator = type("Creator", (), {"create": None, "__module__": "odoo.addons.other.models"})
        mro = [creator, *type(messages).mro()]
        with patch.object(mail_rows, "_mro", return_value=mro):
            self.assertFalse(mail_rows._is_plain(messages))


class _Worker:
    def __init__(self):
        self.memory, self.of_notice, self.statements = {}, {}, {}
