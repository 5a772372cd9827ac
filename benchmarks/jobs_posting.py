"""Posting an invoice with the addon and without it, in two databases that differ in nothing else."""

from datetime import timedelta

from odoo import Command

from measure import Job, interleave

#: Invoices of one measurement, each in a transaction of its own, as people post them.
INVOICES = 20
WITHOUT = "floor: 20 invoices posted without the addon"


class Posting:
    """Jobs on two environments, each with its own connection."""

    def __init__(self, without, with_addon) -> None:
        self.desks = {name: Desk(env) for name, env in (("out", without), ("in", with_addon))}

    def measure(self, rounds: int) -> list[Job]:
        without, with_addon = self.desks["out"], self.desks["in"]
        jobs = [
            Job(WITHOUT, without.post, before=without.draft),
            Job(
                f"{INVOICES} invoices posted with the addon",
                with_addon.post,
                before=with_addon.draft,
                floor=(WITHOUT,),
                target=1.1,
                limit="1.1x without the addon",
            ),
        ]
        return interleave(jobs, 4 * rounds)


class Desk:
    """Somebody who writes invoices in one database."""

    def __init__(self, env) -> None:
        self.env = env(context={**env.context, "tracking_disable": True})
        self.partner = self.env["res.partner"].create({"name": "Posted to", "is_company": True})
        self.income = self.env["account.account"].search([("account_type", "=", "income")], limit=1)
        self.env.cr.commit()

    def draft(self) -> None:
        today = self.env["account.move"]._fields["date"].today()
        self.moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "invoice_date": today,
                    "invoice_date_due": today + timedelta(days=30),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Goods",
                                "price_unit": 100,
                                "account_id": self.income.id,
                                "tax_ids": [],
                            }
                        )
                    ],
                }
                for _invoice in range(INVOICES)
            ]
        )
        self.env.cr.commit()

    def post(self) -> None:
        for move in self.moves:
            self.env.invalidate_all()
            move.action_post()
            self.env.cr.commit()
