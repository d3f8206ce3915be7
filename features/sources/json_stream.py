"""Elements of a JSON document or of NDJSON, one at a time, whatever the size of the file."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from features.sources.base import Reject, WrongFile
from features.sources.reading import LINE_LIMIT, Bounded, TooLong, lines, open_bytes

_CHUNK: Final = 1 << 20
_SPACE: Final = " \t\r\n"
_NDJSON: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")

Element = tuple[int, dict[str, object]]


def json_elements(path: Path, list_key: str | None = None) -> Iterator[Element | Reject]:
    """(1-based number, object) of each element of the file; for NDJSON the number is the line.

    The file is a list `[{…}, …]`, NDJSON, one object, or, with `list_key`, an object that holds the list under that
    key. A line of NDJSON that is not an object is a Reject; a document that breaks off is a WrongFile, since nothing
    after the break can be told apart.
    """
    if _is_ndjson(path, list_key):
        yield from _ndjson(path)
    else:
        with open_bytes(path) as stream:
            yield from _document(_Text(stream, path), list_key)


def _is_ndjson(path: Path, list_key: str | None) -> bool:
    """By its name, or when its first line is a whole object (and not the answer that holds the list)."""
    if path.name.lower().endswith(_NDJSON):
        return True
    with open_bytes(path) as stream:
        for _, line in lines(stream):
            if isinstance(line, TooLong):
                return False
            text = line.removeprefix(codecs.BOM_UTF8).strip()
            if text:
                if not (text.startswith(b"{") and text.endswith(b"}")):
                    return False
                try:
                    value = json.loads(text)
                except (ValueError, RecursionError):
                    return False
                return list_key is None or list_key not in value
    raise WrongFile(f"{path.name} is empty")


def _ndjson(path: Path) -> Iterator[Element | Reject]:
    with open_bytes(path) as stream:
        for number, line in lines(stream):
            if isinstance(line, TooLong):
                yield Reject.of(
                    number,
                    "(line)",
                    line.head.decode("utf-8", "replace"),
                    f"longer than {LINE_LIMIT} bytes",
                    "cut the record's texts",
                )
                continue
            text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if not text.strip():
                continue
            try:
                value = json.loads(text)
            except (ValueError, RecursionError) as error:
                shown = text.decode("utf-8", "replace")
                yield Reject.of(number, "(line)", shown, f"not JSON ({_short(error)})", "write one JSON object a line")
                continue
            yield _element(number, value)


def _element(number: int, value: object) -> Element | Reject:
    if isinstance(value, dict):
        return number, value
    return Reject.of(number, "(element)", value, "not an object", "write a JSON object {...}")


def _document(text: "_Text", list_key: str | None) -> Iterator[Element | Reject]:
    first = text.peek()
    if first == "[":
        yield from _list(text)
    elif first == "{":
        yield from _object(text, list_key)
    else:
        raise text.broken(f"a JSON list or object is expected, found {first or 'nothing'!r}")
    if text.peek():
        raise text.broken("something follows the end of the document")


def _list(text: "_Text") -> Iterator[Element | Reject]:
    text.take("[")
    number = 0
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        number += 1
        yield _element(number, text.value())
        if text.peek() != ",":
            break
        text.take(",")
    text.take("]")


def _object(text: "_Text", list_key: str | None) -> Iterator[Element | Reject]:
    """The list under `list_key` where there is one; else the object itself, as the only element."""
    fields: dict[str, object] = {}
    listed = False
    text.take("{")
    while text.peek() != "}":
        key = text.value()
        text.take(":")
        if key == list_key and text.peek() == "[":
            listed = True
            yield from _list(text)
        else:
            fields[str(key)] = text.value()
        if text.peek() != ",":
            break
        text.take(",")
    text.take("}")
    if not listed:
        yield 1, fields


class _Text:
    """A sliding window over a JSON text, decoded as it comes."""

    def __init__(self, stream: Bounded, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._parse = json.JSONDecoder().raw_decode
        self._window = ""
        self._at = 0
        self._passed = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is not white space, "" at the end."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise self.broken(f"{expected!r} is expected")
        self._at += 1

    def value(self) -> object:
        """The next value, whole. Raises WrongFile when it is broken, too deep or above LINE_LIMIT characters."""
        self.peek()
        while True:
            try:
                value, end = self._parse(self._window, self._at)
            except RecursionError as error:
                raise self.broken("nested too deep") from error
            except ValueError as error:
                if len(self._window) - self._at > LINE_LIMIT:
                    raise self.broken(f"an element is longer than {LINE_LIMIT} characters, or is broken") from error
                if not self._more():
                    raise self.broken(_short(error)) from error
                continue
            if end < len(self._window) or not self._more():  # a number at the window's edge may go on
                self._at = end
                return value

    def broken(self, reason: str) -> WrongFile:
        return WrongFile(f"{self._path.name}, character {self._passed + self._at + 1}: {reason}; fetch it again")

    def _more(self) -> bool:
        if self._ended:
            return False
        data = self._stream.read(_CHUNK)
        self._ended = not data
        try:
            text = self._decode.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            raise self.broken("the text is not UTF-8") from error
        self._passed += self._at
        self._window = self._window[self._at :] + text
        self._at = 0
        return bool(text) or not self._ended


def _short(error: BaseException) -> str:
    return str(error)[:80] or type(error).__name__
