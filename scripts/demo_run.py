"""Tonight's dunning run on the demo company; read by ``odoo shell``, which gives ``env``.

Does the run, hands the notices over to the mail server, and prints what happened.
"""

import os

from odoo import fields


def main(env):
    set_address(env, os.environ.get("DEMO_URL"))
    company = demo_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    run = run_tonight(env)
    print_debtors(env, run)
    print_notices(env, run)
    print_reasons(env, run)


# === WHAT IS DONE === #


def set_address(env, url):
    """Where this demo answers. The letters take their styles from it, always over IPv4."""
    if url:
        parameters = env["ir.config_parameter"]
        parameters.set_param("web.base.url", url)
        parameters.set_param("web.base.url.freeze", "True")
        parameters.set_param("report.url", url.replace("localhost", "127.0.0.1"))
        env.cr.commit()


def demo_company(env):
    """The company with the most debtors; core's own demo data makes another one with a few."""
    [[company, _count]] = env["ar.collection"]._read_group(
        [], ["company_id"], ["__count"], order="__count desc", limit=1
    )
    return company


def run_tonight(env):
    """Decide and send, as the two jobs of the night do."""
    env["ar.collection"]._refresh()
    run = env["ar.collection.run"]._run(env.company._ar_today())
    env.cr.commit()
    env["ar.collection.notice"]._cron_deliver()
    env.cr.commit()
    env.invalidate_all()
    return run


# === WHAT IS PRINTED === #


def print_debtors(env, run):
    figures = ["total_due", "total_overdue", "held", "unapplied_credit", "net_collectable"]
    domain = [("company_id", "=", run.company_id.id), ("total_due", ">", 0)]
    [[count, *amounts]] = env["ar.collection"]._read_group(
        domain, [], ["__count", *(f"{name}:sum" for name in figures)]
    )
    labels = [env["ar.collection"]._fields[name]._description_string(env) for name in figures]
    title(f"{run.company_id.name}: dunning run of {fields.Date.to_string(run.date)}")
    rows = [("Debtors", f"{count:,}")]
    rows += [(label, money(amount)) for label, amount in zip(labels, amounts, strict=True)]
    print_table(("", run.currency_id.name), rows)


def print_notices(env, run):
    notices = env["ar.collection.notice"]
    groups = notices._read_group(
        [("run_id", "=", run.id)],
        ["level_id", "channel", "state"],
        ["__count", "amount:sum"],
    )
    groups.sort(key=lambda group: group[0].delay)
    title("Reminded")
    rows = [
        (
            level.name,
            label(notices, "channel", channel),
            label(notices, "state", state),
            f"{count:,}",
            money(amount),
        )
        for level, channel, state, count, amount in groups
    ]
    head = ("Level", "Channel", "State", "Notices", f"Claimed ({run.currency_id.name})")
    print_table(head, rows)
    errors = notices.search([("run_id", "=", run.id), ("error", "!=", False)])
    for notice in errors:
        print(f"  {notice.name} {notice.partner_id.display_name}: {notice.error}")


def print_reasons(env, run):
    decisions = env["ar.collection.decision"]
    groups = decisions._read_group(
        [("run_id", "=", run.id), ("reason", "!=", False)],
        ["reason"],
        ["__count", "overdue:sum"],
    )
    groups.sort(key=lambda group: -group[1])
    title("Not reminded")
    rows = [
        (label(decisions, "reason", reason), f"{count:,}", money(overdue))
        for reason, count, overdue in groups
    ]
    print_table(("Reason", "Debtors", f"Overdue ({run.currency_id.name})"), rows)


def label(model, field, value):
    """What a person reads for a value of a selection."""
    return dict(model._fields[field]._description_selection(model.env)).get(value, value or "")


def title(text):
    print(f"\n{text}")


def money(amount):
    return f"{amount:,.2f}"


def print_table(head, rows):
    """Columns as wide as their longest cell; those of numbers stand to the right."""
    if not rows:
        print("  nobody")
        return
    for line in (head, *rows):
        cells = []
        for cell, column in zip(line, zip(head, *rows, strict=True), strict=True):
            width = max(map(len, column))
            number = column[-1][:1].isdigit() or column[-1].startswith("-")
            cells.append(cell.rjust(width) if number else cell.ljust(width))
        print("  " + "  ".join(cells).rstrip())


main(env)  # noqa: F821 (given by the shell)
