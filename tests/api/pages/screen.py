"""Pages on a screen: the system's Chromium over a service that listens, and what a reader sees there."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.app import create_app
from api.security.demo import COOKIE
from api.service import Service
from api.settings import Settings
from tests.api.pages.browser import Page
from tests.api.pages.readable import check
from tests.waiting import until

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS: Final = 30_000
PICTURES: Final = Path(__file__).parents[3] / "var" / "journeys"
"""Where journeys leave what they saw; git does not keep it."""


@dataclass(frozen=True)
class Site:
    """A service that listens."""

    base: str
    service: Service


@contextmanager
def listening(folder: Path, **settings: object) -> Iterator[Site]:
    """A service over a data folder of one's own, on a free port of this machine."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        given = {"data_dir": folder, "demo_identities": True, "public_url": base, **settings}
        service = Service.open(Settings(**given))  # type: ignore[arg-type]
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield Site(base, service)
        server.should_exit = True
        thread.join(timeout=20)


def copied(folder: Path, into: Path) -> Path:
    return Path(shutil.copytree(folder, into / "var"))


def reader(browser: Any, site: Site, token: str | None = None, width: int = 1280, **options: Any) -> Any:
    """A page of somebody's in a context of its own. `wrong` gets what fails there, what is refused, and what is asked
    from elsewhere."""
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site.base, **options)
    context.set_default_timeout(PATIENCE_MS)
    if token is not None:
        context.add_cookies([{"name": COOKIE, "value": token, "url": site.base}])
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda sent: page.wrong.append(sent.url) if not sent.url.startswith(site.base) else None)
    return page


def look(page: Any, name: str | None = None) -> str:
    """The words of a page that is fit to be read on its screen; its picture is kept under a name."""
    seen = Page(page.content())
    check(seen)
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width}"
    assert page.wrong == [], page.url
    if name is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    return seen.text


def go_by_tab(page: Any, wanted: Any, most: int = 200) -> None:
    """The keyboard's focus on something, by Tab alone; whoever looks sees where it is."""
    target = wanted.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            style = target.evaluate("each => getComputedStyle(each).outlineStyle + getComputedStyle(each).outlineWidth")
            assert not style.startswith("none"), f"nothing shows that {wanted} has the focus"
            return
    raise AssertionError(f"{wanted} is not reached with the keyboard")
