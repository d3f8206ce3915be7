"""Keys seal, open what is whole and their own, and go in and out of a file that only its owner reads."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.privacy.keyring import SEAL, Keyring, KeyringError, is_sealed, key_of

KEYS = Keyring.new("a")


@given(st.binary(max_size=300), st.text(max_size=30))
def test_what_is_sealed_opens_and_tells_nothing(plain: bytes, about: str) -> None:
    sealed = KEYS.seal(plain, about)
    assert is_sealed(sealed)
    assert key_of(sealed) == "a"
    assert KEYS.open(sealed, about) == plain
    assert KEYS.seal(plain, about) != sealed


def test_it_opens_for_nobody_else_and_about_nothing_else() -> None:
    sealed = KEYS.seal(b"Camille", "identity/p1")
    for keys, about in ((KEYS, "identity/p2"), (Keyring.new("a"), "identity/p1")):
        with pytest.raises(KeyringError, match="was changed, or is about another"):
            keys.open(sealed, about)
    with pytest.raises(KeyringError, match="not among b"):
        Keyring.new("b").open(sealed, "identity/p1")
    for changed in (sealed[:-6] + ("AAAAA=" if sealed[-6:] != "AAAAA=" else "BBBBB="), f"{SEAL}a.", f"{SEAL}a.é"):
        with pytest.raises(KeyringError):
            KEYS.open(changed, "identity/p1")


def test_former_keys_open_and_the_new_one_seals() -> None:
    old = KEYS.seal(b"Camille", "identity/p1")
    both = KEYS.rotated("b")
    assert both.sealing == "b"
    assert both.open(old, "identity/p1") == b"Camille"
    assert key_of(both.seal(b"", "x")) == "b"
    assert both.hash(b"p1", b"erased") == KEYS.hash(b"p1", b"erased") != KEYS.hash(b"p1", b"digest")
    with pytest.raises(KeyringError, match="not among b"):
        both.only(["b"]).open(old, "identity/p1")
    for taken in ("a", "pepper", "é", ""):
        with pytest.raises(KeyringError):
            KEYS.rotated(taken)


def test_a_key_file_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys"
    KEYS.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = Keyring.read(path)
    assert (dict(read.keys), read.pepper) == (dict(KEYS.keys), KEYS.pepper)
    with pytest.raises(KeyringError, match="is there already"):
        Keyring.new().write(path)
    assert Keyring.read(path).pepper == KEYS.pepper
    assert [each.name for each in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lack 'pepper'"),
        ("a", "one of the two is missing"),
        ("a c2hvcnQ", "'a' is not 32 bytes"),
        ("a !!!", "'a' is not 32 bytes"),
        ("é" + " A" * 1, "named by at most 32"),
        (f"a {'A' * 43}", "lack 'pepper'"),
        (f"pepper {'A' * 43}", "lack 'pepper' or a key"),
        (f"a {'A' * 43} a {'A' * 43}", "two keys are called 'a'"),
    ],
)
def test_what_is_wrong_with_keys_is_said_and_never_shown(text: str, message: str) -> None:
    with pytest.raises(KeyringError, match=message) as refused:
        Keyring.parse(text)
    assert "AAAA" not in str(refused.value)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match=r"gone: the keys cannot be read \(FileNotFoundError\)"):
        Keyring.read(tmp_path / "gone")
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    with pytest.raises(KeyringError, match="bad: the keys cannot be read"):
        Keyring.read(tmp_path / "bad")
