"""End to end: mails that must arrive arrive once, whatever is killed in between.

A fresh database; dunning runs, and deliveries by one or four workers, in processes that are
killed (``kill -9``) at random moments, against a real SMTP server that takes its time to
answer (the moment between its acceptance and our commit is hit too); at the end nothing
arrived twice, each notice is sent or listed as of unknown delivery (at most one per
kill), each letter, turned from PDF into text, shows the amounts worked out before, and answers
to the mails land on the accounts.
"""

import argparse
import contextlib
import email
import email.policy
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from . import databases
from .paths import LOCAL, SCRIPTS, addons
from .processes import end_cleanly, free_port, local_log, odoo, spawn

STEPS = SCRIPTS / "e2e_steps"
MAILBOX = LOCAL / "e2e-mailbox"


def main() -> int:
    end_cleanly()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"End to end, {options.kills} kills, seed {options.seed}", flush=True)
    for path in MAILBOX.glob("*"):
        path.unlink()
    os.environ.update(
        E2E_KILLS=str(options.kills), E2E_SEED=str(options.seed), E2E_MAILBOX=str(MAILBOX)
    )
    with databases.scratch(False, "e2e") as database, _sink() as port:
        databases.install(database, addons(), "e2e-install.log")
        done = _step(database, port, "kills")
        kills = sum(done["kills"].values())
        problems = _check(done["expected"], _step(database, port, "report"), kills)
        problems += _step(database, port, "reply")
    for phase, count in sorted(done["kills"].items()):
        print(f"{count:4} killed in {phase}")
    print("\n".join(problems))
    print(f"{max(len(done['expected']) - len(problems), 0)} passed, {len(problems)} failed")
    return 1 if problems else 0


@contextlib.contextmanager
def _sink():
    port = free_port()
    command = [
        str(SCRIPTS / "python"), str(SCRIPTS / "smtp_sink.py"), "--mailbox", str(MAILBOX),
        "--smtp-port", str(port), "--http-port", str(free_port()), "--pause", "0.3",
    ]  # fmt: skip
    with local_log("e2e-sink.log").open("w") as out, spawn(command, stdout=out, stderr=out):
        time.sleep(2)
        yield port


def _shell(database: str, port: int, step: str):
    command = odoo(
        "shell", "-d", database, "--no-http", "--smtp-port", str(port), "--smtp", "127.0.0.1",
        "--log-level", "error",
    )  # fmt: skip
    return spawn(
        command,
        stdin=(STEPS / f"{step}.py").open(),
        stdout=subprocess.PIPE,
        stderr=local_log(f"e2e-{step}.log").open("w"),
        text=True,
    )


def _step(database: str, port: int, step: str):
    """Run a step to its end and give the JSON it prints."""
    with _shell(database, port, step) as process:
        output, _none = process.communicate()
    for line in output.splitlines():
        if line.startswith("E2E "):
            return json.loads(line[4:])
    sys.exit(f"The step {step} failed. The log: {local_log(f'e2e-{step}.log')}")


def _check(expected: dict, notices: list[dict], kills: int) -> list[str]:
    """What is wrong, a sentence each."""
    arrived = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(MAILBOX.glob("*.eml"))
    ]
    copies = Counter(message["Message-Id"] for message in arrived)
    problems = [f"{name} arrived {count} times" for name, count in copies.items() if count > 1]
    problems += [
        f"{row['name']} is sent and did not arrive"
        for row in notices
        if row["state"] == "sent" and not copies[row["message_id"]]
    ]
    problems += [
        f"{row['name']} is {row['state']}: {row['error']}"
        for row in notices
        if row["state"] != "sent" and not (row["state"] == "failed" and row["unknown"])
    ]
    unknown = sum(row["unknown"] for row in notices)
    took = sum(row["unknown"] and copies[row["message_id"]] for row in notices)
    missing = expected.keys() - {row["email"] for row in notices}
    problems += [f"{address} got no notice" for address in sorted(missing)]
    doubled = Counter(row["email"] for row in notices)
    problems += [
        f"{address} got {count} notices" for address, count in doubled.items() if count > 1
    ]
    if unknown > kills:
        problems.append(f"{unknown} of unknown delivery after {kills} kills")
    problems += _wrong_letters(expected, arrived)
    print(
        f"{len(notices)} notices, {len(arrived)} mails, {kills} kills, "
        f"{unknown} of unknown delivery, {took} of which had arrived"
    )
    return problems


def _wrong_letters(expected: dict, arrived: list) -> list[str]:
    problems = []
    for message in arrived:
        address = message["Delivered-To"]
        letters = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
        if len(letters) != 1:
            problems.append(f"The mail to {address} has {len(letters)} letters")
            continue
        text = _pdf_text(letters[0].get_content())
        problems += [
            f"The letter to {address} does not show {amount}"
            for amount in expected[address]
            if amount not in text
        ]
    return problems


def _pdf_text(content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(content)
        return subprocess.run(
            ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
        ).stdout


if __name__ == "__main__":
    sys.exit(main())
