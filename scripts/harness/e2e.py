"""End to end: mails that must arrive arrive once, whatever is killed in between.

A fresh database; dunning runs, and deliveries by one or four workers, in processes that are
killed (``kill -9``) at random moments, against a real SMTP server that takes its time to
answer (the moment between its acceptance and our commit is hit too); at the end nothing
arrived twice, each notice is sent or listed as of unknown delivery (at most one per
kill), and each letter, turned from PDF into text, shows the amounts worked out before. Then a
person runs the dunning of one more debtor in a real browser, against a real server whose job
delivers; answers to the mails go through the gateway, and the person reads one of them.
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
import urllib.request
from collections import Counter
from pathlib import Path

from . import databases
from .browser import Browser, MissingError, chromium
from .paths import LOCAL, SCRIPTS, addons
from .processes import end_cleanly, free_port, local_log, odoo, spawn

STEPS = SCRIPTS / "e2e_steps"
MAILBOX = LOCAL / "e2e-mailbox"
#: Until the server answers, and until its job has delivered.
SERVER_SECONDS, DELIVERY_SECONDS = 120, 180


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
        late = _step(database, port, "late")
        with _server(database, port) as url, chromium() as browser:
            try:
                problems += _run_in_browser(browser, url, late)
                problems += _step(database, port, "reply")
                _read_answer(browser, url, late)
            except MissingError as missing:
                problems.append(f"The browser does not show {missing}")
    for phase, count in sorted(done["kills"].items()):
        print(f"{count:4} killed in {phase}")
    print("\n".join(problems))
    passed = max(len(done["expected"]) + 1 - len(problems), 0)
    print(f"{passed} passed, {len(problems)} failed")
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
    arrived = _arrived()
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


# === THE BROWSER === #
@contextlib.contextmanager
def _server(database: str, smtp_port: int):
    """A server with its jobs: its address."""
    port = free_port()
    command = odoo(
        "server", "-d", database, "--http-interface", "127.0.0.1", "--http-port", str(port),
        "--smtp", "127.0.0.1", "--smtp-port", str(smtp_port), "--max-cron-threads", "1",
        "--log-level", "warn",
    )  # fmt: skip
    with local_log("e2e-server.log").open("w") as out, spawn(command, stdout=out, stderr=out):
        url = f"http://127.0.0.1:{port}"
        for _attempt in range(SERVER_SECONDS):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/web/health").close()
                break
            time.sleep(1)
        yield url


def _run_in_browser(browser: Browser, url: str, late: dict) -> list[str]:
    """Log in, look at tonight, run it, and see the notice leave; what is wrong."""
    browser.open(f"{url}/web/login")
    browser.fill("input[name=login]", "admin")
    browser.fill("input[name=password]", "admin")
    browser.click("form.oe_login_form button[type=submit]")
    browser.wait(".o_main_navbar")
    browser.open(f"{url}/odoo/action-ar_collections.ar_collection_run_action_tonight")
    browser.wait(".o_data_row", late["name"])
    browser.click(".o_ar_run_banner button[name=ar_run_now]")
    browser.click(".modal-footer .btn-primary", "Run now")
    browser.wait(".o_ar_run_banner button[name=ar_run_notices]")
    mails = _wait_for_mails(late["address"])
    if len(mails) != 1:
        return [f"{len(mails)} mails to {late['address']} after the run in the browser"]
    browser.open(f"{url}/odoo/action-ar_collections.ar_collection_notice_action")
    browser.click(".o_data_row td[name=collection_id]", late["name"])
    browser.wait(".o_form_view .o_statusbar_status .o_arrow_button_current", "Sent")
    browser.wait(".o_form_view", late["amounts"][0])
    return _wrong_letters({late["address"]: late["amounts"]}, mails)


def _wait_for_mails(address: str) -> list:
    """The mails to an address, a moment after the first came: a second one would show."""
    end = time.monotonic() + DELIVERY_SECONDS
    while not (mails := _mails_to(address)) and time.monotonic() < end:
        time.sleep(1)
    time.sleep(5)
    return _mails_to(address) or mails


def _mails_to(address: str) -> list:
    return [message for message in _arrived() if message["Delivered-To"] == address]


def _read_answer(browser: Browser, url: str, late: dict) -> None:
    """The answer of the debtor stands in the timeline of his page."""
    browser.open(f"{url}/odoo/action-ar_collections.ar_collection_action/{late['account']}")
    browser.wait(".o-mail-Message", "We pay on Friday")


# === LETTERS === #
def _arrived() -> list:
    """The mails that the server took, the oldest first."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(MAILBOX.glob("*.eml"))
    ]


def _pdf_text(content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letter.pdf"
        path.write_bytes(content)
        return subprocess.run(
            ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
        ).stdout


if __name__ == "__main__":
    sys.exit(main())
