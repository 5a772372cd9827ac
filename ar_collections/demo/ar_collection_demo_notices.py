from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from .ar_collection_demo import at, receivable

#: State in the plan -> state of the notice and what went wrong.
FAILURES = {
    "failed": ("failed", "550 5.1.1 The mailbox does not exist.", "bounce"),
    "unknown": (
        "failed",
        "The delivery was interrupted after the mail server was called.",
        "unknown",
    ),
    "cancelled": ("cancelled", False, False),
}


class ArCollectionDemo(models.AbstractModel):
    """The notices of the past, with what they said and what became of them."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_notices(self, made, levels):
        for row in made.plan.notices:
            notices = self.env["ar.collection.notice"].with_context(ir_sequence_date=str(row.date))
            notice = notices.create(self._prepare_notice_vals(made, row, levels[row.level]))
            self.env["ar.collection.notice.line"].create(
                [self._prepare_line_vals(made, notice, line, levels) for line in row.lines]
            )
            totals = self._totals(made, row)
            notice.write(
                {"totals": totals, "amount": sum(total.pop("company") for total in totals)}
            )
            notice.totals = notice._prepare_totals()
            self._write_texts(notice)
            if row.state == "sent":
                made.messages.append((notice, self._prepare_notice_message_vals(notice)))

    @api.model
    def _prepare_notice_vals(self, made, row, level):
        account = made.collections[row.debtor]
        contact = account.contact_id
        state, error, failure = FAILURES.get(row.state, ("sent", False, False))
        return {
            "collection_id": account.id,
            "date": row.date,
            "state": state,
            "error": error,
            "failure": failure,
            "delivery_unknown": row.state == "unknown",
            "date_sent": at(row.date, 20) if state == "sent" else False,
            **self.env["ar.collection.notice"]._prepare_level_vals(level, row.date),
            "contact_id": contact.id,
            "email_to": contact.email_normalized,
            "lang": contact.lang or "en_US",
            "user_id": made.company.ar_sender_id.id,
            "tries": int(state != "cancelled"),
        }

    @api.model
    def _prepare_line_vals(self, made, notice, line, levels):
        item = made.item(line.item, line.part)
        parts = len(receivable(item.move_id))
        level = levels.get(line.level)
        previous = levels.get(line.previous)
        return {
            "notice_id": notice.id,
            "kind": line.kind,
            "kind_rank": ("claim", "also", "credit", "held").index(line.kind) + 1,
            "line_id": item.id,
            "move_id": item.move_id.id,
            "move_name": item.move_id.name,
            "instalment": f"{line.part}/{parts}" if parts > 1 else False,
            "date_invoice": item.move_id.invoice_date or item.date,
            "date_due": item.date_maturity or item.date,
            "days_overdue": line.days,
            "currency_id": item.currency_id.id,
            "amount_original": item.amount_currency,
            "amount_open": float(line.open),
            "amount": float(line.amount),
            "held_kind": line.held_kind or False,
            "level_id": level.id if level else False,
            "level_name": level.name if level else False,
            "previous_level_id": previous.id if previous else False,
            "previous_level_date": line.previous_date,
        }

    @api.model
    def _totals(self, made, row):
        """Per currency what the notice claimed, with ``company``: the same in EUR."""
        totals = defaultdict(lambda: {"claimed": Decimal(0), "credit": Decimal(0), "company": 0.0})
        for line in row.lines:
            item = made.item(line.item, line.part)
            total = totals[item.currency_id]
            if line.kind in ("claim", "credit"):
                name = "claimed" if line.kind == "claim" else "credit"
                total[name] += abs(line.amount)
                total["company"] += float(line.amount) * item.balance / item.amount_currency
        return [
            {
                "currency_id": currency.id,
                "claimed": float(total["claimed"]),
                "credit": float(total["credit"]),
                "to_pay": float(total["claimed"] - total["credit"]),
                "company": made.company.currency_id.round(total["company"]),
            }
            for currency, total in totals.items()
            if total["claimed"] > total["credit"]
        ]

    @api.model
    def _write_texts(self, notice):
        """The e-mail as the notice would have said it."""
        template = notice.level_id.mail_template_id.with_context(lang=notice.lang)
        for field, name in (("subject", "subject"), ("body", "body_html")):
            notice[field] = template._render_field(
                name, notice.ids, compute_lang=True, options={"post_process": True}
            )[notice.id]

    @api.model
    def _prepare_notice_message_vals(self, notice):
        return {
            "res_id": notice.collection_id.id,
            "author_id": notice.user_id.partner_id.id,
            "email_from": notice.user_id.email_formatted,
            "partner_ids": notice.contact_id.ids,
            "date": notice.date_sent,
            "subject": notice.subject,
            "body": notice.body,
        }
