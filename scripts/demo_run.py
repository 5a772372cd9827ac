"""Tonight's dunning run on the demo company; read by ``odoo shell``, which gives ``env``.

Does the run, hands the notices over to the mail server, and prints what happened.
"""

import os
from collections import defaultdict

from odoo import fields


def main(env):
    url = os.environ.get("DEMO_URL")
    if url:
        parameters = env["ir.config_parameter"]
        parameters.set_param("web.base.url", url)
        parameters.set_param("report.url", url.replace("localhost", "127.0.0.1"))
        env.cr.commit()
    company = env.company
    run = run_dunning(env, company)
    deliver(env)
    print_debtors(env, company)
    print_run(env, run)


# === WHAT IS CALLED === #


def run_dunning(env, company):
    env["ar.collection"]._refresh()
    run = env["ar.collection.run"].create({"company_id": company.id})
    run._run(fields.Date.context_today(run))
    env.cr.commit()
    return run


def deliver(env):
    env["ar.collection.notice"]._cron_deliver()
    env.cr.commit()


# === WHAT IS PRINTED === #


def print_debtors(env, company):
    figures = ["total_due:sum", "total_overdue:sum", "held:sum", "net_collectable:sum"]
    domain = [("company_id", "=", company.id), ("total_due", ">", 0)]
    count, *amounts = env["ar.collection"]._read_group(domain, [], ["__count", *figures])[0]
    title(f"{company.name}, {fields.Date.to_string(fields.Date.context_today(company))}")
    currency = company.currency_id.name
    rows = [("Debtors with open items", "", f"{count:,}")]
    labels = ("Total due", "of that overdue", "held", "collectable now")
    rows += [
        (label, currency, money(amount)) for label, amount in zip(labels, amounts, strict=True)
    ]
    print_table(("", "", ""), rows)


def print_run(env, run):
    notices = env["ar.collection.notice"].search([("run_id", "=", run.id)])
    groups = defaultdict(lambda: [0, 0.0])
    for notice in notices:
        group = groups[notice.level_id, notice.channel, notice.state]
        group[0] += 1
        group[1] += notice.amount
    title("Reminded tonight")
    states = dict(notices._fields["state"]._description_selection(env))
    channels = dict(notices._fields["channel"]._description_selection(env))
    rows = [
        (
            level.name or "",
            channels.get(channel, channel),
            states.get(state, state),
            f"{count:,}",
            money(amount),
        )
        for (level, channel, state), (count, amount) in sorted(
            groups.items(), key=lambda item: item[0][0].sequence
        )
    ]
    print_table(("Level", "Channel", "State", "Notices", "Amount"), rows)

    title("Not reminded, and why")
    decisions = env["ar.collection.decision"]
    reasons = dict(decisions._fields["reason"]._description_selection(env))
    domain = [("run_id", "=", run.id), ("decision", "!=", "notice")]
    rows = [
        (reasons.get(reason, reason), f"{count:,}", money(amount))
        for reason, count, amount in decisions._read_group(
            domain, ["reason"], ["__count", "amount:sum"]
        )
    ]
    print_table(("Reason", "Debtors", "Amount"), sorted(rows))


def title(text):
    print(f"\n{text}")


def money(amount):
    return f"{amount:,.2f}"


def print_table(head, rows):
    """Columns as wide as their longest cell; numbers stand to the right."""
    if not rows:
        print("  nobody")
        return
    lines = [head, *rows] if any(head) else rows
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(head))]
    for line in lines:
        cells = [
            str(cell).rjust(width)
            if i and str(rows[0][i])[:1].isdigit()
            else str(cell).ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


main(env)  # noqa: F821 (given by the shell)
