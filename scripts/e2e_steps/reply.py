"""Debtors answer the mails they received; read by ``odoo shell``, which gives ``env``.

The answers go through the mail gateway and must land on the accounts of those who wrote.
Prints one line of JSON: what is wrong, a sentence each.
"""

import email
import email.policy
import json
import os
from pathlib import Path

ANSWERS = 5


def main(env):
    problems = []
    paths = sorted(Path(os.environ["E2E_MAILBOX"]).glob("*.eml"))[
        -ANSWERS:
    ]  # that of the browser, too
    for number, path in enumerate(paths):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        answer = email.message.EmailMessage()
        answer["From"] = f"Payables <{mail['Delivered-To']}>"
        answer["To"] = str(mail["Reply-To"] or mail["From"])
        answer["Subject"] = f"Re: {mail['Subject']}"
        answer["Message-Id"] = f"<answer-{number}@debtor.example>"
        answer["In-Reply-To"] = answer["References"] = mail["Message-Id"]
        answer.set_content(f"We pay on Friday ({number}).")
        thread_id = env["mail.thread"].message_process(False, answer.as_bytes())
        account = (
            env["ar.collection.notice"]
            .search([("message_reference", "=", mail["Message-Id"])])
            .collection_id
        )
        texts = " ".join(account.message_ids.mapped("body"))
        if thread_id != account.id or f"We pay on Friday ({number})" not in texts:
            problems.append(f"The answer of {mail['Delivered-To']} did not land on its account")
        elif not (account.next_action or ""):
            problems.append(f"Nobody is asked to read the answer of {mail['Delivered-To']}")
    if len(paths) < ANSWERS:
        problems.append(f"Only {len(paths)} mails to answer")
    env.cr.commit()
    print("E2E " + json.dumps(problems))


main(env)  # noqa: F821 (given by the shell)
