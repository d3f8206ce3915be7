"""Tokens: JWTs (RFC 7519) that this service signs and that it alone accepts, for the purpose they were made for.

Of what a token's header says, only the id of the key is used, to look a key up by; the algorithm is ours, whatever it
says (RFC 8725, *JSON Web Token Best Current Practices*).
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from api.security.signing_keys import ALGORITHM, LONGEST_TOKEN_S, SigningKeys

MOST_CHARACTERS: Final = 4096
LEEWAY_S: Final = 5
"""How far the clocks of two machines that sign for one deployment may be apart."""
MOST_REMEMBERED: Final = 8192

T = TypeVar("T")


class Purpose(StrEnum):
    """What a token is for: its `typ`. One made for one purpose is nothing to another."""

    ACCESS = "at+jwt"
    """Of machines (RFC 9068)."""
    SESSION = "session+jwt"
    """Of people, in a cookie."""
    LOGIN = "login+jwt"
    """Of a browser on its way to a provider and back."""


class BadToken(Exception):
    """A token that is not accepted; the message says why, in French, and quotes nothing of it."""


class Tokens:
    """Signs and reads the tokens of a deployment."""

    def __init__(self, keys: SigningKeys, issuer: str, realm: str, clock: Callable[[], float] = time.time) -> None:
        self.keys = keys
        self.issuer = issuer
        self.realm = realm
        self.clock = clock
        self._registry = jws.JWSRegistry(algorithms=[ALGORITHM])

    def issue(self, purpose: Purpose, claims: dict[str, Any], lasts_s: int) -> str:
        """A token with these claims, good for `lasts_s` seconds. Raises ValueError beyond `LONGEST_TOKEN_S`."""
        if lasts_s > LONGEST_TOKEN_S:
            raise ValueError(f"a token lasts {LONGEST_TOKEN_S} s at most, not {lasts_s}")
        now = int(self.clock())
        whole = {
            **claims,
            "iss": self.issuer,
            "aud": self.issuer,
            "realm": self.realm,
            "iat": now,
            "nbf": now,
            "exp": now + lasts_s,
            "jti": secrets.token_hex(16),
        }
        signing = self.keys.signing()
        header = {"alg": ALGORITHM, "kid": signing.kid, "typ": purpose.value}
        return jws.serialize_compact(header, msgspec.json.encode(whole), signing.key, registry=self._registry)

    def read(self, purpose: Purpose, token: str) -> dict[str, Any]:
        """The claims of a token that is good now. Raises BadToken."""
        if len(token) > MOST_CHARACTERS:
            raise BadToken("Le jeton est trop long.")
        try:
            found = jws.deserialize_compact(token.encode("ascii"), self._key_for(purpose), registry=self._registry)
            claims = msgspec.json.decode(found.payload, type=dict[str, Any])
        except (JoseError, ValueError, msgspec.DecodeError):
            raise BadToken("Le jeton n'est pas de ceux que ce service donne pour cet usage.") from None
        self._check(claims)
        return claims

    def _key_for(self, purpose: Purpose) -> Callable[[Any], ECKey]:
        def find(signed: Any) -> ECKey:
            header = signed.headers()
            kid = header.get("kid")
            if header.get("alg") != ALGORITHM or header.get("typ") != purpose.value or not isinstance(kid, str):
                raise BadToken("Le jeton n'est pas de ceux que ce service donne pour cet usage.")
            known = self.keys.get(kid)
            if known is None:
                raise BadToken("Le jeton est signé d'une clé que ce service ne connaît pas, ou plus.")
            return known.key

        return find

    def _check(self, claims: dict[str, Any]) -> None:
        if claims.get("iss") != self.issuer or claims.get("aud") != self.issuer:
            raise BadToken("Le jeton a été donné par un autre service, ou pour un autre.")
        if claims.get("realm") != self.realm:
            raise BadToken("Le jeton est d'un autre domaine de connexion.")
        now = self.clock()
        begins, ends = claims.get("nbf"), claims.get("exp")
        if type(begins) is not int or type(ends) is not int or not isinstance(claims.get("jti"), str):
            raise BadToken("Le jeton est incomplet.")
        if begins > now + LEEWAY_S:
            raise BadToken("Le jeton n'est pas encore valable.")
        if ends <= now:
            raise BadToken("Le jeton a expiré : demandez-en un autre.")


class Remembered(Generic[T]):
    """What tokens said, by their digest, until they end: a signature is checked once, not at each request.

    Tokens that were refused are not kept. Beyond `most`, the oldest goes. For one thread.
    """

    def __init__(self, clock: Callable[[], float] = time.time, most: int = MOST_REMEMBERED) -> None:
        self._clock = clock
        self._most = most
        self._kept: dict[bytes, tuple[float, T]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> T | None:
        """What was kept of a token that has not ended."""
        kept = self._kept.get(_digest(token))
        return kept[1] if kept is not None and kept[0] > self._clock() else None

    def put(self, token: str, ends_at: float, value: T) -> None:
        digest = _digest(token)
        self._kept.pop(digest, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[digest] = (ends_at, value)

    def replace(self, token: str, value: T) -> None:
        """Keep something else of a token that is kept."""
        digest = _digest(token)
        kept = self._kept.get(digest)
        if kept is not None:
            self._kept[digest] = (kept[0], value)


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode("utf-8", "surrogateescape"), digest_size=20).digest()
