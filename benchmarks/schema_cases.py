"""Cases made from the OpenAPI document against the service in this process, as one identity after the other.

Schemathesis makes the cases (the document's examples, the edges of each schema, drawn values, chains of requests along
`links`) and holds each answer to all of its checks, and to two of our own: a refusal says why, and a bulk adds up. A
business rule cannot be told in a schema (a person that the body names must exist, an end follows its start), so that a
well-shaped request may be refused with 400 or 422 where the answer names the value and the remedy.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.config._checks import (
    NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES,
    POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES,
)
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.python import asgi

from api.app import create_app
from api.problems import MEDIA_TYPE
from api.security.actor import Role
from api.security.demo import WHOSE
from api.service import Service
from benchmarks.sample_world import alone, unlimited
from features.records import Offer, Profile
from features.store import Store

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
DRAWN: Final = ("fuzzing", "stateful")
"""Phases that another seed makes other cases in."""

BULK: Final = "/lot$"
NDJSON: Final = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def one_line(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A value as the only line of a bulk."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


def _hold(kept: object, broken: str) -> None:
    """What a check of our own holds an answer to."""
    if not kept:
        raise AssertionError(broken)


@schemathesis.check
def a_refusal_says_why(_context: object, response: schemathesis.Response, _case: object) -> bool | None:
    """Every problem tells what is wrong; that of a body, field by field with the remedy."""
    if response.status_code < 400 or not response.content:
        return None
    _hold(response.headers["content-type"] == [MEDIA_TYPE], "a refusal is a problem")
    problem = response.json()
    _hold(problem["detail"].strip(), "a problem without a detail")
    _hold("None" not in problem["detail"], "a problem that speaks of None")
    if response.status_code == 422:
        _hold(problem["erreurs"], "422 without errors")
        told = all(each["champ"] and each["motif"] and each["remede"] for each in problem["erreurs"])
        _hold(told, "an error without its field, its reason or its remedy")
    return None


@schemathesis.check
def a_bulk_adds_up(_context: object, response: schemathesis.Response, case: schemathesis.Case[Any]) -> bool | None:
    """Every line that was read is kept or listed."""
    if not case.path.endswith("/lot") or response.status_code != 200:
        return None
    told = response.json()
    kept = sum(told[name] for name in ("ajoutees", "modifiees", "inchangees", "repetees", "rejetees"))
    _hold(told["lues"] == kept, "lines were lost")
    return None


@dataclass
class Tally:
    """What a run of cases came to."""

    cases: Counter[str] = field(default_factory=Counter)
    """Cases by phase."""
    statuses: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    """By check and operation."""
    shown: dict[str, str] = field(default_factory=dict)
    """The first of each failure: request, answer, reason."""
    errors: list[str] = field(default_factory=list)
    """Cases that could not be made."""

    @property
    def n_cases(self) -> int:
        return sum(self.cases.values())

    @property
    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= "500")

    def add(self, other: "Tally") -> None:
        self.cases += other.cases
        self.statuses += other.statuses
        self.failures += other.failures
        self.shown = {**other.shown, **self.shown}
        self.errors += other.errors

    def take(self, phase: str, recorder: ScenarioRecorder) -> None:
        """Add one scenario."""
        for interaction in recorder.interactions.values():
            self.cases[phase] += 1
            answer = interaction.response
            self.statuses[str(answer.status_code) if answer is not None else "none"] += 1
        for key, checks in recorder.checks.items():
            for check in checks:
                if check.status is Status.FAILURE and check.failure_info is not None:
                    name = f"{check.name}: {recorder.cases[key].value.operation.label}"
                    self.failures[name] += 1
                    self.shown.setdefault(name, _shown(recorder, key, check.failure_info.failure.message))


def _shown(recorder: ScenarioRecorder, key: str, reason: str) -> str:
    """A failure as one needs it to see it again."""
    interaction = recorder.interactions.get(key)
    if interaction is None:
        return reason[:500]
    request, response = interaction.request, interaction.response
    body = (request.body or b"")[:1000].decode(errors="replace")
    answer = "" if response is None else f"{response.status_code} {response.content[:500].decode(errors='replace')}"
    return f"{reason[:600]}\n{request.method} {request.uri[:1000]}\n{body}\n{answer}"


def identities(store: Store) -> dict[str, str | None]:
    """A demonstration's token for each role, of somebody who is in the store; None for a request without an account."""
    offer = next(each for batch in store.scan(Offer) for each in batch if each.siret is not None)
    person = next(each for batch in store.scan(Profile) for each in batch if each.counsellor_id is not None)
    whose = {
        Role.JOBSEEKER: person.id,
        Role.EMPLOYER: offer.siret,
        Role.COUNSELLOR: person.counsellor_id,
        Role.PARTNER: "partenaire-exemple",
    }
    found = {role.value: f"demo:{role.value}" + (f":{whose[role]}" if role in WHOSE else "") for role in Role}
    return {**found, "personne": None}


@contextmanager
def serving(folder: Path) -> Iterator[FastAPI]:
    """The service over a data folder, its limits (rates, people shown a day) lifted by its settings."""
    try:
        yield create_app(alone(Service.open(unlimited(folder, asgi.HOST, api_page=True))))
    finally:
        asgi.shutdown_lifespans()


def run_cases(
    app: FastAPI, token: str | None, seed: int, per_operation: int, phases: Sequence[str], paths: str = ""
) -> Tally:
    """The cases of the operations whose address matches `paths` (all of them when it is empty), as one identity."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=_config(token, seed, per_operation, phases))
    tally = Tally()
    for event in from_schema(schema.include(path_regex=paths) if paths else schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tally.take(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError):
            tally.errors.append(f"{event.label}: {event.value}"[:500])
        elif isinstance(event, events.FatalError):
            raise event.exception
    return tally


def _config(token: str | None, seed: int, per_operation: int, phases: Sequence[str]) -> SchemathesisConfig:
    refused = [*NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES, "413", "431"]
    accepted = [*POSITIVE_DATA_ACCEPTANCE_EXPECTED_STATUSES, "400", "413", "422", "431"]
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],  # a busy machine is no failure
            "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": per_operation, "no-shrink": True, "database": "none"},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "checks": {
                "negative_data_rejection": {"expected-statuses": refused},
                "positive_data_acceptance": {"expected-statuses": accepted},
            },
            # A bulk answers 200 and lists its bad lines: `a_bulk_adds_up` holds it to that.
            "operations": [{"include-path-regex": BULK, "checks": {"negative_data_rejection": {"enabled": False}}}],
        }
    )


def as_json(tally: Tally) -> bytes:
    return msgspec.json.encode(tally)


def of_json(text: str) -> Tally:
    told: dict[str, Any] = msgspec.json.decode(text)
    return Tally(
        Counter(told["cases"]), Counter(told["statuses"]), Counter(told["failures"]), told["shown"], told["errors"]
    )
