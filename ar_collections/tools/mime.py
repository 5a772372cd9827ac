"""A mail as text and as HTML, written down at once.

The classes of the standard library parse each header and each part of what they are given,
which takes longer than handing the mail over. Here everything is known beforehand.
"""

import binascii
import email.policy
import re
from collections.abc import Iterable
from email.generator import Generator
from email.header import decode_header, make_header
from email.message import EmailMessage
from functools import lru_cache

#: In quoted-printable text ``=`` is followed by a hexadecimal number: this never occurs in it.
BOUNDARY = "=_ar_collections_"
#: Headers that a mail server must not find folded: answers are found by them.
UNFOLDED = {"message-id", "in-reply-to", "references"}
#: What a link or a picture by its path begins with; after ``url(`` is to be looked at.
LOCAL = ('src="/', 'href="/', 'background="/', "url(")
#: Headers whose names are given as they are to be encoded.
ADDRESSES = {"From", "Reply-To", "To"}
#: Characters of a line, and what it ends with.
LINE, LINE_END = 76, "\r\n"

_SIMPLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")


class TwoFoldMessage(EmailMessage):
    r"""A mail of a text and its HTML, to be given to a mail server; headers as strings.

    >>> message = TwoFoldMessage([("Subject", "Grüße"), ("To", "a@b.example")], "Hi", "<p>Hi</p>")
    >>> message["To"]
    'a@b.example'
    >>> print(message.as_bytes().decode().replace("\r", ""))
    Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
    To: a@b.example
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="=_ar_collections_"
    <BLANKLINE>
    --=_ar_collections_
    Content-Type: text/plain; charset="utf-8"
    Content-Transfer-Encoding: quoted-printable
    <BLANKLINE>
    Hi
    --=_ar_collections_
    Content-Type: text/html; charset="utf-8"
    Content-Transfer-Encoding: quoted-printable
    <BLANKLINE>
    <p>Hi</p>
    --=_ar_collections_--
    <BLANKLINE>
    """

    def __init__(self, headers: Iterable[tuple[str, str]], text: str, html: str) -> None:
        super().__init__(policy=email.policy.compat32)  # strings are not parsed
        for name, value in headers:
            self[name] = value
        self["MIME-Version"] = "1.0"
        self["Content-Type"] = f'multipart/alternative; boundary="{BOUNDARY}"'
        parts = _part("plain", text) + _part("html", html)
        self.set_payload(f"{parts}--{BOUNDARY}--\r\n")

    def _write_headers(self, generator: Generator) -> None:
        """As ``email.generator`` asks for it."""
        generator.write("".join(header(*item) for item in self.raw_items()) + "\r\n")


def may_link_locally(html: str) -> bool:
    """Whether a body may name pages or pictures by their path alone.

    >>> may_link_locally('<img src="/logo.png" />')
    True
    >>> may_link_locally('<a href="https://a.example/logo.png">')
    False
    """
    return any(mark in html for mark in LOCAL)


def header(name: str, value: str) -> str:
    r"""The line, or lines, of a header.

    >>> header("Subject", "Reminder")
    'Subject: Reminder\r\n'
    >>> header("References", "<1@a.example> " * 9)  # doctest: +ELLIPSIS
    'References: <1@a.example> <1@a.example> ... <1@a.example>\r\n'
    >>> header("To", "Zoë <zoe@a.example>")
    'To: =?utf-8?q?Zo=C3=AB?= <zoe@a.example>\r\n'
    >>> header("To", "=?utf-8?b?Q28sIFpvw6s=?= <zoe@a.example>")  # Co, Zoë
    'To: =?utf-8?b?Q28sIFpvw6s=?= <zoe@a.example>\r\n'
    >>> header("Subject", "Hello\r\nBcc: thief@a.example")
    Traceback (most recent call last):
    ValueError: A header may not contain a line break: Subject
    """
    if "\n" in value or "\r" in value:
        raise ValueError(f"A header may not contain a line break: {name}")
    value = value.strip()
    fits = name.lower() in UNFOLDED or len(name) + len(value) < LINE
    if fits and "=?" not in value and _SIMPLE.fullmatch(value):
        return f"{name}: {value}\r\n"
    return _fold(name, value)


@lru_cache(maxsize=64)
def _fold(name: str, value: str) -> str:
    if "=?" in value and name in ADDRESSES:  # the policy forgets to quote names that it folds
        parts = make_header(decode_header(value), maxlinelen=LINE, header_name=name)
        return f"{name}: {parts.encode(linesep=LINE_END)}{LINE_END}"
    policy = email.policy.SMTP
    return policy.header_factory(name, value).fold(policy=policy)


def _part(kind: str, content: str) -> str:
    return (
        f"--{BOUNDARY}\r\n"
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{quoted_printable(content)}"
    )


def quoted_printable(text: str) -> str:
    r"""Text in lines of ASCII; it ends with a line break.

    >>> quoted_printable("1 = 1,\n100 €")
    '1 =3D 1,\r\n100 =E2=82=AC\r\n'
    >>> max(map(len, quoted_printable("word " * 100).split("\r\n")))
    76
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = "".join(f"{line}\r\n" for line in lines)
    return binascii.b2a_qp(lines.encode(), istext=True).decode("ascii")
