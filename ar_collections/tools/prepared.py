"""Statements that PostgreSQL plans once and then runs again and again."""

import re
from collections.abc import Callable, Iterable, Sequence

_MARK = re.compile(r"%%|%s(::)?")


def array(numbers: Iterable[object]) -> str:
    """An array of numbers as PostgreSQL itself writes it, to be followed by a cast.

    Of ``ARRAY[...]``, which is what becomes of a list, it makes a node for each number:
    reading that takes longer than most statements on them.

    >>> array([7, None, 2.5])
    '{7,NULL,2.5}'
    """
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"


def numbered(
    code: str,
    values: Sequence[object],
    literal: Callable[[object], str],
    only_cast: bool = False,
) -> tuple[str, list[object]]:
    """Text for PREPARE out of a statement with ``%s``, and the values left to be given.

    A tuple, as after IN, cannot be one parameter: it becomes part of the text.

    >>> numbered("a = %s AND b IN %s AND c %% 2 = %s", [1, ("x",), 3], str)
    ("a = $1 AND b IN ('x',) AND c %% 2 = $2", [1, 3])

    :param only_cast: everything without a cast becomes part of the text: in large statements,
        where PostgreSQL could not tell, or would guess wrongly, of which type it is.

    >>> numbered("a = %s::int AND b > %s", [1, 2], str, only_cast=True)
    ('a = $1::int AND b > 2', [1])
    """
    rest, given = iter(values), []

    def replace(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return match[0]
        value = next(rest)
        cast = match[1] or ""
        if isinstance(value, tuple) or (only_cast and not cast):
            return literal(value).replace("%", "%%") + cast
        given.append(value)
        return f"${len(given)}{cast}"

    return _MARK.sub(replace, code), given
