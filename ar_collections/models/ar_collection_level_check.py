import re

from lxml import etree, html

from odoo import api, models
from odoo.addons.base.models.ir_qweb import QWebError
from odoo.tools.rendering_tools import parse_inline_template

from .ar_collection_level import LATER

#: What a text of a level may hold; anything else in ``%(...)s`` is a slip of the pen.
PLACEHOLDERS = ("deadline", "notices")


class ArCollectionLevel(models.Model):
    """Refuse a level that cannot be sent, and say what to change."""

    _inherit = "ar.collection.level"

    @api.constrains(
        lambda self: (
            "delay",
            "sequence",
            "min_days",
            "formal",
            "active",
            "policy_id",
            "mail_template_id",
            "letter_title",
            "letter_text",
            "letter_closing",
            *self._channel_fields(),
        )
    )
    def _check_ladder(self):
        if self.env.context.get("ar_collections_check") is not LATER:
            self.policy_id._check_ladder()

    def _text_problems(self):
        """Sentences: why the level cannot be sent as it is, and what to change."""
        self.ensure_one()
        if not self._channels():
            return [
                self.env._(
                    "%(level)s goes through no channel. Choose e-mail or another one, or remove the "
                    "level.",
                    level=self.name,
                )
            ]
        problems = []
        if not self.letter_text:
            problems.append(
                self.env._(
                    "%(level)s has no text. Fill in the text before the items.", level=self.name
                )
            )
        if self._may_mail() and not self.mail_template_id:
            problems.append(
                self.env._(
                    "%(level)s goes by e-mail but has no e-mail text. Choose an e-mail template.",
                    level=self.name,
                )
            )
        return problems + self._placeholder_problems() + self._template_problems()

    def _may_mail(self):
        return self.send_email or self.fallback_channel == "email"

    def _placeholder_problems(self):
        problems = []
        for name in ("letter_title", "letter_text", "letter_closing"):
            found = set(re.findall(r"%\(\s*([^)\n]*?)\s*\)", self[name] or ""))
            problems += [
                self.env._(
                    "In %(field)s of %(level)s, %(wrong)s means nothing. Only "
                    "%%(deadline)s and %%(notices)s can stand there.",
                    field=self._fields[name]._description_string(self.env),
                    level=self.name,
                    wrong=f"%({wrong})s",
                )
                for wrong in sorted(found.difference(PLACEHOLDERS))
            ]
        return problems

    def _template_problems(self):
        """Sentences: syntax errors of the e-mail template. It is not rendered here."""
        if not self._may_mail():
            return []
        template = self.mail_template_id.sudo()  # whoever sets up levels need not edit templates
        errors = self._subject_errors(template.subject) + self._body_errors(template.body_html)
        return [
            self.env._(
                "The e-mail text %(template)s of %(level)s cannot be read: %(error)s. Correct it, or "
                "choose another.",
                template=template.name,
                level=self.name,
                error=error,
            )
            for error in errors
        ]

    @api.model
    def _subject_errors(self, subject):
        try:
            for _text, expression, _default in parse_inline_template(subject or ""):
                compile(expression.strip() or "None", "subject", "eval")
        except SyntaxError as error:
            return [self.env._("subject, %(expression)s", expression=error.text or error)]
        return []

    @api.model
    def _body_errors(self, body):
        try:
            self.env["ir.qweb"]._compile(
                html.fragment_fromstring(str(body or ""), create_parent="div")
            )
        except (QWebError, SyntaxError, ValueError, etree.LxmlError) as error:
            return [str(error).strip().splitlines()[0]]
        return []
