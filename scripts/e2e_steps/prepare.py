"""Debtors with overdue items, and tonight's run; read by ``odoo shell``, which gives ``env``.

Prints one line of JSON: per debtor the address and the amounts its mail must show.
"""

import json
from datetime import timedelta

from odoo import Command

DEBTORS = 24


def main(env):
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company)
    company.write({"name": "Example & Sons", "email": "accounts@example-sons.example"})
    bank = {"partner_id": company.partner_id.id, "acc_number": "BE68539007547034"}
    env["res.partner.bank"].create({**bank, "allow_out_payment": True})
    expected = {}
    for number in range(DEBTORS):
        email = f"debtor{number:02}@debtor.example"
        debtor = env["res.partner"].create(
            {"name": f"Debtor {number:02}", "is_company": True, "email": email}
        )
        first, second = 1000 + number, 200.25
        invoice(env, debtor, first, days=10)
        invoice(env, debtor, second, days=2)
        expected[email] = [f"{first:,.2f}", f"{second:,.2f}", f"{first + second:,.2f}"]
    env.cr.commit()
    env["ar.collection"]._cron_refresh()
    run = env["ar.collection.run"]._run(company._ar_today())
    env.cr.commit()
    assert len(run.notice_ids) == DEBTORS, run.summary
    print("E2E " + json.dumps(expected))


def invoice(env, debtor, amount, days):
    due = env.company._ar_today() - timedelta(days=days)
    line = {"name": "Goods", "price_unit": amount, "tax_ids": [Command.clear()]}
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_line_ids": [Command.create(line)],
        }
    ).action_post()


main(env)  # noqa: F821 (given by the shell)
