"""What a mail server reports about a mail it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True, slots=True)
class Report:
    """``failed``: the mail will not arrive; ``why``: the server's words, may be empty."""

    failed: bool
    why: str = ""


def read(message: Message) -> Report:
    """Read a report of a mail server.

    A report that names no action counts as a failure; one that only speaks of a delay, a
    relay or a receipt does not.

    >>> from email import message_from_string, policy
    >>> def report(action, code=""):
    ...     return read(message_from_string(
    ...         "Content-Type: multipart/report; boundary=x\\n\\n--x\\n"
    ...         "Content-Type: message/delivery-status\\n\\n"
    ...         "Reporting-MTA: dns; mx.example\\n\\n"
    ...         f"Final-Recipient: rfc822; a@b.example\\nAction: {action}\\n{code}\\n--x--",
    ...         policy=policy.default))
    >>> report("failed", "Diagnostic-Code: smtp; 550 5.1.1 No such user\\n")
    Report(failed=True, why='550 5.1.1 No such user')
    >>> report("delayed"), read(message_from_string("Undeliverable", policy=policy.default))
    (Report(failed=False, why=''), Report(failed=True, why=''))
    """
    if any(
        part.get_content_type() == "message/disposition-notification" for part in message.walk()
    ):
        return Report(failed=False)
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if action := str(block.get("Action", "")).strip().lower():
                code = str(block.get("Diagnostic-Code") or block.get("Status") or "")
                why = " ".join(code.partition(";")[2].split() or code.split())
                return Report(failed=action == "failed", why=why)
    return Report(failed=True)


#: An answer of a mail server inside an error of Python's mail library.
_ANSWER = re.compile(r"\((\d{3}), b(['\"])(.*?)\2\)", re.DOTALL)


def words(error: str) -> str:
    """What the mail server said, out of a longer text of an error; else its last line.

    >>> words("Mail delivery failed\\nSMTPDataError: (554, b'5.7.1 Refused by policy')")
    '554 5.7.1 Refused by policy'
    >>> words("550 5.1.1 No such user"), words("")
    ('550 5.1.1 No such user', '')
    """
    if answer := _ANSWER.search(error or ""):
        return f"{answer[1]} {answer[3]}"
    lines = [line.strip() for line in (error or "").splitlines() if line.strip()]
    return lines[-1] if lines else ""
