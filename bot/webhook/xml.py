"""Parses WeChat's XML into a small tree. Document types, entities and deep nesting are refused."""

import re
from collections.abc import Iterator
from xml.parsers import expat

_DEEPEST = 8
_MOST_ELEMENTS = 512

# Phones send these inside texts. They are illegal in XML, so they are removed, and the message is not refused for them.
# No keyboard sends NUL: it stays, and the parser refuses it.
_STRAY_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class MalformedError(Exception):
    """The body is not a message of WeChat. The argument is a fixed word for the log."""


class Element:
    """One element: its text and children. Attributes are ignored."""

    __slots__ = ("_once", "children", "name", "pieces")

    def __init__(self, name: str) -> None:
        self.name = name
        self.children: list[Element] = []
        self.pieces: list[str] = []
        self._once: dict[str, Element | None] = {}  # None: the name is doubled

    def add(self, child: "Element") -> None:
        self.children.append(child)
        self._once[child.name] = None if child.name in self._once else child

    @property
    def content(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def child(self, name: str) -> "Element | None":
        """The child of that name. Raises MalformedError for two, because one of them may be forged."""
        found = self._once.get(name)
        if found is None and name in self._once:
            raise MalformedError("duplicate_field")
        return found

    def text(self, name: str) -> str:
        """The text of the child of that name, "" if there is none."""
        child = self.child(name)
        if child is None:
            return ""
        if child.children:
            raise MalformedError("nested_field")
        return child.content

    def plain_fields(self) -> Iterator[tuple[str, str]]:
        """Name and text of all leaves below, except doubled ones, at any depth."""
        for name, child in self._once.items():
            if child is None:
                continue
            if child.children:
                yield from child.plain_fields()
            else:
                yield name, child.content


def parse_xml(body: bytes) -> Element:
    """The root element of a UTF-8 document; an encoding that the document declares is ignored."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("not_utf8") from error
    if text.lstrip()[:1] in {"{", "["}:
        raise MalformedError("json_body")  # the console is set to JSON: XML is needed
    return _Builder().build(_STRAY_CONTROLS.sub("", text).encode())


class _Builder:
    """Builds the tree from expat's events, and stops at the first construct that no message has."""

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
