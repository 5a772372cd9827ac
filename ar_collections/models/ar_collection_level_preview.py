import io
from contextlib import contextmanager
from decimal import Decimal

from markupsafe import Markup

from odoo import models
from odoo.addons.base.models.ir_qweb import QWebError
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.pdf import add_banner

from ..tools import ladder

REPORT = "ar_collections.report_ar_collection_notice"


class ArCollectionLevel(models.Model):
    """What a level would say to a debtor tonight: rendered by the code that sends, never kept.

    A notice is made as a run and its delivery make it, read, and rolled back: no evidence,
    no level of an item, no number is used up.
    """

    _inherit = "ar.collection.level"

    # === ACTIONS === #
    def action_preview(self, collection_id=None, lang=None):
        """What a notice of the level would say to a debtor tonight, as plain values.

        :param int collection_id: account of the debtor; None: one whom it may concern.
        :param str lang: code of a language; None: that of the debtor.
        :return: dict ``collection_id, lang, langs, note, error, sender, to, subject, body,
            letter, call_script``; ``body`` and ``letter`` are HTML documents. With ``error``
            the texts are missing.
        """
        self.ensure_one()
        self.check_access("read")
        account = self._example_account(collection_id)
        shown = {
            "collection_id": account.id,
            "lang": lang or account.contact_id.lang or self.env.lang,
            "langs": self.env["res.lang"].get_installed(),
            "error": "",
            "note": "",
        }
        if not account:
            return {**shown, "error": self.env._("No debtor has anything open yet.")}
        try:
            with self._passing_notice(account, lang) as (notice, note):
                return {**shown, "note": note, **self._preview_of(notice)}
        except (UserError, QWebError) as error:  # of a text: shown where it is mended
            return {**shown, "error": self._explain_render_error(error)}

    def action_send_test(self, collection_id=None, lang=None):
        """Mail the notice as it would be tonight to the current user, marked as a test.

        The debtor is not touched: no message, no evidence, no level.

        :raises UserError: the user has no e-mail address, or there is no debtor to show.
        """
        self.ensure_one()
        self.check_access("write")
        user = self.env.user
        if not user.email_normalized:
            raise UserError(
                self.env._(
                    "You have no e-mail address to send a test to. Please fill it in in your "
                    "preferences."
                )
            )
        account = self._example_account(collection_id)
        if not account:
            raise UserError(self.env._("No debtor has anything open yet."))
        with self._passing_notice(account, lang) as (notice, _note):
            vals = self._prepare_test_vals(notice, account)
        # sudo: only its sender and the mail server see the mail of a test
        self.env["mail.mail"].sudo().create({**vals, "email_to": user.email_formatted})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # core's mail queue
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "A test is on its way to %(address)s. %(debtor)s gets nothing.",
                    address=user.email,
                    debtor=account.display_name,
                ),
            },
        }

    def _prepare_test_vals(self, notice, account):
        invoices = notice._attach_invoices()  # the text says what is attached
        subject, body, _own = notice._render_mail()
        mark = self.env._(
            "TEST of level %(level)s for %(debtor)s. It was sent to you alone; the debtor got "
            "nothing.",
            level=self.name,
            debtor=account.display_name,
        )
        banner = Markup(
            '<div style="padding: 12px; background-color: #fdf0d5; color: #7a4d00; '
            'font-family: Arial, sans-serif"><b>%s</b></div>'
        )
        pdf = self.env[f"report.{REPORT}"]._print(notice)[notice.id]
        return {
            "subject": self.env._("TEST: %(subject)s", subject=subject),
            "body_html": banner % mark + body,
            "email_from": notice._sender(),
            "auto_delete": True,
            "attachment_ids": [
                Command.create({"name": name, "raw": raw, "mimetype": "application/pdf"})
                for name, raw in [
                    (self.env._("TEST %(level)s.pdf", level=self.name), self._mark_test(pdf)),
                    *((file.name, file.raw) for file in invoices),
                ]
            ],
        }

    def _mark_test(self, pdf):
        """A band across the corner of each page: this paper is no notice."""
        return add_banner(io.BytesIO(pdf), self.env._("TEST")).getvalue()

    # === THE NOTICE === #
    @contextmanager
    def _passing_notice(self, account, lang=None):
        """A notice of the level to the debtor and a note on it; gone when the block ends."""
        with self.env.cr.savepoint() as savepoint:
            try:
                yield self._make_passing(account, lang)
            finally:
                savepoint.rollback()

    def _make_passing(self, account, lang):
        company, today = self.company_id, self.company_id._ar_today()
        decision, address_id, items, note = self._plan_passing(account, company, today)
        # sudo: notices are made by the machine alone; this one is never kept
        notice = self.env["ar.collection.notice"].sudo().with_company(company)
        notice = notice.create(
            {
                "name": f"TEST{self.env.uid:06d}",
                "collection_id": account.id,
                "address_id": address_id,
                "state": "draft",
                "date": today,
                **notice._prepare_level_vals(self, today),
                **notice._prepare_claim_vals(decision),
            }
        )
        contact = notice._prepare_contact_vals()
        notice.write({**contact, "lang": lang or contact["lang"]})
        notice.write(notice._prepare_text_vals(self, notice._content_lang()))
        notice.flush_recordset()
        notice.line_ids._write_anew(
            notice,
            [
                (
                    notice.id,
                    account.id,
                    address_id,
                    claim.currency_id,
                    self.delay,
                    notice._level_kind(level),
                    notice.lang,
                )
                for level in self._to_ladder()
                for claim in decision.claims
            ],
            items,
        )
        notice.totals = notice._prepare_totals()
        return notice, note

    def _plan_passing(self, account, company, today):
        """What it would claim: ``ladder.Decision``, id of the invoice address or None, SQL of
        the items, and a note.

        Of several addresses of the debtor one that gets the level tonight is chosen. Where the debtor does not reach the level tonight, all its items count as if they
        did, and the note says so.
        """
        partner_ids = account.partner_id.ids
        # sudo: what tonight's run would decide, whoever looks
        run = self.env["ar.collection.run"].sudo()
        policies = self.env["ar.collection.policy"].sudo().with_context(active_test=False)  # dito
        policies = policies.search([("company_id", "=", company.id)])
        rows = run._decide(company, today, partner_ids=partner_ids)
        rows.sort(key=lambda row: row["decision"].level is None)
        rows.sort(key=lambda row: getattr(row["decision"].level, "id", None) != self.id)
        decision = rows and rows[0]["decision"]
        items = run._ladder_items_sql(company, today, partner_ids, policies)
        if decision and decision.level and decision.level.id == self.id:
            return decision, rows[0]["account"]["address_id"], items, ""
        items = self._example_items_sql(items)
        [level] = self._to_ladder() or [None]
        claims = ladder.claims_of(self._currency_rows(items), level) if level else []
        if not claims:
            raise UserError(
                self.env._(
                    "%(debtor)s has nothing open that %(level)s could name. Choose another debtor.",
                    debtor=account.display_name,
                    level=self.name,
                )
            )
        claimed = ladder.Decision(level, None, tuple(claims))
        return claimed, None, items, self._note(account, decision)

    def _note(self, account, decision):
        values = {"debtor": account.display_name, "level": self.name}
        if decision and decision.level:
            return self.env._(
                "Tonight %(debtor)s would get %(other)s. This is what %(level)s would say of the items "
                "open now.",
                other=self.browse(decision.level.id).name,
                **values,
            )
        return self.env._(
            "Tonight %(debtor)s gets no notice. This is what %(level)s would say of the items open "
            "now.",
            **values,
        )

    def _example_items_sql(self, items):
        """SQL: the items of a debtor as if all of them reached the level tonight."""
        return SQL(
            """
            SELECT account_id, partner_id, line_id, currency_id, days, due_date, open,
                   open_currency, held_currency, disputed, promised, planned, held_other,
                   is_waiting, claimable, claimable_company, level_id, level_date,
                   %s AS policy_id, TRUE AS was_noticed, %s AS reached_delay,
                   NULL::int AS address_id
              FROM (%s) item
            """,
            self.policy_id.id,
            self.delay,
            items,
        )

    def _currency_rows(self, items):
        rows = {}
        for item in self.env.execute_query_dict(items):
            rows.setdefault(item["currency_id"], []).append(item)
        return [
            ladder.CurrencyRow(
                currency_id,
                claimable=_total(of_currency, "claimable", overdue=True),
                claimable_company=_total(of_currency, "claimable_company", overdue=True),
                noticed=_total(of_currency, "claimable", overdue=True),
                noticed_company=_total(of_currency, "claimable_company", overdue=True),
                courtesy=_total(of_currency, "claimable", overdue=False),
                courtesy_company=_total(of_currency, "claimable_company", overdue=False),
                credit=_credit(of_currency, "open_currency", ["held_currency"]),
                credit_company=_credit(
                    of_currency, "open", ["disputed", "promised", "planned", "held_other"]
                ),
            )
            for currency_id, of_currency in rows.items()
        ]

    # === WHAT IS SHOWN === #
    def _preview_of(self, notice):
        subject, body, _own = notice._render_mail()
        report = self.env[f"report.{REPORT}"].sudo()  # the notice that is never kept
        letter = report._render_letter(report._prepare_letter(notice))
        return {
            "lang": notice.lang,
            "sender": notice._sender() or "",
            "to": notice.contact_id.email_formatted or notice.contact_id.display_name,
            "subject": subject,
            "body": str(body),
            "letter": str(self.env["ir.qweb"]._render(REPORT, {"letters": [letter], "zoom": 1})),
            "call_script": self.with_context(lang=notice.lang).call_script or "",
        }

    def _explain_render_error(self, error):
        """What is wrong with a text, and where."""
        cause = error
        while cause is not None and not isinstance(cause, QWebError):
            cause = cause.__cause__
        if cause is None:
            return str(error)
        return self.env._(
            "The e-mail text has an error: %(error)s, in %(place)s.",
            error=cause.qweb.error,
            place=cause.qweb.element or cause.qweb.path or "",
        )


def _total(items, name, overdue):
    return sum(
        (Decimal(str(item[name])) for item in items if (item["days"] > 0) == overdue), Decimal(0)
    )


def _credit(items, name, held):
    return sum(
        (
            -Decimal(str(item[name])) - sum(Decimal(str(item[part])) for part in held)
            for item in items
            if item["open"] < 0
        ),
        Decimal(0),
    )
