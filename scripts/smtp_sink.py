"""A real SMTP server that keeps every message it is given, and a page that shows them.

    scripts/python scripts/smtp_sink.py --mailbox .local/mailbox

Listens on 127.0.0.1 only. Each message becomes a file ``<number>.eml`` in the mailbox,
with the envelope in its first lines as a mail server writes it (``Return-Path`` and
``Delivered-To``), and one line in the log.
"""

import argparse
import asyncio
import email
import email.policy
import html
import mimetypes
import signal
import threading
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
# A mail is somebody else's HTML: it may show itself, and nothing more.
MAIL_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .75rem; border-bottom: 1px solid #ddd; vertical-align: top }
iframe { width: 100%; height: 30rem; border: 1px solid #ddd }
pre { white-space: pre-wrap; border: 1px solid #ddd; padding: 1rem }
"""


class Mailbox:
    """The messages in a folder, numbered in order of arrival."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """File names, newest first."""
        return sorted((path.name for path in self.folder.glob("*.eml")), reverse=True)

    def add(self, content: bytes) -> str:
        """Store one message; a reader never sees half of it."""
        with self._lock:
            last = self.names()[:1]
            name = f"{int(Path(last[0]).stem) + 1 if last else 1:06}.eml"
            unfinished = self.folder / f"{name}.part"
            unfinished.write_bytes(content)
            unfinished.rename(self.folder / name)
        return name

    def read(self, name: str) -> tuple[EmailMessage, bytes]:
        """:raise KeyError: there is no such message"""
        if name not in self.names():
            raise KeyError(name)
        raw = (self.folder / name).read_bytes()
        return email.message_from_bytes(raw, policy=email.policy.default), raw


class Keeper:
    """What aiosmtpd asks what to do with a message."""

    def __init__(self, mailbox: Mailbox, pause: float = 0):
        self.mailbox = mailbox
        self.pause = pause

    async def handle_DATA(self, _server, _session, envelope):
        head = [f"Return-Path: <{envelope.mail_from}>"]
        head += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        name = self.mailbox.add("\r\n".join([*head, ""]).encode() + envelope.content)
        message, raw = self.mailbox.read(name)
        print(
            f"{datetime.now():%Y-%m-%d %H:%M:%S} {name} to {', '.join(envelope.rcpt_tos)}"
            f" | {one_line(message, 'subject')} | {len(raw)} bytes",
            flush=True,
        )
        await asyncio.sleep(self.pause)
        return "250 OK"


def one_line(message: EmailMessage, header: str) -> str:
    """A header's value without line breaks; empty when it is missing or broken."""
    try:
        return " ".join(str(message.get(header, "")).split())
    except (ValueError, IndexError):
        return ""


class MailboxPage(BaseHTTPRequestHandler):
    """``/``, ``/NAME``, ``/NAME/html``, ``/NAME/raw`` and ``/NAME/ATTACHMENT-NUMBER``."""

    mailbox: Mailbox
    server_version = "Mailbox"

    def do_GET(self):
        parts = [unquote(part) for part in self.path.partition("?")[0].split("/") if part]
        try:
            self._answer(*parts)
        except (KeyError, IndexError, ValueError, TypeError):
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer(self, name=None, view=None):
        if name is None:
            self._send_page("Mailbox", self._list())
            return
        message, raw = self.mailbox.read(name)
        if view is None:
            self._send_page(one_line(message, "subject") or name, self._mail(name, message))
        elif view == "html":
            content = message.get_body(("html",)).get_content()
            self._send(content.encode(), "text/html; charset=utf-8", MAIL_POLICY)
        elif view == "raw":
            self._send(raw, "text/plain; charset=utf-8", MAIL_POLICY)
        else:
            self._send_attachment(list(message.iter_attachments())[int(view)])

    def _list(self) -> str:
        names = self.mailbox.names()
        rows = []
        for name in names:
            message, _raw = self.mailbox.read(name)
            cells = [one_line(message, header) for header in ("date", "to", "subject")]
            cells[2] = f'<a href="/{quote(name)}">{html.escape(cells[2] or "(no subject)")}</a>'
            files = ", ".join(part.get_filename() or "" for part in message.iter_attachments())
            rows.append(
                f"<tr><td>{html.escape(cells[0])}</td><td>{html.escape(cells[1])}</td>"
                f"<td>{cells[2]}</td><td>{html.escape(files)}</td></tr>"
            )
        head = "<tr><th>Date</th><th>To</th><th>Subject</th><th>Attachments</th></tr>"
        return f"<h1>Mailbox: {len(names)} messages</h1><table>{head}{''.join(rows)}</table>"

    @staticmethod
    def _mail(name: str, message: EmailMessage) -> str:
        link = f"/{quote(name)}"
        rows = "".join(
            f"<tr><th>{header}</th><td>{html.escape(one_line(message, header))}</td></tr>"
            for header in ("Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-Id")
            if message.get(header)
        )
        files = "".join(
            f'<li><a href="{link}/{number}">{html.escape(part.get_filename() or "attachment")}</a></li>'
            for number, part in enumerate(message.iter_attachments())
        )
        body = ""
        if message.get_body(("html",)):
            body += f'<iframe sandbox src="{link}/html"></iframe>'
        text = message.get_body(("plain",))
        if text:
            body += f"<h2>As text</h2><pre>{html.escape(text.get_content())}</pre>"
        return (
            f'<p><a href="/">Mailbox</a> | <a href="{link}/raw">Source</a></p>'
            f"<table>{rows}</table><ul>{files}</ul>{body}"
        )

    def _send_attachment(self, part: EmailMessage):
        name = part.get_filename() or "attachment"
        content = part.get_payload(decode=True) or part.as_bytes()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind != "application/pdf":  # anything else could be a page that runs scripts
            kind = "application/octet-stream"
        how = "inline" if kind == "application/pdf" else "attachment"
        self._send(content, kind, None, f"{how}; filename*=UTF-8''{quote(name, safe='')}")

    def _send_page(self, title: str, body: str):
        page = (
            f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f"<style>{STYLE}</style><body>{body}"
        )
        self._send(page.encode(), "text/html; charset=utf-8", PAGE_POLICY)

    def _send(self, content: bytes, kind: str, policy: str | None, disposition: str = "inline"):
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Disposition", disposition)
        self.send_header("X-Content-Type-Options", "nosniff")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        """The log is for mails."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mailbox", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--http-port", type=int, default=8026)
    parser.add_argument(
        "--pause", type=float, default=0, help="seconds between keeping a message and saying so"
    )
    options = parser.parse_args()

    mailbox = Mailbox(options.mailbox)
    controller = Controller(
        Keeper(mailbox, options.pause),
        hostname=HOST,
        port=options.smtp_port,
        data_size_limit=64 * 2**20,
    )
    controller.start()
    page = type("Page", (MailboxPage,), {"mailbox": mailbox})
    server = ThreadingHTTPServer((HOST, options.http_port), page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(
        f"SMTP on {HOST}:{options.smtp_port}, mailbox on http://{HOST}:{options.http_port}",
        flush=True,
    )
    signal.sigwait([signal.SIGTERM, signal.SIGINT])
    controller.stop()
    server.shutdown()


if __name__ == "__main__":
    main()
