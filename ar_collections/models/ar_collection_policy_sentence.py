from babel.lists import format_list

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse


class ArCollectionPolicy(models.Model):
    """The ladder in words."""

    _inherit = "ar.collection.policy"

    sentence = fields.Text(
        string="In words", compute="_compute_sentence", help="What the policy does, in words."
    )

    @api.depends(
        "dunned",
        "notice_per",
        "quiet_days",
        "min_amount",
        "level_ids.name",
        "level_ids.delay",
        "level_ids.formal",
        "level_ids.automatic",
        "level_ids.send_email",
        "level_ids.send_letter",
        "level_ids.call_task",
        "level_ids.call_task_days",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for policy in self:
            policy.sentence = policy._in_words()

    def _in_words(self):
        if not self.dunned:
            return self.env._("Debtors of this policy are sent no notices.")
        levels = self.level_ids.sorted("delay")
        if not levels:
            return self.env._("This policy has no level yet. Add one.")
        sentences = [self.env._("%(levels)s.", levels="; ".join(map(self._level_in_words, levels)))]
        if self.notice_per == "address":
            sentences.append(
                self.env._(
                    "Each address that invoices go to gets a notice of its own, about these "
                    "invoices."
                )
            )
        if self.quiet_days:
            sentences.append(
                self.env._("At least %(days)s days lie between two notices.", days=self.quiet_days)
            )
        if self.min_amount:
            amount = self.currency_id.format(self.min_amount)
            sentences.append(self.env._("Less than %(amount)s is left alone.", amount=amount))
        return " ".join(sentences)

    @api.model
    def _level_in_words(self, level):
        """E.g. Final demand 45 days after the due date by e-mail, formal, once approved."""
        values = {"level": level.name or self.env._("Level"), "days": abs(level.delay)}
        if level.delay < 0:
            text = self.env._("%(level)s %(days)s days before the due date", **values)
        elif level.delay:
            text = self.env._("%(level)s %(days)s days after the due date", **values)
        else:
            text = self.env._("%(level)s the day after the due date", **values)
        names = level._channel_names()
        parts = [
            text
            if not names
            else self.env._("%(level)s by %(channels)s", level=text, channels=self._listed(names))
        ]
        if level.formal:
            parts.append(self.env._("formal"))
        if not level.automatic:
            parts.append(self.env._("once approved"))
        if level.call_task:
            parts.append(self.env._("with a call %(days)s days later", days=level.call_task_days))
        return ", ".join(parts)

    @api.model
    def _listed(self, names):
        return format_list(names, locale=babel_locale_parse(self.env.lang or "en_US"))
