"""A browser without scripts: it opens pages, follows links, fills in forms and presses buttons, as a reader would."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "path", "circle"}


@dataclass
class Form:
    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    """As the page fills them in: what a browser sends when nothing is touched."""
    buttons: list[tuple[str, str | None, str]] = field(default_factory=list)
    """(label, name, value)"""
    choices: dict[str, set[str]] = field(default_factory=dict)
    """The values that a select, a checkbox or a radio button takes."""


class Page(HTMLParser):
    """What a page says and offers to do."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.headings: list[tuple[str, str]] = []
        self.cards: list[str] = []
        """The words of each card."""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unclosed: Counter[str] = Counter()
        """Of each tag, how many begin and do not end, or end and did not begin."""
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._words).replace("\u00a0", " ").replace("\u202f", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.handle_data(" ")
        if tag == "form":
            self._form = Form((given.get("method") or "get").lower(), given.get("action") or "")
            self.forms.append(self._form)
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select = (given.get("name") or "", [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((given.get("value") or "", "selected" in given))
        if tag not in VOID:
            self.unclosed[tag] += 1
            self._open.append((tag, given, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def _input(self, given: dict[str, str | None]) -> None:
        name, value, kind = given.get("name"), given.get("value"), given.get("type") or "text"
        if self._form is None or name is None or "disabled" in given:
            return
        if kind in ("checkbox", "radio"):
            self._form.choices.setdefault(name, set()).add(value or "on")
            if "checked" in given:
                self._form.fields.append((name, value or "on"))
        else:
            self._form.fields.append((name, value or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        self.unclosed[tag] -= 1
        while self._open:
            opened, given, words = self._open.pop()
            told = " ".join("".join(words).replace("\u00a0", " ").replace("\u202f", " ").split())
            if self._open:
                self._open[-1][2].extend(words)
            if opened == "a":
                self.links.append((told, given.get("href") or ""))
            elif opened == "article":
                self.cards.append(told)
            elif opened in ("h1", "h2", "h3"):
                self.headings.append((opened, told))
            elif opened == "button" and self._form is not None:
                self._form.buttons.append((told, given.get("name"), given.get("value") or ""))
            elif opened == "textarea" and self._form is not None:
                self._form.fields.append((given.get("name") or "", "".join(words).removeprefix(" ").removeprefix("\n")))
            elif opened == "select" and self._form is not None and self._select is not None:
                name, options = self._select
                chosen = next((value for value, selected in options if selected), options[0][0] if options else "")
                self._form.fields.append((name, chosen))
                self._form.choices[name] = {value for value, _ in options}
                self._select = None
            elif opened == "form":
                self._form = None
            if opened == tag:
                break

    def handle_data(self, data: str) -> None:
        inside = {tag for tag, _, _ in self._open}
        if not inside & {"script", "style", "title"}:
            self._words.append(data)
        if self._open:
            self._open[-1][2].append(data)


class Browser:
    """One reader, with cookies of their own."""

    def __init__(self, client: TestClient) -> None:
        self._client = TestClient(client.app, raise_server_exceptions=False)
        self._client.portal = client.portal  # on the event loop of the service, whose follower and searches are there
        self.page = Page("")
        self.status = 0
        self.path = ""
        self.headers: Any = None

    def open(self, path: str) -> Page:
        return self._arrived(self._client.get(path, headers={"accept": "text/html"}))

    def be(self, token: str) -> "Browser":
        """Somebody of a demonstration, chosen on the front page."""
        self.send("/demonstration", {"identite": token})
        return self

    def follow(self, label: str) -> Page:
        found = [href for text, href in self.page.links if label in text]
        assert found, f"no link « {label} » on {self.path}: {[text for text, _ in self.page.links]}"
        return self.open(found[0])

    def press(self, label: str, **filled: str | list[str]) -> Page:
        """Press the first button whose label has these words, its form's other fields as `filled` says."""
        for form in self.page.forms:
            for text, name, value in form.buttons:
                if label in text:
                    return self._submit(form, (name, value), filled)
        buttons = [text for form in self.page.forms for text, _, _ in form.buttons]
        raise AssertionError(f"no button « {label} » on {self.path}: {buttons}")

    def _submit(self, form: Form, pressed: tuple[str | None, str], filled: dict[str, str | list[str]]) -> Page:
        known = {name for name, _ in form.fields} | set(form.choices)
        assert set(filled) <= known, f"{set(filled) - known} is not in the form: {known}"
        fields = [(name, value) for name, value in form.fields if name not in filled]
        for name, value in filled.items():
            for each in value if isinstance(value, list) else [value]:
                assert name not in form.choices or each in form.choices[name], f"{name}={each}: {form.choices[name]}"
                fields.append((name, each))
        if pressed[0] is not None:
            fields.append((pressed[0], pressed[1]))
        if form.method == "get":
            return self._arrived(
                self._client.get(form.action, params=fields, headers={"accept": "text/html"})  # type: ignore[arg-type]
            )
        return self.send(form.action or self.path, fields)

    def send(self, path: str, fields: Any, **headers: str) -> Page:
        from urllib.parse import urlencode

        sent = {
            "accept": "text/html",
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            **headers,
        }
        return self._arrived(self._client.post(path, content=urlencode(fields), headers=sent))

    def _arrived(self, response: Any) -> Page:
        self.status, self.path = response.status_code, response.url.path
        self.headers = response.headers
        self.page = Page(response.text)
        return self.page
