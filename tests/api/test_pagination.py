"""Pages: `range`, `Content-Range`, and the three statuses."""

import json

import pytest

from api.pagination import page, window_of
from matching.answer import Window
from matching.errors import BadParameter


@pytest.mark.parametrize(
    ("text", "window"), [("0-19", Window(0, 19)), ("0-0", Window(0, 0)), ("150-299", Window(150, 299))]
)
def test_a_range(text: str, window: Window) -> None:
    assert window_of(text) == window


@pytest.mark.parametrize(
    "text", ["", "0", "-1-5", "5-4", "0-150", "a-b", "0-19,30-39", "0 - 19", "٠-١", "1" * 30 + "-2"]
)
def test_a_wrong_range_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="range"):
        window_of(text)


@pytest.mark.parametrize(
    ("window", "shown", "total", "status", "header"),
    [
        (Window(0, 19), 0, 0, 204, "offres */0"),
        (Window(40, 59), 0, 30, 204, "offres */30"),
        (Window(0, 19), 7, 7, 200, "offres 0-6/7"),
        (Window(0, 19), 20, 30, 206, "offres 0-19/30"),
        (Window(20, 39), 10, 30, 206, "offres 20-29/30"),
    ],
)
def test_a_page(window: Window, shown: int, total: int, status: int, header: str) -> None:
    response = page("offres", window, shown, total, {"resultats": list(range(shown))})
    assert response.status_code == status
    assert response.headers["content-range"] == header
    if status == 204:
        assert response.body == b""
    else:
        assert len(json.loads(bytes(response.body))["resultats"]) == shown
