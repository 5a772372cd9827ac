"""Claims and hand-overs a second, to a real SMTP server on loopback, and a batch of letters."""

import logging
import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from measure import Job, interleave

#: Notices of one measurement.
NOTICES = 60
#: Letters of one print batch.
LETTERS = 500


class Sink:
    """Takes every message, and counts."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, _server, _session, _envelope) -> str:
        self.count += 1
        return "250 OK"


class Delivery:
    """Jobs on one database; everything is committed, as in the delivery's own job."""

    def __init__(self, env) -> None:
        self.env = env
        self.notices = env["ar.collection.notice"]

    def measure(self) -> list[Job]:
        sink = Sink()
        with _serve(sink) as port:
            self._prepare(port)
            jobs = [
                Job(
                    f"{NOTICES} notices, claimed and handed over, without attachment",
                    self.deliver,
                    before=lambda: self._queue(letter=False),
                    target=NOTICES / 20,
                    limit="20 notices/s",
                ),
                Job(
                    f"{NOTICES} notices, claimed and handed over, with a PDF letter",
                    self.deliver,
                    before=lambda: self._queue(letter=True),
                    target=NOTICES / 5,
                    limit="5 notices/s",
                ),
            ]
            interleave(jobs, 2)
            sent = self.notices.search_count([("state", "=", "sent")])
            if sink.count != sent or sent < 5 * NOTICES:
                raise SystemExit(f"{sink.count} mails arrived, {sent} notices count as sent")
        letters = self.notices.search([], limit=LETTERS)
        report = self.env["report.ar_collections.report_ar_collection_notice"]
        batch = Job(
            f"print batch of {len(letters)} letters",
            lambda: report._print(letters),
            target=30,
            limit="30 s",
        )
        return [*jobs, *interleave([batch], 1)]

    def deliver(self) -> None:
        self.notices._cron_deliver()

    def _prepare(self, port: int) -> None:
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {
                "name": "Sink",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
            }
        )
        self.env.company.email = "accounts@benchmark.example"
        self.env["ar.collection.run"]._run(self.env.company._ar_today())
        self.env.cr.execute(
            "UPDATE ar_collection_notice SET state = 'draft' WHERE state = 'queued'"
        )
        self.env.cr.commit()
        self.env.invalidate_all()

    def _queue(self, letter: bool) -> None:
        self.env["ar.collection.level"].search([]).attach_letter = letter
        self.env.cr.execute(
            """
            UPDATE ar_collection_notice SET state = 'queued'
             WHERE id IN (SELECT id FROM ar_collection_notice
                           WHERE state = 'draft' ORDER BY id LIMIT %s)
            """,
            [NOTICES],
        )
        self.env.cr.commit()
        self.env.invalidate_all()


@contextmanager
def _serve(sink: Sink):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
