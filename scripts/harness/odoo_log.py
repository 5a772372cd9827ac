"""Reads Odoo's log while it is written, and counts tests and complaints.

>>> reader = LogReader(["ar_collections"])
>>> for line in '''\\
... 2026-01-01 10:00:00,000 1 INFO db odoo.addons.ar_collections.tests.test_a: Starting TestA.test_one ...
... 2026-01-01 10:00:00,000 1 INFO db odoo.addons.ar_collections.tests.test_a: Starting TestA.test_two ...
... 2026-01-01 10:00:01,000 1 ERROR db odoo.addons.ar_collections.tests.test_a: FAIL: TestA.test_two
... Traceback (most recent call last):
... AssertionError: 1 != 2
... 2026-01-01 10:00:02,000 1 WARNING db odoo.modules.loading: invalid module names, ignored: x
... 2026-01-01 10:00:03,000 1 ERROR db odoo.tests.result: 1 failed, 0 error(s) of 2 tests'''.splitlines():
...     reader.feed(line)
>>> summary = reader.close()
>>> summary.passed, summary.failed
(1, 2)
>>> print(summary.complaints[0])
FAIL: TestA.test_two
Traceback (most recent call last):
AssertionError: 1 != 2
>>> summary.complaints[1]
'odoo.modules.loading: invalid module names, ignored: x'

A test that failed once and then passed is no failure, but is told:

>>> reader = LogReader(["ar_collections"])
>>> for line in '''\\
... 2026-01-01 10:00:00,000 1 INFO db odoo.addons.ar_collections.tests.test_a: Starting TestA.test_one ...
... 2026-01-01 10:00:01,000 1 _ERROR db odoo.addons.ar_collections.tests.test_a: FAIL: TestA.test_one
... ConnectionLostError: interrupted
... 2026-01-01 10:00:02,000 1 INFO db odoo.tests.common: Retrying a failed test: TestA.test_one
... 2026-01-01 10:00:02,000 1 INFO db odoo.addons.ar_collections.tests.test_a: Starting TestA.test_one ...'''.splitlines():
...     reader.feed(line)
>>> summary = reader.close()
>>> summary.passed, summary.failed
(1, 0)
>>> print(summary.warnings[0])
Run a second time, after FAIL: TestA.test_one
ConnectionLostError: interrupted
"""

import re
from dataclasses import dataclass, field

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>_?[A-Z]+) \S+ (?P<logger>\S+): (?P<message>.*)$"
)
FAILURE = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(?P<test>.*)$", re.MULTILINE)
# The level of an error in a test that core is going to run once more.
LOWERED = "_ERROR"
TOTALS = re.compile(r"(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<run>\d+) tests")
# What Odoo says of failures that were logged one by one already.
REPEATED = re.compile(r"^(?:Module \S+: \d+ failures, \d+ errors of|At least one test failed)")
# Warnings after which the installation is not what was asked for.
FATAL_WARNINGS = (
    "invalid module names",
    "not installable, skipped",
    "demo data failed to install",
    "invalid addons directory",
)


@dataclass
class Record:
    """One log record: a first line, and the lines that go with it."""

    level: str
    logger: str
    message: str

    def __str__(self):
        return f"{self.logger}: {self.message}"


@dataclass
class Summary:
    """What a log said. ``failed`` counts tests that failed and complaints outside of tests."""

    started: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outside_tests: int = 0
    run: int = 0

    @property
    def passed(self) -> int:
        return len(self.started - self.failing) - len(self.skipped)

    @property
    def failed(self) -> int:
        return len(self.failing) + len(self.skipped) + self.outside_tests


def _ignore(_text: str) -> None:
    """Nobody wants to know."""


class LogReader:
    """Fed with lines; ``summary`` is right once the log was closed.

    :param addons: the addons whose warnings and skipped tests matter
    """

    def __init__(self, addons: list[str], on_start=_ignore, on_complaint=_ignore):
        self.summary = Summary()
        self._own = tuple(f"odoo.addons.{name}." for name in addons)
        self._mentions = re.compile(
            "|".join([*map(re.escape, addons), r"\bar\.collection", "ar_collection"])
        )
        self._on_start = on_start
        self._on_complaint = on_complaint
        self._record = None

    def feed(self, line: str) -> None:
        line = line.rstrip()
        match = RECORD.match(line)
        if match:
            self._flush()
            self._record = Record(**match.groupdict())
        elif self._record:
            self._record.message += "\n" + line

    def close(self) -> Summary:
        self._flush()
        return self.summary

    def _flush(self) -> None:
        record, self._record = self._record, None
        if not record:
            return
        if record.level in ("ERROR", "CRITICAL") or self._is_fatal(record):
            self._error(record)
        elif record.level == "WARNING":
            self._warning(record)
        elif record.level == LOWERED and FAILURE.match(record.message):
            self.summary.warnings.append(f"Run a second time, after {record.message}")
        elif record.level == "INFO":
            self._info(record)

    @staticmethod
    def _is_fatal(record: Record) -> bool:
        return record.level == "WARNING" and any(text in record.message for text in FATAL_WARNINGS)

    def _error(self, record: Record) -> None:
        if self._totals(record) or REPEATED.match(record.message):
            return
        first = record.message.partition("\n")[0]
        failure = FAILURE.match(first)
        if failure:
            self.summary.failing.add(self._test_of(failure["test"], record.logger))
            self._complain(record.message)
        else:
            self.summary.outside_tests += 1
            self._complain(str(record))

    def _test_of(self, description: str, logger: str) -> str:
        """The test a failure belongs to; sub-tests add their values in brackets."""
        name = description.partition(" ")[0]
        test = f"{logger}:{name}"
        return test if test in self.summary.started else f"{logger}:{description}"

    def _warning(self, record: Record) -> None:
        if record.logger.startswith(self._own) or self._mentions.search(record.message):
            self.summary.warnings.append(str(record))

    def _info(self, record: Record) -> None:
        if self._totals(record):
            return
        message = record.message
        if message.startswith("Starting ") and message.endswith(" ..."):
            test = message[len("Starting ") : -len(" ...")]
            self.summary.started.add(f"{record.logger}:{test}")
            self._on_start(test)
        elif message.startswith("skipped ") and record.logger.startswith(self._own):
            self.summary.skipped.append(message)
            self._complain(message)

    def _totals(self, record: Record) -> bool:
        totals = record.logger == "odoo.tests.result" and TOTALS.search(record.message)
        if totals:
            self.summary.run = int(totals["run"])
        return bool(totals)

    def _complain(self, text: str) -> None:
        self.summary.complaints.append(text)
        self._on_complaint(text)
