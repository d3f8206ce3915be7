"""The identity providers that people sign in through, as `VIVIER_PROVIDERS` lists them.

[proconnect]
label = "ProConnect"
issuer = "https://auth.agentconnect.gouv.fr/api/v2"
client_id = "…"
client_secret_file = "/run/secrets/proconnect"
scope = "openid given_name usual_name email siret"
acr_values = ["eidas1"]
roles = ["conseiller", "employeur"]
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from api.security.actor import Role

LOCAL: Final = "local"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ROLES: Final = (Role.JOBSEEKER, Role.EMPLOYER, Role.COUNSELLOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.PILOT)


class ProvidersUnusable(ValueError):
    """The file of providers cannot be used; the message says which entry and what would do."""


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider, and what its people may ask to be."""

    label: str
    issuer: str
    client_id: str
    roles: tuple[Role, ...]
    client_secret: str = ""
    client_secret_file: str = ""
    scope: str = "openid"
    acr_values: tuple[str, ...] = ()
    """Levels of authentication, one of which the provider must vouch for; none: whatever it has."""
    userinfo: bool = True
    """Whether to ask for the name, the e-mail and the SIRET that whoever approves an account reads."""
    name: str = ""


def read_providers(path: Path | None) -> dict[str, Provider]:
    """The providers of a file, by name; none without a file. Raises ProvidersUnusable."""
    if path is None:
        return {}
    try:
        entries = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ProvidersUnusable(f"{path} cannot be read as TOML ({error}): see docs/access.md") from None
    return {name: _provider(path, name, entry) for name, entry in entries.items()}


def local_provider(public_url: str) -> Provider:
    """The provider for development and tests, on the service itself. Raises ProvidersUnusable where other machines may
    reach it."""
    if urlsplit(public_url).hostname not in LOOPBACK:
        raise ProvidersUnusable(
            f"the local provider (VIVIER_LOCAL_PROVIDER) lets anybody in as anybody: it is not served at {public_url}, "
            "only where VIVIER_PUBLIC_URL is on 127.0.0.1"
        )
    return Provider(
        label="Fournisseur local (essais)",
        issuer=f"{public_url}/fournisseur-local",
        client_id="vivier",
        client_secret="",  # a public client: it is on the same machine, and PKCE binds it
        scope="openid given_name usual_name email siret",
        acr_values=("eidas1",),
        roles=_ROLES,
        name=LOCAL,
    )


def is_secure(url: str) -> bool:
    """Whether secrets may be sent to an address: TLS, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _provider(path: Path, name: str, entry: Mapping[str, Any]) -> Provider:
    if _NAME.fullmatch(name) is None or name == LOCAL:
        raise ProvidersUnusable(f"{path} [{name}]: a name is lower-case letters, digits and hyphens, and not {LOCAL!r}")
    try:
        found = msgspec.convert({**entry, "name": name}, Provider)
    except msgspec.ValidationError as error:
        raise ProvidersUnusable(f"{path} [{name}]: {error}") from None
    if not is_secure(found.issuer):
        raise ProvidersUnusable(f"{path} [{name}]: issuer {found.issuer!r} is not an https address")
    if "openid" not in found.scope.split():
        raise ProvidersUnusable(f"{path} [{name}]: scope {found.scope!r} lacks openid")
    refused = [role for role in found.roles if role not in _ROLES]
    if refused or not found.roles:
        raise ProvidersUnusable(f"{path} [{name}]: roles are among {', '.join(_ROLES)}")
    if found.client_secret_file:
        try:
            secret = Path(found.client_secret_file).read_text().strip()
        except OSError as error:
            raise ProvidersUnusable(f"{path} [{name}]: client_secret_file: {error}") from None
        return msgspec.structs.replace(found, client_secret=secret)
    return found
