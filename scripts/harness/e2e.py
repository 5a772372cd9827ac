"""End to end: mails that must arrive arrive once, whatever is killed in between.

A fresh database with two dozen debtors; tonight's run; deliveries by a process that is
killed (``kill -9``) at random moments against a real SMTP server that takes its time to
answer (the moment between its acceptance and our commit is hit too); at the end nothing
arrived twice, each notice is sent or listed as of unknown delivery (at most one per
kill), and each letter, turned from PDF into text, shows the amounts worked out before.
"""

import argparse
import contextlib
import email
import email.policy
import json
import os
import random
import signal
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
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"End to end, {options.kills} kills, seed {options.seed}", flush=True)
    for path in MAILBOX.glob("*"):
        path.unlink()
    with databases.scratch(False, "e2e") as database, _sink() as port:
        databases.install(database, addons(), "e2e-install.log")
        expected = _step(database, port, "prepare")
        kills = _deliver(database, port, options.kills, random.Random(options.seed))
        problems = _check(expected, _step(database, port, "report"), kills)
    print("\n".join(problems))
    print(f"{max(len(expected) - len(problems), 0)} passed, {len(problems)} failed")
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


def _deliver(database: str, port: int, kills: int, rng: random.Random) -> int:
    """Deliver, killing the process at random moments; the last time it may end by itself.

    :return: how often it was really killed while delivering.
    """
    done = 0
    for number in range(kills + 1):
        with _shell(database, port, "deliver") as process:
            delivering = any("delivering" in line for line in process.stdout)
            if not delivering:
                sys.exit(f"The delivery did not start: {local_log('e2e-deliver.log')}")
            if number < kills:
                done += _kill_soon(process, rng)
            else:
                process.stdout.read()
    return done


def _kill_soon(process: subprocess.Popen, rng: random.Random) -> bool:
    try:
        process.wait(rng.uniform(0.02, 5))
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


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
    if unknown > kills:
        problems.append(f"{unknown} of unknown delivery after {kills} kills")
    problems += _wrong_letters(expected, arrived)
    print(
        f"{len(notices)} notices, {len(arrived)} mails, {kills} kills, "
        f"{unknown} of unknown delivery"
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
