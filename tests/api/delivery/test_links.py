"""Links can be neither guessed nor changed, and one made for a purpose serves no other."""

import base64
import stat
from pathlib import Path

import msgspec
import pytest

from api.delivery.links import KEY_FILE, Feed, Gesture, Link, Signer, Stop, Undo
from api.settings import Settings
from features.records import DismissReason

LINKS: list[Link] = [
    Gesture("d1", "o1", False, DismissReason.TOO_FAR),
    Gesture("d1", "t1", True, None),
    Undo("e1"),
    Stop("s1"),
    Feed("s1", 3),
]
SIGNER = Signer(b"k" * 32)


@pytest.mark.parametrize("link", LINKS)
def test_what_is_signed_is_read_back(link: Link) -> None:
    token = SIGNER.token(link)
    assert SIGNER.read(token) == link
    assert SIGNER.token(link) == token
    assert all(character.isalnum() or character in "-_." for character in token)


@pytest.mark.parametrize("link", LINKS)
def test_a_changed_token_is_nothing(link: Link) -> None:
    token = SIGNER.token(link)
    said, mac = token.split(".")
    other = base64.urlsafe_b64encode(msgspec.json.encode(Stop("s2"))).rstrip(b"=").decode()
    wrong = [
        f"{other}.{mac}",
        said,
        f"{said}.",
        f"{said}.{mac}x",
        f"{said}.{mac[:-1]}",
        token.swapcase(),
        "",
        "é",
        "a.b",
    ]
    assert [SIGNER.read(text) for text in wrong] == [None] * len(wrong)
    assert Signer(b"x" * 32).read(token) is None


def test_purposes_do_not_mix() -> None:
    assert SIGNER.webhook_key("s1") != SIGNER.webhook_key("s2")
    assert SIGNER.webhook_key("s1") not in SIGNER.token(Stop("s1"))
    assert len(base64.urlsafe_b64decode(SIGNER.webhook_key("s1") + "=")) == 32


def test_the_key_is_drawn_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    token = Signer.of(settings).token(Stop("s1"))
    assert Signer.of(settings).read(token) == Stop("s1")
    kept = tmp_path / "var" / KEY_FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(kept.read_text()) == 64
    assert [path.name for path in kept.parent.iterdir()] == [KEY_FILE]
    assert Signer.of(Settings(data_dir=tmp_path / "other")).read(token) is None
