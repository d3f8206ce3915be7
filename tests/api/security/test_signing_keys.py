"""Keys: drawn, kept for this user alone, rotated without a token lost, seen by every process."""

import json
import stat
from pathlib import Path

import pytest

from api.security.signing_keys import LONGEST_TOKEN_S, KeysUnusable, SigningKeys
from api.security.tokens import BadToken, Purpose, Tokens
from tests.api.security.conftest import Clock


def tokens_over(keys: SigningKeys, clock: Clock) -> Tokens:
    return Tokens(keys, "https://vivier.example", "/vivier", clock)


def test_a_key_is_drawn_once_and_only_this_user_reads_it(tmp_path: Path) -> None:
    first = SigningKeys(tmp_path / "keys").signing()
    assert SigningKeys(tmp_path / "keys").signing().kid == first.kid
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_published_has_no_private_part(tmp_path: Path) -> None:
    (key,) = SigningKeys(tmp_path).public()["keys"]
    assert {"kid", "use", "alg", "kty", "crv", "x", "y"} == set(key)


def test_a_retired_key_verifies_until_its_last_token_ends(tmp_path: Path, clock: Clock) -> None:
    keys = SigningKeys(tmp_path, clock)
    old = keys.signing()
    clock.now += 100
    new = keys.rotate()
    assert keys.signing() == new
    assert [each.kid for each in keys.all_keys()] == [new.kid, old.kid]
    clock.now += LONGEST_TOKEN_S - 1
    assert keys.get(old.kid) is not None
    clock.now += 2
    assert keys.get(old.kid) is None
    assert [key["kid"] for key in keys.public()["keys"]] == [new.kid]
    keys.rotate()
    assert not (tmp_path / f"{old.kid}.json").exists()


def test_tokens_outlive_a_rotation_and_other_processes_follow(tmp_path: Path, clock: Clock) -> None:
    here, there = SigningKeys(tmp_path, clock), SigningKeys(tmp_path, clock)
    before = tokens_over(here, clock).issue(Purpose.ACCESS, {}, 900)
    here.rotate()
    after = tokens_over(here, clock).issue(Purpose.ACCESS, {}, 900)
    elsewhere = tokens_over(there, clock)
    assert elsewhere.read(Purpose.ACCESS, after)["jti"] != elsewhere.read(Purpose.ACCESS, before)["jti"]
    assert there.signing().kid == here.signing().kid


def test_a_key_of_another_folder_is_unknown(tmp_path: Path, clock: Clock) -> None:
    foreign = tokens_over(SigningKeys(tmp_path / "theirs", clock), clock).issue(Purpose.ACCESS, {}, 900)
    with pytest.raises(BadToken, match="ne connaît pas"):
        tokens_over(SigningKeys(tmp_path / "ours", clock), clock).read(Purpose.ACCESS, foreign)


@pytest.mark.parametrize(
    "written",
    ["", "{}", '{"key": {"kty": "oct", "k": "c2VjcmV0"}, "made_at": 1}', json.dumps({"key": {}, "made_at": 1})],
)
def test_a_file_that_is_no_key_is_named(tmp_path: Path, written: str) -> None:
    (tmp_path / "broken.json").write_text(written)
    with pytest.raises(KeysUnusable, match=r"broken\.json is not a signing key"):
        SigningKeys(tmp_path)


def test_a_public_key_alone_signs_nothing(tmp_path: Path) -> None:
    (public,) = SigningKeys(tmp_path / "a").public()["keys"]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "k.json").write_text(json.dumps({"key": public, "made_at": 1}))
    with pytest.raises(KeysUnusable):
        SigningKeys(tmp_path / "b")
