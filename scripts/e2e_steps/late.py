"""One more debtor with an overdue invoice, for the browser; read by ``odoo shell`` (``env``).

Prints one line of JSON: ``name``, ``address``, ``amounts`` that the mail must show, and
``account``, the number of the collection account.
"""

import json
from datetime import timedelta

from odoo import Command

NAME, ADDRESS = "Late & Later", "late@debtor.example"


def main(env):
    debtor = env["res.partner"].create({"name": NAME, "is_company": True, "email": ADDRESS})
    due = env.company._ar_today() - timedelta(days=9)
    line = {"name": "Goods", "price_unit": 4321.09, "tax_ids": [Command.clear()]}
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_line_ids": [Command.create(line)],
        }
    ).action_post()
    env["ar.collection"]._cron_refresh()
    account = env["ar.collection"].search([("partner_id", "=", debtor.id)])
    env.cr.commit()
    late = {"name": NAME, "address": ADDRESS, "amounts": ["4,321.09"], "account": account.id}
    print("E2E " + json.dumps(late))


main(env)  # noqa: F821 (given by the shell)
