"""WeChat's XML as a small tree. No document types, no entities, no depth; what is odd is refused, not guessed."""

import re
from collections.abc import Iterator
from xml.parsers import expat

_DEEPEST = 8
_MOST_ELEMENTS = 512

# Phones do send these inside a text; XML has no way to write them, and a resident is not to be turned away for one.
# NUL is no keyboard's doing: it stays, and the parser refuses it.
_STRAY_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class MalformedError(Exception):
    """The body is not a message as WeChat writes it. The argument is a fixed word for the log."""


class Element:
    """One element: its own text and its children. Attributes mean nothing here."""

    __slots__ = ("_once", "children", "name", "pieces")

    def __init__(self, name: str) -> None:
        self.name = name
        self.children: list[Element] = []
        self.pieces: list[str] = []
        self._once: dict[str, Element | None] = {}  # None: there are two, and neither is believed

    def add(self, child: "Element") -> None:
        self.children.append(child)
        self._once[child.name] = None if child.name in self._once else child

    @property
    def content(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def child(self, name: str) -> "Element | None":
        """The one child of that name. Two would leave it to chance which of them is believed."""
        found = self._once.get(name)
        if found is None and name in self._once:
            raise MalformedError("duplicate_field")
        return found

    def text(self, name: str) -> str:
        """The text of the one child of that name, "" without one."""
        child = self.child(name)
        if child is None:
            return ""
        if child.children:
            raise MalformedError("nested_field")
        return child.content

    def plain_fields(self) -> Iterator[tuple[str, str]]:
        """Name and text of all leaves below that stand there once, whatever stands around them."""
        for name, child in self._once.items():
            if child is None:
                continue
            if child.children:
                yield from child.plain_fields()
            else:
                yield name, child.content


def parse_xml(body: bytes) -> Element:
    """The root element of a UTF-8 document, whatever encoding the document itself claims."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("not_utf8") from error
    if text.lstrip()[:1] in {"{", "["}:
        raise MalformedError("json_body")  # the console has JSON chosen as the data format: XML is needed
    return _Builder().build(_STRAY_CONTROLS.sub("", text).encode())


class _Builder:
    """Grows the tree from expat's events, and stops the parser at the first thing that no message has."""

    def __init__(self) -> None:
        self._path: list[Element] = [Element("")]
        self._count = 0

    def build(self, body: bytes) -> Element:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)  # noqa: FBT003 -- expat's own signature
        except expat.ExpatError as error:
            raise MalformedError("not_xml") from error
        return self._path[0].children[0]

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._path) > _DEEPEST:
            raise MalformedError("too_deep_or_many")
        element = Element(name)
        self._path[-1].add(element)
        self._path.append(element)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        self._path[-1].pieces.append(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise MalformedError("doctype")
