import socket
from datetime import timedelta
from email import message_from_bytes, policy
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import HttpCase

from .prepared import take_company

#: A report of a mail server, RFC 3464: recipient, action, the server's words, Message-Id.
BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.debtor.example>
To: receivables@office.example
Subject: Undelivered Mail Returned to Sender
Message-Id: <report-1@mx.debtor.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.debtor.example. Your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.debtor.example

Final-Recipient: rfc822; %s
Action: %s
Status: 5.1.1
Diagnostic-Code: smtp; %s

--part
Content-Type: text/rfc822-headers

From: receivables@office.example
Subject: Reminder
Message-Id: %s

--part--
"""


class ArCollectionsCommon(AccountTestInvoicingCommon):
    """A company with debtors whose items are placed by days past due.

    Figures in tests are worked out by hand: invoices carry no tax and round amounts.
    """

    @classmethod
    def __init_subclass__(cls):
        if issubclass(cls, HttpCase):
            # A browser on a loaded machine loses a connection to its server now and then. Core's
            # retry runs such a test once more; `scripts/test` says which ones and why.
            cls._tests_run_count = 2
        return super().__init_subclass__()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.partner_id.tz = "UTC"
        cls.today = cls.company._ar_today()
        cls.Account = cls.env["ar.collection"]
        cls.Run = cls.env["ar.collection.run"]
        cls.Notice = cls.env["ar.collection.notice"]
        cls.Hold = cls.env["ar.collection.hold"]
        cls.policy = cls.env["ar.collection.policy"].search(
            [("company_id", "=", cls.company.id), ("dunned", "=", True)]
        )
        cls.courtesy, cls.reminder, cls.second, cls.final = cls.policy.level_ids.sorted("delay")
        cls.env.user.group_ids |= cls.env.ref("ar_collections.group_ar_collection_manager")
        cls.debtor = cls._debtor("Alpha", email="alpha@debtor.example")

    @classmethod
    def _create_company(cls, **create_values):
        if set(create_values) == {"name"} and not (cls.chart_template or cls.country_code):
            company = take_company(cls.env, create_values["name"])
            if company:
                return company
        return super()._create_company(**create_values)

    @classmethod
    def _debtor(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **vals})

    @classmethod
    def _invoice(cls, amount, days=0, partner=None, post=True, **vals):
        """A posted invoice over ``amount`` without tax, ``days`` past due (negative: not due)."""
        due = cls.today - timedelta(days=days)
        partner = (partner or cls.debtor).with_env(cls.env)
        goods = {"name": "Goods", "tax_ids": [Command.clear()]}
        move_vals = {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": min(due, cls.today),
            "invoice_date_due": due,
        }
        simple = amount > 0 and not vals and not partner.property_payment_term_id
        if simple and cls.env.company == cls.company:
            move = cls._complete_invoice(move_vals, {**goods, "price_unit": amount})
        else:
            goods = {**goods, "quantity": 1, "price_unit": amount}
            move = cls.env["account.move"].create(
                {**move_vals, "invoice_line_ids": [Command.create(goods)], **vals}
            )
        if post:
            move.action_post()
        return move

    @classmethod
    def _complete_invoice(cls, vals, goods):
        """A draft of goods without tax, due at one date, its receivable line among the values:
        core need not find out which lines are missing, which takes a third of the time."""
        partner = cls.env["res.partner"].browse(vals["partner_id"])
        receivable = {
            "display_type": "payment_term",
            "account_id": partner.property_account_receivable_id.id,
            "balance": goods["price_unit"],
            "date_maturity": vals["invoice_date_due"],
            "discount_amount_currency": 0,
            "discount_balance": 0,
            "tax_ids": [Command.clear()],
        }
        income = cls.company_data["default_journal_sale"].default_account_id
        goods = {
            **goods,
            "quantity": 1,
            "display_type": "product",
            "account_id": income.id,
            "balance": -goods["price_unit"],
        }
        lines = [Command.create(goods), Command.create(receivable)]
        moves = cls.env["account.move"].with_context(skip_invoice_sync=True)
        return moves.create({**vals, "line_ids": lines}).with_env(cls.env)

    @classmethod
    def _credit_note(cls, amount, **vals):
        return cls._invoice(amount, move_type="out_refund", **vals)

    @classmethod
    def _item(cls, move):
        """The receivable item or items of a move."""
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @classmethod
    def _pay(cls, moves, amount=None, date=None):
        """Register a payment on invoices, and reconcile it."""
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(
                {
                    "payment_date": date or cls.today,
                    **({"amount": amount} if amount is not None else {}),
                }
            )
            ._create_payments()
        )

    def _refresh(self):
        """Do what the jobs do a minute after a posting: queue, refresh, payments."""
        self.env.flush_all()
        self.env.cr.flush()
        queue = self.env["ar.collection.queue"]
        row_ids, partner_ids, paid_ids = queue._take()
        self.Account._refresh(partner_ids, paid_ids)
        self.Account._tell_payments(paid_ids)
        queue._forget(row_ids)

    def _account(self, partner=None):
        """The collection account of a debtor, its figures up to date."""
        self._refresh()
        return self.Account.search(
            [
                ("partner_id", "=", (partner or self.debtor).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _hold(self, move, amount=0, kind="disputed", days=14, **vals):
        """A hold on the item of an invoice, or on the whole debtor when ``move`` is False."""
        account = self._account(move.partner_id if move else None)
        return self.Hold.create(
            {
                "collection_id": account.id,
                "scope": "item" if move else "debtor",
                "line_id": self._item(move).id if move else False,
                "amount": amount,
                "kind": kind,
                "date_from": self.today,
                "date_to": self.today + timedelta(days=days),
                **vals,
            }
        )

    def _run(self):
        """The dunning run of today."""
        self._refresh()
        return self.Run._run(self.today)

    def _decisions(self, **kwargs):
        """dict debtor -> ``ladder.Decision`` of a simulation of today."""
        self._refresh()
        results = self.Run._decide(self.company, kwargs.pop("today", self.today), **kwargs)
        partners = self.env["res.partner"]
        return {partners.browse(row["account"]["partner_id"]): row["decision"] for row in results}

    def _reach(self, move, level, days_ago):
        """Let the item of an invoice stand at a level since some days."""
        self._item(move).write(
            {"ar_level_id": level.id, "ar_level_date": self.today - timedelta(days=days_ago)}
        )


class SmtpSink:
    """A real SMTP server on loopback. ``mails``: what it accepted; it can refuse or break."""

    def __init__(self):
        self.mails = []
        self.refuse = None
        self.on_mail = None

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        self.mails.append({"to": envelope.rcpt_tos, "message": message})
        if self.on_mail:
            self.on_mail(server)
        return "250 OK"


class SmtpMixin:
    """Tests whose mails really go out, to a server on loopback."""

    def setUp(self):
        super().setUp()
        self.sink = SmtpSink()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(self.sink, hostname="127.0.0.1", port=port)
        controller.start()
        self.addCleanup(controller.stop)
        port = controller.server.sockets[0].getsockname()[1]
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {
                "name": "Sink",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
            }
        )
        # Core sends nothing while a test runs; ours must.
        self.startPatcher(patch.object(IrMail_Server, "_disable_send", return_value=False))

    def _bounce(self, notice, action="failed", code="550 5.1.1 No such user", to=None):
        """The receiver's mail server returns the mail of a notice, through the mail gateway."""
        self.env["mail.thread"].message_process(
            None, BOUNCE % (to or notice.email_to, action, code, notice.message_reference)
        )
