"""A run of a delivery job: what it remembers, its connections to mail servers, its printer."""

import logging
import smtplib
import time

from .letter_engine import LetterEngine

_logger = logging.getLogger(__name__)

#: How long the addresses and settings of a batch may be reused, in seconds.
SECONDS = 15
#: Mails over one connection, and seconds that it may stand idle: mail servers count both.
MAILS, IDLE = 100, 20
#: Minutes until the next try after the mail server was out of reach, growing; then a person.
PAUSES = (5, 15, 30, 60, 120, 240, 480)
#: After so many in a row found the server out of reach, the others are left alone.
OUTAGE = 3


class Sessions:
    """The connections to mail servers that a delivery worker holds open.

    One for each configuration; connecting for each mail takes longer than sending it.
    """

    def __init__(self):
        self._open = {}

    def get(self, key, connect):
        """The open connection of a configuration, a new one when there is none alive."""
        session, sent, used_at = self._open.get(key, (None, 0, 0))
        if not session or sent >= MAILS or not self._is_alive(session, used_at):
            self.drop(key)
            session, sent = connect(), 0
        if session:  # None: nothing is sent in tests
            self._open[key] = (session, sent + 1, time.monotonic())
        return session

    def _is_alive(self, session, used_at):
        """Asked before a mail is given to it: a connection that has died has taken nothing."""
        if time.monotonic() - used_at > IDLE:
            return False
        try:
            return session.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def drop(self, key):
        session, _sent, _used_at = self._open.pop(key, (None, 0, 0))
        if session:
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                _logger.info("A connection to the mail server had been closed already.")

    def close(self):
        for key in list(self._open):
            self.drop(key)


class Worker:
    """What one run of the delivery job remembers from notice to notice.

    ``left``: seconds that the job has left; ``held``: ids of notices whose session lock is
    still to be given back;
    ``addresses``: of the e-mail that is being given away;
    ``passed``: ids of notices that stay queued and are not to be tried again now;
    ``unreachable``: how many in a row were put off because the mail server is out of reach.
    """

    def __init__(self):
        self.left, self.held = 0, []
        self.passed, self.unreachable = [], 0
        self.sessions, self.statements, self.addresses = Sessions(), {}, []
        self.engine = LetterEngine()
        self._before, self._batch, self._until = 0, set(), 0
        self.memory, self.of_notice, self._fresh = {}, {}, False

    def close(self):
        self.sessions.close()
        self.engine.close()

    def begin(self, ids):
        """A batch of notices, whose addresses have just been read."""
        self._batch, self._until = set(ids), time.monotonic() + SECONDS
        self.memory, self._fresh = {}, True

    def is_over(self):
        """Whether the batch is through, or what was read for it is too old."""
        return not self._batch or time.monotonic() > self._until

    def has_begun(self):
        """Whether no notice of the batch was tried yet."""
        begun, self._fresh = self._fresh, False
        return begun

    def note(self, notice_id, handed_over):
        """A notice was tried."""
        self.of_notice.clear()
        if not handed_over:
            self.passed.append(notice_id)
        if notice_id in self._batch:
            self._batch.remove(notice_id)
        else:  # others were quicker
            self._batch.clear()
        if self.unreachable == self._before:
            self.unreachable = 0
        self._before = self.unreachable
