"""Forged, borrowed, stale and twisted tokens: none is read."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey

from api.security.access import Access
from api.security.signing_keys import SigningKeys
from api.security.tokens import LEEWAY_S, BadToken, Purpose, Remembered, Tokens
from tests.api.security.conftest import Clock

CLAIMS = {"sub": "flux-1", "client_id": "flux-1"}


def segment(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, body, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))  # type: ignore[return-value]


def signed(access: Access, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token with any header and claims, under the real key."""
    key = access.tokens.keys.signing()
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    whole = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt", **header}
    return jws.serialize_compact(whole, json.dumps(claims).encode(), key.key, registry=registry)


@pytest.fixture
def good(access: Access) -> str:
    return access.tokens.issue(Purpose.ACCESS, CLAIMS, 900)


def test_a_token_of_ours_is_read(access: Access, good: str) -> None:
    claims = access.tokens.read(Purpose.ACCESS, good)
    assert claims["sub"] == "flux-1"
    assert claims["exp"] - claims["iat"] == 900
    assert claims["iss"] == claims["aud"] == "https://vivier.example"
    assert access.tokens.issue(Purpose.ACCESS, CLAIMS, 900) != good


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_without_a_signature(access: Access, good: str, algorithm: str) -> None:
    header, claims = opened(good)
    for kid in ({}, {"kid": header["kid"]}):
        head = segment({"alg": algorithm, "typ": "at+jwt", **kid})
        for signature in ("", good.split(".")[2]):
            with pytest.raises(BadToken):
                access.tokens.read(Purpose.ACCESS, f"{head}.{segment(claims)}.{signature}")


def test_hmac_keyed_with_the_public_key(access: Access, good: str) -> None:
    key = access.tokens.keys.signing().key
    pem = key.as_pem(private=False)
    der = key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public = json.dumps(key.as_dict(private=False)).encode()
    header, claims = opened(good)
    for secret in (pem, pem.strip(), der, public):
        said = f"{segment({**header, 'alg': 'HS256'})}.{segment(claims)}"
        mac = hmac.new(secret, said.encode(), hashlib.sha256).digest()
        with pytest.raises(BadToken):
            access.tokens.read(Purpose.ACCESS, f"{said}.{segment(mac)}")


def test_a_key_brought_along(access: Access, good: str) -> None:
    """`jwk`, `jku` and `x5u` of a header lead nowhere."""
    theirs = ECKey.generate_key("P-256")
    header, claims = opened(good)
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    brought = {
        "jwk": theirs.as_dict(private=False),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/cert.pem",
    }
    for name, value in brought.items():
        for kid in (header["kid"], theirs.thumbprint()):
            whole = {**header, "kid": kid, name: value}
            token = jws.serialize_compact(whole, json.dumps(claims).encode(), theirs, registry=registry)
            with pytest.raises(BadToken):
                access.tokens.read(Purpose.ACCESS, token)


@pytest.mark.parametrize(
    "kid",
    [
        "inconnue",
        "../../etc/passwd",
        "/dev/null",
        "' or '1'='1",
        "x\u0000",
        "",
        "../keys/k",
        None,
        12,
        ["a"],
        {"a": 1},
        "k" * 2000,
    ],
)
def test_a_kid_is_a_name_and_nothing_else(access: Access, good: str, kid: object) -> None:
    header, claims = opened(good)
    token = f"{segment({**header, 'kid': kid})}.{segment(claims)}.{good.split('.')[2]}"
    with pytest.raises(BadToken):
        access.tokens.read(Purpose.ACCESS, token)


def test_a_payload_that_was_changed(access: Access, good: str) -> None:
    _, claims = opened(good)
    for change in ({"sub": "other"}, {"scope": "audit.lire"}, {"exp": 9_999_999_999}):
        token = f"{good.split('.')[0]}.{segment({**claims, **change})}.{good.split('.')[2]}"
        with pytest.raises(BadToken):
            access.tokens.read(Purpose.ACCESS, token)


