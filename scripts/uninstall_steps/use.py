"""A little of everything the addon keeps; read by ``odoo shell``, which gives ``env``.

Prints the figures of the debtor, who is a new one each time.
"""

import json
from datetime import timedelta

from odoo import Command


def main(env):
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company)
    today = company._ar_today()
    debtor = env["res.partner"].create(
        {"name": "Debtor", "is_company": True, "email": "debtor@debtor.example"}
    )
    env["res.partner"].create({"name": "Ms Bell", "type": "ar_collections", "parent_id": debtor.id})
    line = {"name": "Goods", "price_unit": 1000, "tax_ids": [Command.clear()]}
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date_due": today - timedelta(days=10),
            "invoice_line_ids": [Command.create(line)],
        }
    )
    move.action_post()
    env.cr.commit()
    env["ar.collection"]._cron_refresh_full()
    account = env["ar.collection"].search([("partner_id", "=", debtor.id)])
    figures = {"total_due": account.total_due, "stage": account.stage_id.kind}
    item = move.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
    hold = {"collection_id": account.id, "line_id": item.id, "amount": 300, "date_to": today}
    env["ar.collection.hold"].create(hold)
    run = env["ar.collection.run"]._run(today)
    notice = run.notice_ids.filtered(lambda notice: notice.collection_id == account)
    figures["notices"] = notice.mapped("amount")
    item.write({"ar_level_id": notice.level_id.id, "ar_level_date": today})
    account.message_post(body="Called")
    account.activity_schedule("mail.mail_activity_data_todo", user_id=env.user.id)
    account.message_subscribe(debtor.ids)
    env["ir.attachment"].create(
        {"name": "Letter.pdf", "raw": b"x", "res_model": "ar.collection", "res_id": account.id}
    )
    env["ir.filters"].create({"name": "Mine", "model_id": "ar.collection", "domain": "[]"})
    company.ar_bucket_1 = 20
    env.cr.commit()
    print("STEP " + json.dumps(figures))


main(env)  # noqa: F821 (given by the shell)
