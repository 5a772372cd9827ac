"""The text of a mail for programs that show no HTML."""

import html
import re
from collections.abc import Iterator

#: A stretch of text, and the tag after it: "/", name, attributes.
_PIECE = re.compile(r"([^<]*)(?:<(/?)(\w*)([^>]*)>)?")
_SPACE = re.compile(r"[ \t\r\n]+")
_HREF = re.compile(r'\shref="([^"]+)"')
#: Line breaks around an element.
BREAKS = {"br": 1, "div": 1, "h1": 2, "h2": 2, "p": 2, "table": 2, "tr": 1}


def from_html(markup: str) -> str:
    r"""Text of a document: a line for each row of a table, the addresses of links.

    What is not shown is left out: the head, and elements with ``display: none``.

    >>> from_html("<p>Dear <b>Zo&#235;</b>,<br/>please pay:</p> <table><tr><td>INV/1</td>"
    ...           " <td>100.00</td></tr>\n<tr><td>INV/2</td><td>7.50</td></tr></table>")
    'Dear Zoë,\nplease pay:\n\nINV/1  100.00\nINV/2  7.50'
    >>> from_html('<head><title>Notice</title></head><body><div style="display: none">Peep</div>'
    ...           'Look <a href="https://a.example/?a=1&amp;b=2">here</a> &lt;now&gt;</body>')
    'Look here (https://a.example/?a=1&b=2) <now>'
    """
    parts, breaks, href = [], 0, ""
    for text, slash, name, attributes in _shown(markup):
        if text and not text.isspace():
            parts += ["\n" * breaks, _SPACE.sub(" ", text)]
            breaks = 0
        elif text:
            parts.append(" ")
        if name in BREAKS:
            breaks = max(breaks, BREAKS[name])
        elif name == "td" and slash:
            parts.append("\t")
        elif name == "a" and slash:
            parts.append(href and f" ({href})")
        elif name == "a":
            found = _HREF.search(attributes)
            href = found[1] if found else ""
    return "\n".join(map(_tidy, html.unescape("".join(parts)).strip().split("\n")))


def _shown(markup: str) -> Iterator[tuple[str, str, str, str]]:
    """The pieces of the body without those of hidden elements."""
    hidden, depth = "", 0
    for piece in _PIECE.findall(markup, max(markup.find("<body"), 0)):
        _text, slash, name, attributes = piece
        if not hidden:
            yield piece
            if "display: none" in attributes:
                hidden, depth = name, 1
        elif name == hidden:
            depth += -1 if slash else 1
            hidden = hidden if depth else ""


def _tidy(line: str) -> str:
    """A line without spaces around it and its cells, which follow each other at two spaces."""
    return "  ".join(filter(None, (_SPACE.sub(" ", cell).strip(" ") for cell in line.split("\t"))))
