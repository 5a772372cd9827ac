import re
from urllib.parse import parse_qs, urlsplit

from odoo import Command
from odoo.addons.payment import utils as payment_utils
from odoo.tests import HttpCase, tagged

from .letter import LetterCommon


@tagged("post_install", "-at_install")
class TestNoticeContent(LetterCommon):
    """What goes with an e-mail: invoices, bank account, payment link."""

    def _text(self, body):
        return re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]+>|&nbsp;", " ", str(body)))

    def _legal_pdf(self, move, size):
        """The PDF of an invoice as it was once sent, of so many bytes."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{move.name.replace('/', '_')}.pdf",
                "raw": b"%PDF-" + b"x" * (size - 5),
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        return attachment

    # === INVOICES === #
    def test_invoices_are_attached_where_the_level_says_so(self):
        first, second = self._invoice(100, 10), self._invoice(200, 10)
        legal = self._legal_pdf(first, 1000)
        self.reminder.attach_invoices = True
        notice = self._claimed()
        files = notice.mail_mail_id.attachment_ids
        self.assertEqual(len(files), 3, "letter and two invoices")
        self.assertIn(legal, files, "the legal PDF itself")
        printed = files - legal - notice.attachment_id
        self.assertIn(second.name.replace("/", "_"), printed.name)
        self.assertEqual(notice.invoice_files["links"], [])
        self.assertIn(f"Attached: {first.name} and {second.name} (PDF).", self._text(notice.body))

    def test_no_invoices_unless_asked_for(self):
        self._legal_pdf(self._invoice(100, 10), 1000)
        notice = self._claimed()
        self.assertEqual(notice.mail_mail_id.attachment_ids, notice.attachment_id)
        self.assertFalse(notice.invoice_files)

    def test_too_large_becomes_a_link(self):
        self.company.ar_attachment_limit = 1
        move = self._invoice(100, 10)
        self._legal_pdf(move, 1024 * 1024)  # with the letter just over the limit
        self.reminder.attach_invoices = True
        notice = self._claimed()
        self.assertEqual(notice.mail_mail_id.attachment_ids, notice.attachment_id)
        [[number, link]] = notice.invoice_files["links"]
        self.assertEqual(number, move.name)
        self.assertIn("The invoices are too large for an e-mail", self._text(notice.body))
        self.assertIn(f'href="{link}"'.replace("&", "&amp;"), str(notice.body))
        self.assertIn(f"access_token={move.access_token}", link)

    def test_second_try_prints_no_second_copy(self):
        self._invoice(100, 10)
        self.reminder.attach_invoices = True
        notice = self._claimed()
        notice._postpone("Busy")
        notice._claim()
        copies = self.env["ir.attachment"].search_count(
            [("res_model", "=", "ar.collection"), ("description", "=", notice.name)]
        )
        self.assertEqual(copies, 1)

    # === WHERE TO PAY === #
    def test_bank_account_fits_the_currency_or_there_is_none(self):
        self._invoice_in("JPY", 30000, 10)
        yen = self._currency("JPY", 150)
        self.company.partner_id.bank_ids.filtered(lambda bank: not bank.currency_id).unlink()
        notice = self._claimed()
        notice.line_ids.move_id.partner_bank_id = False
        lines = notice.line_ids.filtered(lambda line: line.currency_id == yen)
        self.assertFalse(notice._bank_account(lines), "not the account in euro or dollar")
        totals = notice._prepare_totals()
        notice.sudo().totals = totals
        text = " ".join(
            piece[0]
            for line in notice._transfer_lines([notice._prepare_payment(row) for row in totals])
            for piece in line
        )
        self.assertIn("please ask us for our bank account", text)
        neutral = self.env["res.partner.bank"].create(
            {"acc_number": "GB33BUKB20201555555555", "partner_id": self.company.partner_id.id}
        )
        self.assertEqual(notice._bank_account(lines), neutral)


class PaymentLinkCommon(LetterCommon):
    def _provider(self, **vals):
        method = self.env["payment.method"].create(
            {"name": "Card", "code": "ar-card", "active": True, "is_primary": True, "image": False}
        )
        return self.env["payment.provider"].create(
            {
                "name": "Provider",
                "code": "none",
                "company_id": self.company.id,
                "is_published": True,
                "state": "enabled",
                "payment_method_ids": [Command.set(method.ids)],
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestPaymentLink(HttpCase, PaymentLinkCommon):
    """The button that lets a debtor pay online, opened by somebody without a login."""

    def _open(self, link):
        self.authenticate(None, None)
        url = urlsplit(link)
        return self.url_open(f"{url.path}?{url.query}")

    def test_no_link_without_a_provider(self):
        self._invoice(1000, 10)
        notice = self._claimed()
        self.assertFalse(notice._payment_link(notice.totals[0]))
        self._provider(state="test")
        self.assertFalse(notice._payment_link(notice.totals[0]), "a provider being tried")

    def test_link_to_a_payment_of_all_that_is_claimed(self):
        self._provider()
        self._invoice(1000, 10)
        self._invoice(200, 10)
        self._credit_note(50.25, days=2)
        notice = self._claimed()
        [row] = notice.totals
        url = urlsplit(notice._payment_link(row))
        query = {name: value for name, [value] in parse_qs(url.query).items()}
        debtor, currency = self.debtor.id, self.company.currency_id.id
        self.assertEqual(url.path, "/payment/pay")
        self.assertEqual(query["reference"], row["reference"])
        self.assertEqual(
            (query["amount"], query["partner_id"], query["currency_id"], query["company_id"]),
            ("1149.75", str(debtor), str(currency), str(self.company.id)),
        )
        token = payment_utils.generate_access_token(debtor, 1149.75, currency, env=self.env)
        self.assertEqual(query["access_token"], token)
        self.assertIn("/payment/pay?", str(notice.body))
        self.env.cr.flush()
        page = self._open(url.geturl())
        self.assertEqual(page.status_code, 200)
        self.assertIn("1,149.75", page.text)
        self.assertIn(row["reference"], page.text)
        forged = url.geturl().replace("1149.75", "1.0")
        self.assertEqual(self._open(forged).status_code, 404)

    def test_link_to_the_one_invoice(self):
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        self._provider()
        move = self._invoice(1000, 10)
        notice = self._claimed()
        url = urlsplit(notice._payment_link(notice.totals[0]))
        self.assertIn(f"/my/invoices/{move.id}", url.path)
        self.assertEqual(parse_qs(url.query)["amount"], ["1000.0"])
        page = self._open(url.geturl())
        self.assertEqual(page.status_code, 200)
        self.assertIn(move.name, page.text)