def test_any_character_that_is_changed_spoils_it(access: Access, good: str) -> None:
    for place in range(0, len(good) - 1, 7):  # the last character has bits that say nothing
        swapped = "A" if good[place] != "A" else "B"
        with pytest.raises(BadToken):
            access.tokens.read(Purpose.ACCESS, good[:place] + swapped + good[place + 1 :])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"iss": "https://autre.example"}, "autre service"),
        ({"aud": "https://autre.example"}, "autre service"),
        ({"aud": ["https://vivier.example", "https://autre.example"]}, "autre service"),
        ({"iss": None}, "autre service"),
        ({"realm": "/partenaire"}, "autre domaine"),
        ({"realm": None}, "autre domaine"),
        ({"exp": None}, "incomplet"),
        ({"exp": True}, "incomplet"),
        ({"exp": "9999999999"}, "incomplet"),
        ({"nbf": None}, "incomplet"),
        ({"jti": None}, "incomplet"),
        ({"exp": 1_790_000_000}, "expiré"),
        ({"exp": -1}, "expiré"),
        ({"nbf": 1_790_000_000 + LEEWAY_S + 2}, "pas encore"),
    ],
)
def test_claims_that_are_not_for_us_or_not_for_now(
    access: Access, good: str, change: dict[str, Any], told: str
) -> None:
    _, claims = opened(good)
    assert access.tokens.read(Purpose.ACCESS, signed(access, {}, claims))["sub"] == "flux-1"
    with pytest.raises(BadToken, match=told):
        access.tokens.read(Purpose.ACCESS, signed(access, {}, {**claims, **change}))


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": None}, {"crit": ["exp"], "exp": 1}, {"b64": False}])
def test_headers_that_are_not_ours(access: Access, good: str, header: dict[str, Any]) -> None:
    _, claims = opened(good)
    try:
        token = signed(access, header, claims)
    except Exception:
        head = segment({**opened(good)[0], **header})
        token = f"{head}.{good.split('.')[1]}.{good.split('.')[2]}"
    with pytest.raises(BadToken):
        access.tokens.read(Purpose.ACCESS, token)


def test_a_token_is_good_for_its_purpose_alone(access: Access) -> None:
    for made in Purpose:
        token = access.tokens.issue(made, CLAIMS, 900)
        for asked in Purpose:
            if asked is made:
                assert access.tokens.read(asked, token)
            else:
                with pytest.raises(BadToken):
                    access.tokens.read(asked, token)


def test_it_ends_to_the_second(access: Access, good: str, clock: Clock) -> None:
    clock.now = access.tokens.read(Purpose.ACCESS, good)["exp"] - 0.01
    assert access.tokens.read(Purpose.ACCESS, good)
    clock.now += 0.02
    with pytest.raises(BadToken, match="expiré"):
        access.tokens.read(Purpose.ACCESS, good)


def test_another_realm_of_the_same_keys(access: Access, good: str, clock: Clock, tmp_path: Path) -> None:
    other = Tokens(SigningKeys(tmp_path / "keys", clock), "https://vivier.example", "/autre", clock)
    with pytest.raises(BadToken, match="autre domaine"):
        other.read(Purpose.ACCESS, good)
    with pytest.raises(BadToken, match="autre domaine"):
        access.tokens.read(Purpose.ACCESS, other.issue(Purpose.ACCESS, CLAIMS, 900))


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "é.é.é", "\udc80", "x" * 5000, "e30.e30.", "e30.e30.e30.e30.e30"]
)
def test_what_is_no_token_at_all(access: Access, token: str) -> None:
    with pytest.raises(BadToken):
        access.tokens.read(Purpose.ACCESS, token)


def test_a_payload_that_is_no_object(access: Access) -> None:
    key = access.tokens.keys.signing()
    for payload in (b"[]", b"12", b"null", b"", b"\xff", b'{"exp": NaN}'):
        header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
        with pytest.raises(BadToken):
            access.tokens.read(Purpose.ACCESS, jws.serialize_compact(header, payload, key.key, ["ES256"]))


def test_no_token_outlives_the_keys(access: Access) -> None:
    with pytest.raises(ValueError, match="3600 s at most"):
        access.tokens.issue(Purpose.ACCESS, CLAIMS, 3601)


def test_what_is_remembered_ends_with_its_token_and_is_bounded(clock: Clock) -> None:
    seen: Remembered[int] = Remembered(clock, most=3)
    for number in range(5):
        seen.put(f"jeton-{number}", clock.now + number, number)
    assert len(seen) == 3
    assert [seen.get(f"jeton-{number}") for number in range(5)] == [None, None, 2, 3, 4]
    clock.now += 3
    assert [seen.get(f"jeton-{number}") for number in range(5)] == [None, None, None, None, 4]
