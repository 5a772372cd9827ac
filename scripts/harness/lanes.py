"""Shares the test classes of the addons out over lanes that run side by side.

>>> share({"a": 5, "b": 4, "c": 3, "d": 2}, 2)
[['a', 'd'], ['b', 'c']]
"""

import re
from collections.abc import Mapping

from .paths import ROOT, addons

CLASS = re.compile(r"^class (Test\w*)\(([^)]*)\)", re.MULTILINE)
#: A class costs its set-up and its tests; a browser or a mail server costs more.
SET_UP, TEST, BROWSER, MAIL = 2, 1, 12, 2


def share(weights: Mapping[str, int], count: int) -> list[list[str]]:
    """Names in ``count`` lanes of about the same weight: the heaviest first, to the lightest."""
    lanes: list[list[str]] = [[] for _number in range(count)]
    sums = [0] * count
    for name, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        lane = sums.index(min(sums))
        lanes[lane].append(name)
        sums[lane] += weight
    return lanes


def lanes(count: int, skip: str) -> list[str]:
    """``--test-tags`` of each lane: every test class of ours once.

    :param skip: classes of files that carry this tag run elsewhere.
    """
    weights: dict[str, int] = {}
    for addon in addons():
        for path in sorted((ROOT / addon / "tests").glob("test_*.py")):
            text = path.read_text()
            starts = list(CLASS.finditer(text))
            for number, found in enumerate(starts):
                end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
                if f'"{skip}"' in text[max(0, found.start() - 120) : found.start()]:
                    continue
                tests = text.count("    def test_", found.start(), end)
                each = TEST + BROWSER * ("HttpCase" in found[2]) + MAIL * ("Smtp" in found[2])
                weights[f"/{addon}:{found[1]}"] = SET_UP + each * max(1, tests)
    return [",".join(sorted(lane)) for lane in share(weights, count)]
