from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, html2plaintext

from ..tools import call as rules


class ArCollectionCall(models.Model):
    """What stands beside the form: the script, the last words, what is good to know."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    brief = fields.Json(
        compute="_compute_brief",
        help="`title`, `steps` of the script, `last` {text, who}, `facts` [[label, value]], "
        "`note`.",
    )

    @api.depends("collection_id", "level_id")
    def _compute_brief(self):
        for call in self:
            account = call.collection_id
            call.brief = account._call_brief(call) if account else False


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    def _call_brief(self, call):
        self.ensure_one()
        level = call.level_id or self.level_id
        return {
            "title": self.env._("Script: %(level)s", level=level.name) if level else "",
            "steps": rules.script_steps(level.call_script or "", self._script_values()),
            "last": self._last_words(),
            "facts": self._call_facts(),
            "note": self.note or "",
        }

    def _script_values(self):
        """What the placeholders of a script stand for."""
        return {
            "contact": self.contact_id.name or self.display_name,
            "debtor": self.display_name,
            "amount": self.currency_id.format(self.net_collectable),
            "overdue": self.currency_id.format(self.total_overdue),
            "days": str(self.days_overdue),
            "level": self.level_id.name or "",
            "collector": self.env.user.name,
        }

    def _last_words(self):
        """What was said last: the newer of the last note of a call and the last message."""
        words = []
        call = self.env["ar.collection.call"].search(
            [("collection_id", "=", self.id), ("note", "!=", False)], limit=1
        )
        if call:
            who = [call.contact_id.sudo().name, call.result_id.name]  # a contact of the debtor
            words.append((call.date, call.note, who))
        message = self.env["mail.message"].search(
            [
                ("model", "=", "ar.collection"),
                ("res_id", "=", self.id),
                ("message_type", "=", "email"),
            ],
            order="id desc",
            limit=1,
        )
        if message:
            who = [message.author_id.name or message.email_from, self.env._("e-mail")]
            words.append((message.date, html2plaintext(message.body), who))
        if not words:
            return False
        date, text, who = max(words)
        who = [*filter(None, who), format_datetime(self.env, date, dt_format="EEE d MMM HH:mm")]
        return {"text": rules.shorten(text), "who": ", ".join(who)}

    def _call_facts(self):
        """Hook: [label, value] of what is good to know on a call, as text."""
        facts = []
        if self.unapplied_credit:
            amount = self.currency_id.format(self.unapplied_credit)
            facts.append(
                [self.env._("Credit"), self.env._("%(amount)s not applied yet", amount=amount)]
            )
        if self.last_payment_date:
            facts.append(
                [self.env._("Last payment"), format_date(self.env, self.last_payment_date)]
            )
        if self.judged_promises:
            kept = round(self.kept_rate * self.judged_promises / 100)
            facts.append(
                [
                    self.env._("Promises"),
                    self.env._("%(kept)s of %(all)s kept", kept=kept, all=self.judged_promises),
                ]
            )
        if self.unanswered_attempts:
            facts.append([self.env._("Attempts without answer"), str(self.unanswered_attempts)])
        return facts
