from babel.lists import format_list

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import babel_locale_parse

from ..tools import letter_text
from .ar_collection_notice_letter import NAMED


class ArCollectionNotice(models.Model):
    """The e-mail of a notice, and who writes it."""

    _inherit = "ar.collection.notice"

    def _render_mail(self):
        """Subject and body of the e-mail, see ``_render_template``.

        :raises UserError: the level has no template.
        """
        template = self.level_id.mail_template_id
        if not template:
            raise UserError(
                self.env._(
                    "Level %(level)s of policy %(policy)s has no e-mail text. Please choose one.",
                    level=self.level_id.name,
                    policy=self.level_id.policy_id.name,
                )
            )
        return self._render_template(template)

    def _prepare_mail(self):
        """The content of the notice and what else the e-mail says."""
        content = self._prepare_content()
        notice, company = content["notice"], content["company"]
        return {
            **content,
            "start": "right" if content["dir"] == "rtl" else "left",
            "preview": notice._mail_preview(content["payments"]),
            "logo": not company.uses_default_logo and f"/logo.png?company={company.id}",
            "transfer": notice._transfer_lines(content["payments"]),
            "attached": notice._attached(content["customer_number"]),
            "invoice_links": (notice.invoice_files or {}).get("links"),
            "imprint": notice._imprint(content["sender"]),
        }

    def _mail_preview(self, payments):
        """What a mailbox shows beside the subject."""
        amounts = format_list(
            [payment["amount"] for payment in payments], locale=babel_locale_parse(self.env.lang)
        )
        if self.courtesy:
            return self.env._("%(amounts)s will soon be due.", amounts=amounts)
        return self.env._("%(amounts)s to pay: the due date has passed.", amounts=amounts)

    def _transfer_lines(self, payments):
        """How to pay by bank transfer, a line per currency: lists of ``letter_text.Piece``."""
        lines, last = [], None
        for payment in payments:
            payee = (payment["payee"], payment["bic"])
            if payee != last:
                lines.append(self._payee_line(*payee))
                last = payee
            lines += self._reference_line(payment)
        return lines

    def _reference_line(self, payment):
        values = {"currency": payment["code"], "reference": "%(reference)s"}  # stressed below
        text = self.env._(
            "%(currency)s: please ask us for our bank account, reference %(reference)s", **values
        )
        if payment["account"]:
            text = self.env._(
                "%(currency)s: %(account)s, reference %(reference)s",
                account=payment["account"],
                **values,
            )
        return letter_text.paragraphs(text, reference=payment["reference"])

    def _payee_line(self, payee, bic):
        text = self.env._("By bank transfer to %(payee)s", payee=payee)
        if bic:
            text = self.env._("By bank transfer to %(payee)s, BIC %(bic)s", payee=payee, bic=bic)
        return [(text, "")]

    def _attached(self, customer_number):
        sentences = []
        if self.level_id.attach_letter:
            sentences.append(self.env._("Attached: letter %(number)s (PDF).", number=self.name))
        if numbers := (self.invoice_files or {}).get("attached"):
            sentences.append(
                self.env._("Attached: %(invoices)s (PDF).", invoices=self._name_numbers(numbers))
            )
        if customer_number:
            sentences.append(
                self.env._("Your customer number is %(number)s.", number=customer_number)
            )
        return " ".join(sentences)

    def _name_numbers(self, numbers):
        """A few numbers in a sentence; of many the first ones, and how many more."""
        if len(numbers) > NAMED + 1:
            rest = self.env._("%(count)s more", count=len(numbers) - NAMED)
            numbers = [*numbers[:NAMED], rest]
        return format_list(numbers, locale=babel_locale_parse(self.env.lang))
