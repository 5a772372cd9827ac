from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from .plan_dunning import COUNTS

#: Reasons of the plan that core itself keeps on the item.
CORE = ("blocked", "no_followup")
REASONS = {
    "query": "hold_reason_query",
    "dispute": "hold_reason_dispute",
    "promise": "hold_reason_promise",
    "plan": "hold_reason_plan",
    "withheld": "hold_reason_withheld",
    "debit": "hold_reason_debit",
    "reserved": "hold_reason_reserved",
    "other": "hold_reason_other",
}
#: State in the plan -> state of the notice and what went wrong.
FAILURES = {
    "failed": ("failed", "550 5.1.1 The mailbox does not exist."),
    "unknown": ("failed", "The delivery was interrupted after the mail server was called."),
    "cancelled": ("cancelled", False),
}


class ArCollectionDemo(models.AbstractModel):
    """Collection accounts, holds, and the notices of the past."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_evidence(self, made):
        accounts = self.env["ar.collection"]
        accounts._refresh()
        found = {
            account.partner_id: account
            for account in accounts.search([("company_id", "=", made.company.id)])
        }
        for key, partner in made.partners.items():
            if made.plan.debtors[key].role == "insurer":
                continue  # owes nothing from trade
            # those who paid everything have accounts too: they were customers all the time
            made.collections[key] = found.get(partner) or accounts.create(
                {"partner_id": partner.id, "company_id": made.company.id}
            )
        self._make_holds(made)
        levels = {
            level.delay: level
            for level in self.env["ar.collection.level"].search(
                [("company_id", "=", made.company.id)]
            )
        }
        self._make_notices(made, levels)
        self._write_levels(made, levels)
        # by name: so the date of the last payment is looked up for each
        accounts._refresh([partner.id for partner in made.partners.values()])

    # === HOLDS === #
    @api.model
    def _make_holds(self, made):
        vals_list = []
        for hold in made.plan.holds:
            item = made.item(hold.item, hold.part) if hold.item else None
            if hold.reason == "blocked":
                item.move_id.action_toggle_block_payment()
            elif hold.reason == "no_followup":
                item.no_followup = True
            else:
                vals_list.append(self._prepare_hold_vals(made, hold, item))
        self.env["ar.collection.hold"].create(vals_list)

    @api.model
    def _prepare_hold_vals(self, made, hold, item):
        vals = {
            "collection_id": made.collections[hold.debtor].id,
            "scope": "item" if item else "debtor",
            "amount": float(hold.amount) if hold.amount else False,
            "date_from": hold.since,
            "date_to": hold.until,
            "date_ended": hold.ended,
            "note": hold.note,
            "user_id": made.users.get(hold.by, self.env.user).id,
        }
        if item:
            vals["line_id"] = item.id
        if hold.reason in REASONS:
            vals["reason_id"] = self.env.ref(f"ar_collections.{REASONS[hold.reason]}").id
        else:
            vals["kind"] = hold.reason
        return vals

    # === NOTICES === #
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
            if row.state == "sent":
                self._note_sent(made, notice)

    @api.model
    def _prepare_notice_vals(self, made, row, level):
        notices = self.env["ar.collection.notice"]
        account = made.collections[row.debtor]
        contact = account.contact_id
        lang = contact.lang or "en_US"
        deadline = format_date(
            self.env, row.date + timedelta(days=level.deadline_days), lang_code=lang
        )
        state, error = FAILURES.get(row.state, ("sent", False))
        texts = level.with_context(lang=lang)
        body = Markup("<p>%s</p><p>%s</p>") % (
            (texts.letter_text or "")
            .replace("%(deadline)s", deadline)
            .replace("%(notices)s", self._earlier_days(made, row, lang)),
            texts.letter_closing or "",
        )
        return {
            "collection_id": account.id,
            "date": row.date,
            "state": state,
            "error": error,
            "delivery_unknown": row.state == "unknown",
            "date_sent": _evening(row.date) if state == "sent" else False,
            **notices._prepare_level_vals(level, row.date),
            "contact_id": contact.id,
            "email_to": contact.email_normalized,
            "lang": lang,
            "user_id": made.company.ar_sender_id.id,
            "subject": texts.letter_title,
            "body": body,
            "tries": int(state != "cancelled"),
        }

    @api.model
    def _earlier_days(self, made, row, lang):
        days = [
            format_date(self.env, other.date, lang_code=lang)
            for other in made.plan.notices
            if other.debtor == row.debtor and other.date < row.date and other.level > 0
        ]
        return ", ".join(days[-2:])

    @api.model
    def _prepare_line_vals(self, made, notice, line, levels):
        item = made.item(line.item, line.part)
        document = receivable_count = None
        if item.move_id.move_type == "out_invoice":
            document = item.move_id
            receivable_count = len(document.line_ids.filtered("date_maturity"))
        level = levels.get(line.level)
        previous = levels.get(line.previous)
        return {
            "notice_id": notice.id,
            "kind": line.kind,
            "kind_rank": ("claim", "also", "credit", "held").index(line.kind) + 1,
            "line_id": item.id,
            "move_id": item.move_id.id,
            "move_name": item.move_id.name,
            "instalment": f"{line.part}/{receivable_count}"
            if document and receivable_count > 1
            else False,
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
    def _note_sent(self, made, notice):
        """The message on the account, dated as the notice."""
        notice.mail_message_id = self.env["mail.message"].create(
            {
                "model": "ar.collection",
                "res_id": notice.collection_id.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_note").id,
                "author_id": notice.user_id.partner_id.id,
                "email_from": notice.user_id.email_formatted,
                "partner_ids": notice.contact_id.ids,
                "date": notice.date_sent,
                "subject": notice.subject,
                "body": notice.body,
            }
        )

    @api.model
    def _write_levels(self, made, levels):
        """Put the items where the last notice left them, and note the dates on the accounts."""
        reached, last = {}, {}
        for row in made.plan.notices:
            if row.state not in COUNTS:
                continue
            if row.state == "sent":
                last[row.debtor] = row.date
            for line in row.lines:
                if line.kind in ("claim", "also") and line.level != line.previous:
                    reached[line.item, line.part] = (line.level, row.date)
        groups = defaultdict(lambda: self.env["account.move.line"])
        for (key, part), stand in reached.items():
            groups[stand] |= made.item(key, part)
        for (delay, day), lines in groups.items():
            lines.write({"ar_level_id": levels[delay].id, "ar_level_date": day})
        for key, day in last.items():
            made.collections[key].write({"last_notice_date": day, "last_contact_date": day})


def _evening(day):
    return fields.Datetime.to_string(datetime.combine(day, datetime.min.time()).replace(hour=20))
