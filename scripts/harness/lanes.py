"""Shares the test classes of the addons out over lanes that run side by side.

How long a class takes is read from ``seconds.txt`` beside this file, or estimated for one
that is not there yet. After a full run on a quiet machine
``scripts/python -m harness.lanes`` (with ``PYTHONPATH=scripts``) writes the file anew.

>>> share({"a": 5, "b": 4, "c": 3, "d": 2}, [0, 0])
[['a', 'd'], ['b', 'c']]
>>> share({"a": 5, "b": 4, "c": 3, "d": 2}, [0, 6])
[['a', 'b', 'd'], ['c']]
>>> sorted(seconds(\"\"\"\\
... 2026-01-01 10:00:00,000 1 INFO db odoo.registry: Registry loaded in 4.000s
... 2026-01-01 10:00:02,000 1 INFO db odoo.addons.ar_x.tests.test_a: Starting TestA.test_one ...
... 2026-01-01 10:00:05,500 1 INFO db odoo.addons.ar_x.tests.test_a: Starting TestA.test_two ...
... 2026-01-01 10:00:06,000 1 INFO db odoo.addons.ar_x.tests.test_b: Starting TestB.test ...
... 2026-01-01 10:00:07,000 1 INFO db odoo.service.server: 3 post-tests in 7s\"\"\".splitlines()).items())
[('/ar_x:TestA', 6.0), ('/ar_x:TestB', 1.0)]
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from .paths import LOG, ROOT, addons

CLASS = re.compile(r"^class (Test\w*)\(([^)]*)\)", re.MULTILINE)
STARTED = re.compile(
    r"^(?P<time>\S+ [\d:,]+) \d+ INFO \S+ "
    r"(?:odoo\.addons\.(?P<addon>\w+)\.tests\.\S+: Starting (?P<name>Test\w*)\.\w+ \.\.\.$"
    r"|odoo\.registry: Registry loaded|odoo\.service\.server: \d+ post-tests in)"
)
MEASURED = Path(__file__).with_name("seconds.txt")
#: Estimates in seconds: of a class itself, of each test, of each tour in a browser.
SET_UP, TEST, TOUR = 3, 1, 12


def share(weights: Mapping[str, float], sums: Sequence[float]) -> list[list[str]]:
    """Names in as many lanes as there are ``sums``, what each does besides; so that all end
    together: the heaviest first, to the lightest lane."""
    sums = list(sums)
    lanes: list[list[str]] = [[] for _sum in sums]
    for name, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        lane = sums.index(min(sums))
        lanes[lane].append(name)
        sums[lane] += weight
    return lanes


def lanes(besides: Sequence[float], skip: str) -> list[str]:
    """``--test-tags`` of each lane: every test class of ours once.

    :param besides: seconds that each lane works on something else
    :param skip: classes of files that carry this tag run elsewhere
    """
    measured = dict(_measured())
    weights = {name: measured.get(name, estimate) for name, estimate in _classes(skip)}
    return [",".join(sorted(lane)) for lane in share(weights, besides)]


def _classes(skip: str) -> Iterator[tuple[str, float]]:
    """Every test class without that tag, and the seconds that it may take."""
    for addon in addons():
        for path in sorted((ROOT / addon / "tests").glob("test_*.py")):
            text = path.read_text()
            starts = list(CLASS.finditer(text))
            for number, found in enumerate(starts):
                end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
                if f'"{skip}"' in text[max(0, found.start() - 120) : found.start()]:
                    continue
                tests = text.count("    def test_", found.start(), end)
                tours = text.count("start_tour(", found.start(), end)
                yield f"/{addon}:{found[1]}", SET_UP + TEST * max(1, tests) + TOUR * tours


def _measured() -> Iterator[tuple[str, float]]:
    for line in MEASURED.read_text().splitlines():
        if not line.startswith("#"):
            name, number = line.split()
            yield name, float(number)


def seconds(log: Iterable[str]) -> dict[str, float]:
    """How long each class took: from its first test to the first of the next class."""
    sums: dict[str, float] = defaultdict(float)
    last = name = None
    for line in log:
        found = STARTED.match(line.rstrip())
        if not found:
            continue
        time = datetime.strptime(found["time"], "%Y-%m-%d %H:%M:%S,%f")
        following = found["name"] and f"/{found['addon']}:{found['name']}"
        if last:
            sums[name or following] += (time - last).total_seconds()
        last, name = time, following
    return dict(sums)


def main() -> None:
    sums = dict(_measured())
    for path in LOG.glob("test*.log"):
        with path.open(errors="replace") as log:
            sums |= seconds(log)
    existing = [name for name, _estimate in _classes(skip="ar_demo")]
    lines = [f"{name} {sums[name]:.1f}" for name in sorted(existing) if name in sums]
    head = "# Seconds that a class of tests takes; written by scripts/harness/lanes.py"
    MEASURED.write_text("\n".join([head, *lines]) + "\n")
    print(f"{len(lines)} of {len(existing)} classes in {MEASURED.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
