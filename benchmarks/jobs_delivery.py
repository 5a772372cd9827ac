"""Claims and hand-overs a second, to a real SMTP server on loopback, and a batch of letters."""

import asyncio
import logging
import multiprocessing
import socket
import time
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP

from measure import Job, interleave

#: Notices of one measurement, at most: so many that what a worker does once (reading texts,
#: preparing its statements) is not what is measured, and with a letter each.
NOTICES = 300
WITH_LETTER = 60
#: Measurements of each, with the first that fills the caches.
TURNS = 3
#: Letters of one print batch.
LETTERS = 500


class Sink:
    """Takes every message, and counts, in a process of its own as a mail server is."""

    def __init__(self, count) -> None:
        self.count = count

    async def handle_DATA(self, _server, _session, _envelope) -> str:
        with self.count.get_lock():
            self.count.value += 1
        return "250 OK"


def _be_the_server(port: int, count) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)

    async def listen() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Sink(count)), "127.0.0.1", port
        )
        await server.serve_forever()

    asyncio.run(listen())


class Delivery:
    """Jobs on one database; everything is committed, as in the delivery's own job."""

    def __init__(self, env) -> None:
        self.env = env
        self.notices = env["ar.collection.notice"]

    def measure(self) -> list[Job]:
        with _serve() as (port, count):
            self._prepare(port)
            drafts = self.notices.search_count([("state", "=", "draft")])
            plain = min(NOTICES, drafts // TURNS - WITH_LETTER)
            jobs = [
                Job(
                    f"{plain} notices, claimed and handed over, without attachment",
                    self.deliver,
                    before=lambda: self._queue(plain, letter=False),
                    target=plain / 20,
                    limit="20 notices/s",
                ),
                Job(
                    f"{WITH_LETTER} notices, claimed and handed over, with a PDF letter",
                    self.deliver,
                    before=lambda: self._queue(WITH_LETTER, letter=True),
                    target=WITH_LETTER / 5,
                    limit="5 notices/s",
                ),
            ]
            interleave(jobs, TURNS - 1)
            sent = self.notices.search_count([("state", "=", "sent")])
            if count.value != sent or sent < (TURNS - 1) * (plain + WITH_LETTER):
                raise SystemExit(f"{count.value} mails arrived, {sent} notices count as sent")
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

    def _queue(self, number: int, letter: bool) -> None:
        self.env["ar.collection.level"].search([]).attach_letter = letter
        self.env.cr.execute(
            """
            UPDATE ar_collection_notice SET state = 'queued'
             WHERE id IN (SELECT id FROM ar_collection_notice
                           WHERE state = 'draft' ORDER BY id LIMIT %s)
            """,
            [number],
        )
        self.env.cr.commit()
        self.env.invalidate_all()


@contextmanager
def _serve():
    """A mail server: its port, and how many messages it took."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    count = context.Value("i", 0)
    server = context.Process(target=_be_the_server, args=(port, count), daemon=True)
    server.start()
    try:
        _wait_for(port)
        yield port, count
    finally:
        server.terminate()
        server.join()


def _wait_for(port: int) -> None:
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The mail server of the benchmark did not start.")
