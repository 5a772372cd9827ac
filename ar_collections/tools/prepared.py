"""Statements that PostgreSQL plans once and then runs again and again."""

import re
from collections.abc import Callable, Sequence

_MARK = re.compile(r"%%|%s")


def numbered(
    code: str, values: Sequence[object], literal: Callable[[object], str]
) -> tuple[str, list[object]]:
    """Text for PREPARE out of a statement with ``%s``, and the values left to be given.

    A tuple, as after IN, cannot be one parameter: it becomes part of the text.

    >>> numbered("a = %s AND b IN %s AND c %% 2 = %s", [1, ("x",), 3], str)
    ("a = $1 AND b IN ('x',) AND c %% 2 = $2", [1, 3])
    """
    rest, given = iter(values), []

    def replace(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return match[0]
        value = next(rest)
        if isinstance(value, tuple):
            return literal(value).replace("%", "%%")
        given.append(value)
        return f"${len(given)}"

    return _MARK.sub(replace, code), given
