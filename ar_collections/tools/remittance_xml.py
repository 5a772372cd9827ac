"""XML from strangers: no document types, so no entities; bounded depth and size."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .remittance import RemittanceError

#: Deepest nesting and most elements of a file.
_MAX_DEPTH, _MAX_ELEMENTS = 60, 2_000_000


class _Builder(ElementTree.TreeBuilder):
    """A tree whose names have no namespaces."""

    def __init__(self):
        super().__init__()
        self.depth = self.count = 0

    def doctype(self, name, pubid, system):
        """Called before an entity is declared."""
        raise RemittanceError("doctype")

    def start(self, tag, attrs):
        self.depth += 1
        self.count += 1
        if self.depth > _MAX_DEPTH or self.count > _MAX_ELEMENTS:
            raise RemittanceError("too_deep")
        return super().start(local(tag), attrs)

    def end(self, tag):
        self.depth -= 1
        return super().end(local(tag))


def parse(data: bytes) -> Element:
    """The root of a document.

    :raises RemittanceError: not well formed (with the line), or with a document type.

    >>> parse(b'<a xmlns="urn:x"><b c="1">d</b></a>').findtext("b")
    'd'
    >>> try: parse(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    ... except RemittanceError as error: error.code
    'doctype'
    """
    parser = ElementTree.XMLParser(target=_Builder())  # noqa: S314, see _Builder
    try:
        parser.feed(data)
        return parser.close()
    except ElementTree.ParseError as error:
        raise RemittanceError("xml", error.position[0], str(error)) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, RemittanceError):
            raise
        raise RemittanceError("xml", value=str(error)) from error  # an unknown encoding


def local(tag: str) -> str:
    """
    >>> local("{urn:x}Amt"), local("Amt")
    ('Amt', 'Amt')
    """
    return tag.rpartition("}")[2]
