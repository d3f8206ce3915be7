"""The settings of a deployment: read once at start from `VIVIER_…` variables, frozen, passed down."""

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from features.retention.base import Durations

if TYPE_CHECKING:
    from matching.index.cluster import Cluster

PREFIX = "VIVIER_"
RATE = r"^([1-9][0-9]{0,8}/(second|minute|hour)|none)$"


class SettingsError(ValueError):
    """A `VIVIER_…` variable is unknown or has a value that cannot be used; the message says which and what would do."""


class Settings(BaseSettings):
    """Every setting, with its default. `docs/settings.md` lists the same ones, and a test compares the two."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    data_dir: Annotated[Path, Field(description="Folder of the database, the reference data and the indexes.")] = Path(
        "var"
    )
    local_dir: Annotated[
        Path | None,
        Field(
            description="Folder of this machine's own copies of what is published in the data folder (reference data, "
            "indexes, rankers, prices), where several nodes share one (docs/nodes.md); unset, it is read in place."
        ),
    ] = None
    stale_after_s: Annotated[
        float | None,
        Field(
            ge=0.5,
            le=3600,
            description="Seconds by which what a node knows may be out of date before it refuses requests (503), so "
            "that another answers (docs/nodes.md); PostgreSQL only. Unset: it answers from memory.",
        ),
    ] = None
    database_url: Annotated[
        str | None,
        Field(description="`sqlite:///path` or `postgresql+psycopg://…`; unset, SQLite in the data folder."),
    ] = None
    database_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="Seconds that the service waits for the database: for a connection, for an answer, for "
            "SQLite's lock; beyond, 503 with `Retry-After`. Commands (imports, migrations) wait as long as it takes.",
        ),
    ] = 10.0
    outage_s: Annotated[
        float,
        Field(
            ge=10,
            le=86_400,
            description="Seconds for which searches go on from memory while the database cannot be reached; beyond, "
            "nobody is let in, since nobody knows whose access has ended meanwhile.",
        ),
    ] = 900.0
    data_key_file: Annotated[
        Path | None,
        Field(
            description="File of the keys that seal what identifies people (`vivier keys new`); unset, `data-key` in "
            "the data folder where it is there. Keep it apart from the database and from its backups."
        ),
    ] = None
    data_key: Annotated[
        SecretStr | None,
        Field(description="The same keys as a value, names and keys apart by blanks; wins over the file."),
    ] = None
    tombstones: Annotated[
        Path | None,
        Field(
            description="File of who was erased, as hashes; unset, `tombstones` in the data folder. Keep it apart from "
            "the backups that it is to be replayed on."
        ),
    ] = None
    erased_refused_days: Annotated[
        int,
        Field(
            ge=1,
            description="Days for which an erased id is remembered: refused when it comes again, erased again when a "
            "backup is restored.",
        ),
    ] = 1095
    keep_profiles_days: Annotated[
        int,
        Field(ge=1, description="Days after the last contact with a person that `vivier retention run` forgets them."),
    ] = 730
    keep_refused_contacts_days: Annotated[
        int, Field(ge=1, description="Days for which employers' requests that were refused or lapsed are kept.")
    ] = 90
    keep_logs_days: Annotated[
        int, Field(ge=1, description="Days for which digests, the ledger, corrections, rejects and logs are kept.")
    ] = 365
    open_data: Annotated[
        Path | None, Field(description="Folder of the publishers' files, for `vivier import open-data`.")
    ] = None
    encoder: Annotated[
        Path | None,
        Field(
            description="Folder of another encoder than the one that ships: written by `vivier train encoder`, or any "
            "sentence-transformers model (needs `vivier[train]`). Build the indexes again after a change."
        ),
    ] = None
    index_backend: Annotated[
        Literal["geo-ivf", "exact", "faiss-flat", "milvus"],
        Field(
            description="Where vectors are searched, from the next `vivier index build` on: in this machine's memory "
            "(`geo-ivf`, or the simpler ones that it is judged by), or in a cluster (`milvus`; needs "
            "`vivier[cluster]`)."
        ),
    ] = "geo-ivf"
    cluster_uri: Annotated[
        str | None,
        Field(
            pattern=r"^(https?://[^\s]+|[^\s]+\.db)$",
            description="Address of the Milvus cluster, `http://host:19530`; for trials by one process, a file `….db` "
            "of Milvus Lite.",
        ),
    ] = None
    cluster_token: Annotated[
        SecretStr | None, Field(description="`user:password` or API key of the cluster; unset: none.")
    ] = None
    cluster_prefix: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9]{0,30}$",
            description="Begins the names of this deployment's collections in the cluster; no other deployment may "
            "have it.",
        ),
    ] = "vivier"
    cluster_index: Annotated[
        Literal["FLAT", "IVF_FLAT"],
        Field(
            description="How the cluster searches vectors: all of them (`FLAT`, exact), or, among 100,000 and more, "
            "the likeliest."
        ),
    ] = "FLAT"
    cluster_effort: Annotated[
        int,
        Field(
            ge=1,
            le=16_384,
            description="Lists that a search of the cluster looks at, with `IVF_FLAT`: more of them, and fewer misses.",
        ),
    ] = 128
    cluster_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="Seconds that a search waits for the cluster; beyond, 503, at once for the next five seconds.",
        ),
    ] = 1.0
    host: Annotated[
        str,
        Field(
            min_length=1,
            description="Address to listen on. The default is reachable from this machine only; anything wider belongs "
            "behind a proxy that speaks TLS.",
        ),
    ] = "127.0.0.1"
    demo_identities: Annotated[
        bool,
        Field(
            description="Whether `Bearer demo:<role>:<whose>` signs in as anybody. For demonstrations: refused unless "
            "the service listens on this machine only, and is known by no other name."
        ),
    ] = False
    port: Annotated[int, Field(ge=1, le=65535, description="Port to listen on.")] = 8000
    body_limit_bytes: Annotated[
        int, Field(ge=1024, description="Largest request body, except for the bulk (`/lot`) routes.")
    ] = 1024 * 1024
    bulk_limit_bytes: Annotated[int, Field(ge=1024, description="Largest body of a bulk (`/lot`) request.")] = (
        1024 * 1024 * 1024
    )
    bulk_line_limit_bytes: Annotated[
        int, Field(ge=1024, description="Longest line of a bulk request; a longer one is rejected, not the others.")
    ] = 1024 * 1024
    bulk_rejects_listed: Annotated[
        int, Field(ge=0, description="Rejects that a bulk answer lists one by one; all are counted.")
    ] = 1000
    workers: Annotated[
        int,
        Field(ge=1, le=256, description="Processes that answer, one event loop each, over the same mapped indexes."),
    ] = 1
    in_flight_limit: Annotated[
        int,
        Field(
            ge=1,
            description="Requests that one worker takes on at a time; beyond, it answers 503 with `Retry-After`.",
        ),
    ] = 32
    request_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="Seconds in which a request is answered, its body received; beyond, 504 (408 for a body that "
            "does not come). Of a bulk (`/lot`) route: between two pieces of its body.",
        ),
    ] = 30.0
    header_limit_bytes: Annotated[
        int, Field(ge=1024, description="Largest address and headers of a request, together; beyond, 431.")
    ] = 16 * 1024
    allowed_hosts: Annotated[
        str | None,
        Field(
            description="Names that a request may call this service by (`Host`), separated by commas; `*.example.fr` "
            "for all under one, `*` for any. Unset: loopback, `VIVIER_HOST` and the name in `VIVIER_PUBLIC_URL`."
        ),
    ] = None
    allowed_origins: Annotated[
        str | None,
        Field(
            description="Origins (`https://www.example.fr`) whose pages may read answers (CORS), separated by commas; "
            "unset: none."
        ),
    ] = None
    trusted_proxies: Annotated[
        str,
        Field(
            description="Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, separated "
            "by commas."
        ),
    ] = "127.0.0.1,::1"
    api_page: Annotated[
        bool,
        Field(description="Whether `/docs` and `/openapi.json` are served; `vivier demo` has them in any case."),
    ] = False
    rate_limit: Annotated[
        str,
        Field(pattern=RATE, description="Requests of one person's account, as `number/second|minute|hour`; `none`."),
    ] = "300/minute"
    rate_limit_machines: Annotated[
        str, Field(pattern=RATE, description="The same for one client of the network or of a partner.")
    ] = "60000/minute"
    rate_limit_address: Annotated[
        str,
        Field(
            pattern=RATE,
            description="The same for one address (of IPv6, one /64), of requests that come without an account: public "
            "routes, refused tokens, unknown addresses.",
        ),
    ] = "120/minute"
    rate_limit_storage: Annotated[
        str,
        Field(
            pattern=r"^(memory://|redis(s)?://[^\s]+)$",
            description="Where requests are counted: `memory://`, each worker for itself, or `redis://…`, all together "
            "(needs `vivier[redis]`).",
        ),
    ] = "memory://"
    people_share: Annotated[
        float,
        Field(
            gt=0, le=1, description="Share of the bank that the accounts of one employer are shown in a day, at most."
        ),
    ] = 0.01
    people_least: Annotated[
        int,
        Field(
            ge=1,
            description="People that an employer may be shown in a day however small the bank is: in one of fewer than "
            "a hundred times as many, this is more than the share.",
        ),
    ] = 200
    need_share: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Part of an employer's day that may go to needs that are not published "
            "(`/v1/profils/recherche`).",
        ),
    ] = 0.25
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Least severe of what the service logs; `info` has a line for each request."),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "json", "text"],
        Field(description="`json`, one object a line; `text`, for people; `auto`: `text` on a terminal only."),
    ] = "auto"
    metrics_host: Annotated[str, Field(min_length=1, description="Address on which `VIVIER_METRICS_PORT` listens.")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="Port of `/metrics` (Prometheus), apart from the API's; unset: none."),
    ] = None
    otlp_endpoint: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^\s]+$",
            description="Where OpenTelemetry spans are sent (OTLP over HTTP, `https://…/v1/traces`); needs "
            "`vivier[tracing]`. Unset: nowhere.",
        ),
    ] = None
    merge_after: Annotated[
        int,
        Field(
            ge=0,
            description="Changed rows after which the service has a new generation of the indexes written by a process "
            "of its own; 0: never, `vivier index merge` does it by hand.",
        ),
    ] = 50_000
    follow_interval_s: Annotated[
        float,
        Field(gt=0, le=60, description="Seconds between two looks at the change log for other processes' writes."),
    ] = 0.25

    allocation_knob: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="What lists of offers take off a score for each unit of an offer's price, as the last "
            "`vivier allocate` published it; 0: prices are not looked at.",
        ),
    ] = 0.0

    subscribe_by_default: Annotated[
        bool,
        Field(
            description="Whether a profile whose project names a ROME code is subscribed, to its page or by e-mail "
            "where the person agreed, until they say otherwise."
        ),
    ] = False
    timezone: Annotated[str, Field(description="Time zone of digests: their day, their hour and the quiet hours.")] = (
        "Europe/Paris"
    )
    quiet_hours: Annotated[
        str,
        Field(
            pattern=r"^([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])$",
            description="Hours in which no instant digest is prepared or handed over, as `from-to`; `0-0`: none.",
        ),
    ] = "21-7"
    digest_knob: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="How far digests spread attention over the new offers by their posts: 0 by score alone, to 1.",
        ),
    ] = 0.6
    digest_least_quality: Annotated[
        float,
        Field(ge=0, le=1, description="Score, by the weighted sum, under which an offer or a training is not sent."),
    ] = 0.5
    fairness_contact: Annotated[
        str | None,
        Field(
            max_length=300,
            description="Whom to ask about how lists are ranked, as the card of each list tells it: a name, an e-mail, "
            "a telephone number; unset, one's counsellor.",
        ),
    ] = None
    public_url: Annotated[
        str,
        Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", description="Address of this service as people reach it."),
    ] = "http://127.0.0.1:8000"
    link_key: Annotated[
        SecretStr | None,
        Field(
            min_length=32,
            description="Secret that signs the links of e-mails, the addresses of feeds and the webhooks; unset, one "
            "is drawn and kept in the data folder. Another key makes all links that were sent worthless.",
        ),
    ] = None
    smtp_host: Annotated[
        str | None, Field(description="Mail server that digests are handed to; unset, e-mails wait.")
    ] = None
    smtp_port: Annotated[int, Field(ge=1, le=65535, description="Port of the mail server.")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        Field(description="`starttls`, `tls` from the first byte, or `none` (a server on this machine)."),
    ] = "starttls"
    smtp_user: Annotated[str | None, Field(description="User of the mail server; unset, no sign-in.")] = None
    smtp_password: Annotated[SecretStr | None, Field(description="Password of that user.")] = None
    smtp_timeout_s: Annotated[
        float, Field(gt=0, le=600, description="Seconds that each answer of the mail server is awaited.")
    ] = 30.0
    mail_from: Annotated[
        str,
        Field(pattern=r"^[^\r\n]+@[^\r\n@]+$", description="Sender of the digests: `Name <address>` or an address."),
    ] = "Vivier <ne-pas-repondre@vivier.invalid>"
    audit_key: Annotated[
        SecretStr | None,
        Field(
            min_length=32,
            description="Secret of the audit log: it makes the pseudonyms of people and signs the chain; unset, one is "
            "drawn and kept in the data folder. Never keep it in the database, and do not change it: nobody could tell "
            "any more whom the lines are about.",
        ),
    ] = None
    audit_dir: Annotated[
        Path | None,
        Field(
            description="Folder of the audit log's signed heads, best on another disk than the database; unset, "
            "`audit` in the data folder."
        ),
    ] = None
    audit_queue: Annotated[
        int,
        Field(
            ge=100,
            description="Lines of the audit log that may wait to be written; beyond, requests wait, then get 503.",
        ),
    ] = 20_000
    webhook_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="Seconds that a webhook's receiver is awaited: to connect, and for each piece of its answer; "
            "after three times as many it is cut off.",
        ),
    ] = 10.0
    webhook_private_addresses: Annotated[
        bool,
        Field(
            description="Whether webhooks may be posted to addresses of a private network, and without TLS. For trials "
            "on one machine only."
        ),
    ] = False

    realm: Annotated[
        str,
        Field(pattern=r"^/[a-z0-9/_-]{0,40}$", description="Domain of sign-in that tokens name; others' are refused."),
    ] = "/vivier"
    access_keys: Annotated[
        Path | None,
        Field(
            description="Folder of the keys that tokens are signed with, one for all processes and machines of a "
            "deployment; unset, `access-keys` in the data folder."
        ),
    ] = None

    providers: Annotated[
        Path | None,
        Field(description="TOML file of the identity providers that people sign in through; unset, nobody does."),
    ] = None
    provider_timeout_s: Annotated[
        float, Field(gt=0, le=600, description="Seconds in which an identity provider answers, or sign-in fails.")
    ] = 10.0
    local_provider: Annotated[
        bool,
        Field(
            description="Whether the service has a provider of its own at `/fournisseur-local`, where anybody signs in "
            "as anybody. For development and tests: refused unless the service is reached on this machine only."
        ),
    ] = False

    @property
    def access_keys_dir(self) -> Path:
        """The folder of the keys, whether set or by default."""
        return self.access_keys or self.data_dir / "access-keys"

    @property
    def quiet(self) -> tuple[int, int]:
        """The quiet hours: from, to."""
        start, end = self.quiet_hours.split("-")
        return int(start), int(end)

    @property
    def store_url(self) -> str:
        """The database's URL, whether set or by default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'vivier.db'}"

    @property
    def cluster(self) -> "Cluster | None":
        """Where the cluster is, if any."""
        from matching.index.cluster import Cluster

        if self.cluster_uri is None:
            return None
        token = "" if self.cluster_token is None else self.cluster_token.get_secret_value()
        return Cluster(
            self.cluster_uri,
            token,
            self.cluster_prefix,
            self.cluster_index,
            self.cluster_effort,
            self.cluster_timeout_s,
        )

    @property
    def durations(self) -> Durations:
        """How long what is known of people is kept."""
        return Durations(
            self.keep_profiles_days, self.keep_refused_contacts_days, self.keep_logs_days, self.erased_refused_days
        )

    @property
    def key_path(self) -> Path:
        """Where the keys lie, unless they are given as a value."""
        return self.data_dir / "data-key" if self.data_key_file is None else self.data_key_file

    @property
    def tombstones_path(self) -> Path:
        return self.data_dir / "tombstones" if self.tombstones is None else self.tombstones

    @property
    def served_dir(self) -> Path:
        """The folder that the service reads published things from."""
        return self.local_dir or self.data_dir

    @property
    def reference_dir(self) -> Path:
        return self.data_dir / "reference"

    @property
    def indexes_dir(self) -> Path:
        return self.data_dir / "indexes"


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads these same settings."""
    found: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if value is not None:
            shown = value.get_secret_value() if isinstance(value, SecretStr) else value
            found[f"{PREFIX}{name.upper()}"] = str(shown)
    return found


def read_settings() -> Settings:
    """The settings that the process's environment gives.

    Raises SettingsError for a `VIVIER_…` variable that no setting has, naming the nearest one, and for a value that
    cannot be used.
    """
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for variable in os.environ:
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            nearest = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"{variable} is not a setting; the nearest one is {nearest} (see docs/settings.md)")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        is_secret = SecretStr in get_args(Settings.model_fields[name].annotation)
        shown = "(not shown)" if is_secret else repr(first["input"])
        raise SettingsError(f"{PREFIX}{name.upper()}={shown}: {first['msg']}") from None
