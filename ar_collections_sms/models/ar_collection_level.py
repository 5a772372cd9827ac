import re

from odoo import api, fields, models

from ..tools import parts

PLACEHOLDERS = {
    "company": "Halden Instruments NV",
    "amount": "12,345.00 €",
    "deadline": "30/11/2026",
    "email": "receivables@example.com",
}


class ArCollectionLevel(models.Model):
    _inherit = "ar.collection.level"

    send_sms = fields.Boolean(string="SMS", help="A short text to the telephone of the contact.")
    fallback_channel = fields.Selection(
        selection_add=[("sms", "SMS")], ondelete={"sms": "set null"}
    )
    sms_text = fields.Text(
        string="Text of the SMS",
        translate=True,
        default=lambda self: self.env._(
            "%(company)s: %(amount)s is overdue. Please pay by %(deadline)s. Thank you.",
            **{name: f"%({name})s" for name in PLACEHOLDERS},
        ),
        help="%(company)s, %(amount)s, %(deadline)s and %(email)s are replaced.",
    )
    sms_opt_out = fields.Char(
        string="How to opt out",
        translate=True,
        default=lambda self: self.env._(
            "No more SMS: write to %(email)s.", **{name: f"%({name})s" for name in PLACEHOLDERS}
        ),
        help="The last line of every SMS. Note a debtor who opts out on the phone blacklist.",
    )
    sms_size = fields.Char(string="Length", compute="_compute_sms_size")

    @api.depends("sms_text", "sms_opt_out")
    def _compute_sms_size(self):
        for level in self:
            level.sms_size = self._size_in_words(level._sms_body(PLACEHOLDERS))

    @api.model
    def _size_in_words(self, text):
        found = parts.size(text)
        return self.env._(
            "%(length)s characters, %(parts)s parts", length=found.length, parts=found.parts
        )

    def _sms_body(self, values):
        """Text and opt-out line, with the values of ``PLACEHOLDERS`` filled in."""
        self.ensure_one()
        lines = "\n".join(filter(None, [self.sms_text, self.sms_opt_out]))
        for name, value in values.items():
            lines = lines.replace(f"%({name})s", value or "")
        # the spaces of formatted amounts would make every part less than half as long
        return lines.replace("\u00a0", " ").replace("\u202f", " ")

    @api.model
    def _channel_words(self):
        return {**super()._channel_words(), "sms": self.env._("SMS")}

    def _text_problems(self):
        problems = super()._text_problems()
        if not (self.send_sms or self.fallback_channel == "sms"):
            return problems
        if not self.sms_text or not self.sms_opt_out:
            problems.append(
                self.env._(
                    "%(level)s goes by SMS but has no text, or does not say how to opt out. Fill in "
                    "both.",
                    level=self.name,
                )
            )
        found = set(re.findall(r"%\(\s*([^)\n]*?)\s*\)", f"{self.sms_text}{self.sms_opt_out}"))
        problems += [
            self.env._(
                "In the SMS of %(level)s, %(wrong)s means nothing.",
                level=self.name,
                wrong=f"%({name})s",
            )
            for name in sorted(found - set(PLACEHOLDERS))
        ]
        return problems

    @api.constrains("sms_text", "sms_opt_out", "fallback_channel")
    def _check_sms(self):
        self._check_ladder()
