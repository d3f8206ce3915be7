"""Providers that lie, mix things up or are weak: nobody signs in through them."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from api.security.actor import Role
from api.security.oidc import LoginFailed, RelyingParty
from api.security.providers import Provider, ProvidersUnusable, read_providers

ISSUER = "https://fournisseur.example"
PROVIDER = Provider(
    label="Fournisseur",
    issuer=ISSUER,
    client_id="vivier",
    client_secret="secret",
    roles=(Role.EMPLOYER,),
    scope="openid email",
    acr_values=("eidas1",),
    name="essai",
)
BACK = "https://vivier.example/connexion/retour/essai"
NONCE, VERIFIER = "nonce-" + "n" * 20, "v" * 64


class Fake:
    """A provider whose every answer a test can twist."""

    def __init__(self) -> None:
        self.key: Any = RSAKey.generate_key(2048, {"kid": "k1"})
        self.published = [self.key]
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "k1"}
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/autoriser",
            "token_endpoint": f"{ISSUER}/jeton",
            "userinfo_endpoint": f"{ISSUER}/personne",
            "jwks_uri": f"{ISSUER}/cles",
            "end_session_endpoint": f"{ISSUER}/sortir?de=ici",
        }
        now = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": "vivier",
            "sub": "s1",
            "nonce": NONCE,
            "acr": "eidas1",
            "iat": now,
            "exp": now + 60,
        }
        self.id_token: str | None = None
        self.userinfo: dict[str, Any] = {
            "sub": "s1",
            "given_name": "Alix",
            "usual_name": "Essai",
            "email": "a@b.invalid",
        }
        self.userinfo_signed = False
        self.userinfo_audience: object = "vivier"
        self.forms: list[dict[str, list[str]]] = []
        self.n_key_reads = 0
        self.token_status = 200

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json=self.metadata)
        if path == "/cles":
            self.n_key_reads += 1
            return httpx2.Response(200, json={"keys": [key.as_dict(private=False) for key in self.published]})
        if path == "/jeton":
            self.forms.append(parse_qs(request.content.decode()))
            if self.token_status != 200:
                return httpx2.Response(self.token_status, json={"error": "invalid_grant"})
            token = self.id_token or jwt.encode(self.header, self.claims, self.key, algorithms=[self.header["alg"]])
            return httpx2.Response(200, json={"access_token": "acces", "token_type": "Bearer", "id_token": token})
        if path == "/personne":
            assert request.headers["authorization"] == "Bearer acces"
            if not self.userinfo_signed:
                return httpx2.Response(200, json=self.userinfo)
            told = {**self.userinfo, "iss": ISSUER, "aud": self.userinfo_audience}
            signed = jwt.encode({"alg": "RS256", "kid": "k1"}, told, self.key)
            return httpx2.Response(200, text=signed, headers={"content-type": "application/jwt; charset=utf-8"})
        return httpx2.Response(404)

    def sign_in(self, iss: str | None = None, party: RelyingParty | None = None) -> Any:
        party = party or RelyingParty(PROVIDER, BACK)
        return asyncio.run(party.person("code", NONCE, VERIFIER, iss, httpx2.MockTransport(self.answer)))


@pytest.fixture
def fake() -> Fake:
    return Fake()


def test_an_honest_provider_tells_who_somebody_is(fake: Fake) -> None:
    for fake.userinfo_signed in (False, True):
        person = fake.sign_in()
        assert (person.subject, person.presented.name, person.presented.email) == ("s1", "Alix Essai", "a@b.invalid")
    assert fake.forms[-1]["code_verifier"] == [VERIFIER]
    assert fake.forms[-1]["redirect_uri"] == [BACK]
    assert fake.sign_in(iss=ISSUER).subject == "s1"


def test_the_browser_is_sent_with_pkce_nonce_state_and_level(fake: Fake) -> None:
    party = RelyingParty(PROVIDER, BACK)
    url = asyncio.run(party.authorisation_url("etat", NONCE, VERIFIER, httpx2.MockTransport(fake.answer)))
    asked = parse_qs(httpx2.URL(url).query.decode())
    assert asked["state"] == ["etat"]
    assert asked["nonce"] == [NONCE]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["eidas1"]
    assert asked["redirect_uri"] == [BACK]
    assert asked["response_type"] == ["code"]
    assert VERIFIER not in url
    assert "secret" not in url


def test_signing_out_goes_by_the_provider(fake: Fake) -> None:
    party = RelyingParty(PROVIDER, BACK)
    transport = httpx2.MockTransport(fake.answer)
    url = asyncio.run(party.logout_url("jeton", "https://vivier.example/au-revoir", "etat", transport))
    asked = parse_qs(httpx2.URL(url or "").query.decode())
    assert asked == {
        "de": ["ici"],
        "id_token_hint": ["jeton"],
        "post_logout_redirect_uri": ["https://vivier.example/au-revoir"],
        "state": ["etat"],
    }


def claims(**changed: object) -> Callable[[Fake], None]:
    def twist(fake: Fake) -> None:
        fake.claims = {name: value for name, value in {**fake.claims, **changed}.items() if value is not None}

    return twist


def metadata(**changed: object) -> Callable[[Fake], None]:
    return lambda fake: fake.metadata.update(changed)


def userinfo(signed: bool = False, audience: object = "vivier", **changed: object) -> Callable[[Fake], None]:
    def twist(fake: Fake) -> None:
        fake.userinfo.update(changed)
        fake.userinfo_signed, fake.userinfo_audience = signed, audience

    return twist


def segment(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(fake: Fake) -> None:
    fake.id_token = f"{segment({'alg': 'none'})}.{segment(fake.claims)}."


def with_a_mac(secret: bytes) -> Callable[[Fake], None]:
    def twist(fake: Fake) -> None:
        key = secret or fake.key.as_pem(private=False)
        said = f"{segment({'alg': 'HS256', 'kid': 'k1'})}.{segment(fake.claims)}"
        fake.id_token = f"{said}.{segment(hmac.new(key, said.encode(), hashlib.sha256).digest())}"

    return twist


def with_another_key(fake: Fake) -> None:
    fake.key = RSAKey.generate_key(2048, {"kid": "k1"})


def with_a_key_brought_along(fake: Fake) -> None:
    fake.key = ECKey.generate_key("P-256", {"kid": "k2"})
    fake.header = {"alg": "ES256", "kid": "k2", "jwk": fake.key.as_dict(private=False)}


@pytest.mark.parametrize(
    "twist",
    [
        unsigned,
        with_a_mac(b"secret"),
        with_a_mac(b""),  # the public key as a secret
        with_another_key,
        with_a_key_brought_along,
        claims(iss="https://autre.example"),
        claims(iss=None),
        claims(aud="autre"),
        claims(aud=["autre", "encore"]),
        claims(aud=None),
        claims(aud=["vivier", "autre"], azp="autre"),
        claims(sub=None),
        claims(sub=""),
        claims(sub="s" * 400),
        claims(sub=12),
        claims(nonce="autre"),
        claims(nonce=None),
        claims(exp=int(time.time()) - 60),
        claims(exp=None),
        claims(nbf=int(time.time()) + 3600),
        claims(acr="eidas0"),
        claims(acr=None),
        claims(at_hash="faux"),
        metadata(issuer="https://autre.example"),
        metadata(issuer=f"{ISSUER}/"),
        metadata(token_endpoint="http://fournisseur.example/jeton"),
        metadata(jwks_uri="http://169.254.169.254/cles"),
        metadata(authorization_endpoint=None),
        metadata(authorization_response_iss_parameter_supported=True),
        userinfo(sub="s2"),
        userinfo(sub=None),
        userinfo(signed=True, audience="autre"),
        userinfo(signed=True, sub="s2"),
    ],
)
def test_a_provider_that_is_twisted_signs_nobody_in(fake: Fake, twist: Callable[[Fake], None]) -> None:
    twist(fake)
    with pytest.raises(LoginFailed):
        fake.sign_in()


def test_an_answer_that_names_another_provider(fake: Fake) -> None:
    with pytest.raises(LoginFailed, match="ne vient pas du fournisseur"):
        fake.sign_in(iss="https://autre.example")
    assert fake.forms == [], "the code was sent to nobody"


def test_a_refused_code_and_a_provider_that_is_away(fake: Fake) -> None:
    fake.token_status = 400
    with pytest.raises(LoginFailed, match="a refusé la connexion"):
        fake.sign_in()

    def away(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("personne")

    with pytest.raises(LoginFailed, match="ne répond pas"):
        asyncio.run(RelyingParty(PROVIDER, BACK).person("c", NONCE, VERIFIER, None, httpx2.MockTransport(away)))


def test_a_provider_without_s256_is_not_gone_to(fake: Fake) -> None:
    fake.metadata["code_challenge_methods_supported"] = ["plain"]
    with pytest.raises(LoginFailed, match="PKCE"):
        asyncio.run(
            RelyingParty(PROVIDER, BACK).authorisation_url("e", NONCE, VERIFIER, httpx2.MockTransport(fake.answer))
        )


def test_keys_that_were_rotated_are_read_again_but_not_at_will(fake: Fake) -> None:
    now = [time.time()]
    party = RelyingParty(PROVIDER, BACK, lambda: now[0])
    assert fake.sign_in(party=party).subject == "s1"
    fake.key = RSAKey.generate_key(2048, {"kid": "k2"})
    fake.published.append(fake.key)
    fake.header = {"alg": "RS256", "kid": "k2"}
    with pytest.raises(LoginFailed):
        fake.sign_in(party=party)
    assert fake.n_key_reads == 1
    now[0] += 61
    fake.claims |= {"iat": int(now[0]), "exp": int(now[0]) + 60}
    assert fake.sign_in(party=party).subject == "s1"
    assert fake.n_key_reads == 2


ENTRY = """
[{name}]
label = "ProConnect"
issuer = "{issuer}"
client_id = "vivier"
client_secret_file = "{secret}"
roles = [{roles}]
scope = "{scope}"
"""


def test_providers_are_read_from_a_file(tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("chut\n")
    good = {
        "name": "proconnect",
        "issuer": ISSUER,
        "secret": tmp_path / "secret",
        "roles": '"employeur"',
        "scope": "openid",
    }
    path = tmp_path / "providers.toml"
    path.write_text(ENTRY.format(**good))
    (found,) = read_providers(path).values()
    assert (found.name, found.client_secret, found.roles) == ("proconnect", "chut", (Role.EMPLOYER,))
    assert read_providers(None) == {}
    for change, told in (
        ({"issuer": "http://fournisseur.example"}, "not an https address"),
        ({"name": "local"}, "not 'local'"),
        ({"name": "A"}, "lower-case"),
        ({"scope": "email"}, "lacks openid"),
        ({"roles": '"service"'}, "roles are among"),
        ({"roles": '"zzz"'}, "zzz"),
        ({"secret": tmp_path / "absent"}, "client_secret_file"),
    ):
        path.write_text(ENTRY.format(**{**good, **change}))
        with pytest.raises(ProvidersUnusable, match=told):
            read_providers(path)
    path.write_text("[a")
    with pytest.raises(ProvidersUnusable, match="cannot be read as TOML"):
        read_providers(path)
