"""XML read safely: nothing is fetched or expanded, and a document stays small enough to hold."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bpo.kernel.errors import BadInput

LARGEST = 8 * 1024 * 1024
"""Bytes of one document; the tax authorities accept half a megabyte."""

DEEPEST = 100
_STRIDE = 64 * 1024


def parse(content: bytes, limit: int = LARGEST) -> Element:
    """The root of a document.

    Raises `BadInput` for one that is too large, broken, nested without end, or that declares
    entities or a document type, by which a few bytes become gigabytes.
    """
    if len(content) > limit:
        raise BadInput(
            "An XML document of {size_mb} MB is larger than any fiscal document; at most "
            "{limit_mb} MB are read.",
            size_mb=-(-len(content) // 1_000_000),
            limit_mb=limit // 1_000_000,
        )
    try:
        return _parsed(content)
    except DefusedXmlException:
        raise BadInput(
            "The XML declares entities or a document type, which no fiscal document has; it was "
            "not read."
        ) from None
    except (ParseError, ValueError, LookupError):
        raise BadInput("The XML is damaged and cannot be read.") from None


def name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: Element | None, wanted: str) -> Element | None:
    """The first child of a name, whatever its namespace."""
    return next(children(element, wanted), None)


def children(element: Element | None, wanted: str) -> Iterator[Element]:
    """The children of a name, whatever their namespace."""
    return (one for one in (element if element is not None else ()) if name(one) == wanted)


def text(element: Element | None, *path: str) -> str:
    """The trimmed text at the end of a path of children; blank when there is none."""
    for step in path:
        element = child(element, step)
    return ((element.text or "") if element is not None else "").strip()


def _parsed(content: bytes) -> Element:
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True)
    for start in range(0, len(content), _STRIDE):
        parser.feed(content[start : start + _STRIDE])
    root = parser.close()
    assert isinstance(root, Element)
    return root


class _Builder:
    """A tree built as it is read, refused when it is nested too deep."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise ValueError("nested too deep")
        self._finish_text()
        element = Element(tag, attributes)
        if self._open:
            self._open[-1].append(element)
        else:
            self._root = element
        self._open.append(element)
        self._text = []

    def end(self, _: str) -> None:
        self._finish_text()
        self._open.pop()

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def close(self) -> Element:
        assert self._root is not None
        return self._root

    def _finish_text(self) -> None:
        """What stands before the first child is an element's text; what stands after is nothing."""
        if self._text is not None and self._open:
            self._open[-1].text = "".join(self._text)
        self._text = None
