"""Rows of plain cells, written as one piece of XML each: what makes long spreadsheets quick.

``xlsxwriter`` keeps each cell and formats it on its own, 10 microseconds and more; a million
items have fourteen million cells. Rows of texts and numbers are written here as a whole to the
same file, in its ``constant_memory`` mode; what is anything else takes the usual way.
"""

import re
from datetime import date
from functools import lru_cache

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

#: Spreadsheets count days from here.
DAY_0 = date(1899, 12, 30)
#: Texts that xlsxwriter treats specially: space at an end, escapes, control characters.
SPECIAL = re.compile(r"^\s|\s$|_x|[\x00-\x1f\ufffe\uffff]")
#: Longest text of a cell.
LONGEST = 32767
REMEMBERED = 4096


class PlainSheet(Worksheet):
    """A sheet in constant memory that also takes rows as a whole."""

    def plain_row(self, line, columns, values, level=0):
        """Write a row below all others.

        :param columns: of :func:`plain_columns`. :param values: texts, numbers, dates, as their
            kinds say; None, False and the empty text: no cell. :param level: of the outline.
        :return: False where a text is a special one: nothing is written then.
        """
        number, cells = line + 1, []
        for (kind, head, tail), value in zip(columns, values, strict=True):
            if value is None or value is False or value == "":
                continue
            if kind == "text":
                text = _plain(str(value))
                if text is None:
                    return False
                cells.append(f'{head}{number}{tail} t="inlineStr"><is><t>{text}</t></is></c>')
            elif kind == "date":
                cells.append(f"{head}{number}{tail}><v>{_day(value)}</v></c>")
            else:
                cells.append(f"{head}{number}{tail}><v>{value:.16G}</v></c>")
        self._check_dimensions(line, len(columns) - 1)
        if line > self.previous_row:
            self._write_single_row(line)  # the row before, if it came cell by cell
        if level:
            self.outline_row_level = max(self.outline_row_level, level)
        if cells:
            outline = f' outlineLevel="{level}"' if level else ""
            self.fh.write(f'<row r="{number}"{outline}>{"".join(cells)}</row>')
        self.previous_row = number  # nothing more goes into this one
        return True


def plain_columns(kinds, styles):
    """What the cells of a column have in common: (kind, XML before and after the row's number).

    :param styles: formats of ``xlsxwriter``, or None.
    """
    return [
        (
            kind,
            f'<c r="{xl_col_to_name(index)}',
            f'" s="{style._get_xf_index()}"' if style else '"',
        )
        for index, (kind, style) in enumerate(zip(kinds, styles, strict=True))
    ]


@lru_cache(REMEMBERED)
def _plain(text):
    """A text as XML; None: it is a special one.

    >>> _plain("Smith & Sons"), _plain("=1+1"), _plain(" indented"), _plain("a_x0041_")
    ('Smith &amp; Sons', '=1+1', None, None)
    """
    if len(text) > LONGEST or SPECIAL.search(text):
        return None
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


@lru_cache(REMEMBERED)
def _day(day):
    return (day - DAY_0).days
