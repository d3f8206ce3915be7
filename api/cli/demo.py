"""`vivier demo`: the sample world from nothing to four answered questions; started again, it starts at once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import AsJson, completion, fail, print_result, progress, say, settings
from api.cli.console import store as open_store
from api.cli.index import build_generation
from api.cli.serve import address, as_reached, check_demo_stays_here, listen, run
from api.cli.world import refuse_other_rome

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings

SEED = 1
FRESH_DAYS = 30
"""A world older than this is made again: offers grow stale, sessions begin."""

STAMP = "demo.json"
WRITING = "demo.writing"
"""Stands while the world is being made: a run that was cut short may be taken up again."""
TRIED = 60
"""Records among which the examples are chosen."""


@dataclass(frozen=True)
class Question:
    """A question that the demonstration shows, as one `curl` line."""

    text: str
    asked_by: str
    """The demonstration's identity that asks."""
    path: str
    body: dict[str, Any] | None = None

    def curl(self, base: str) -> str:
        """A line to paste into a shell."""
        url = f'"{base}{self.path}" | python3 -m json.tool --no-ensure-ascii'
        signed = f"-H 'Authorization: Bearer {self.asked_by}'"
        if self.body is None:
            return f"curl -s {signed} {url}"
        body = json.dumps(self.body, ensure_ascii=False)
        return f"curl -s {signed} -H 'Content-Type: application/json' -d '{body}' {url}"


def demo(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: VIVIER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default: VIVIER_PORT, 8000).")] = None,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Build the world and its index; do not serve.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the sample world under the data folder if needed, print four questions to ask it, and serve it.

    Example: vivier demo --port 8080
    """
    configured = settings().model_copy(update={"demo_identities": True, "api_page": True})
    if build_only:
        print_result({"built": prepare(configured)}, as_json, f"The sample world is in {configured.data_dir}.")
        return
    with listen(host or configured.host, configured.port if port is None else port) as listener:
        check_demo_stays_here(configured, listener)
        prepare(configured)
        service = _open(as_reached(configured, listener))
        base = address(listener)
        asked = questions(service)
        lines = [f"# {question.text}\n{question.curl(base)}\n" for question in asked]
        print_result(
            {"url": base, "docs": f"{base}/docs", "questions": [question.curl(base) for question in asked]},
            as_json,
            "\n".join(
                [
                    "",
                    f"Open {base}/ in a browser, and choose whom to be.",
                    "",
                    "Or four questions to paste into another terminal:",
                    "",
                    *lines,
                ]
            ),
        )
        run(service, listener)


def prepare(configured: "Settings") -> bool:
    """Make the sample world and its index unless they are there, whole and recent; returns whether it made them."""
    import datetime as dt

    stamp = configured.data_dir / STAMP
    wanted = {"code": _code_digest(), "seed": SEED}
    today = dt.datetime.now(dt.UTC).date()
    if _is_current(stamp, wanted, today):
        return False
    _refuse_other_data(configured)
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    writing = configured.data_dir / WRITING
    writing.touch()
    stamp.unlink(missing_ok=True)
    _make_world(configured, today)
    build_generation(configured)
    stamp.write_text(json.dumps({**wanted, "day": today.isoformat()}))
    writing.unlink()
    return True


def _is_current(stamp: Path, wanted: dict[str, Any], today: Any) -> bool:
    import datetime as dt

    try:
        found = json.loads(stamp.read_text())
        age_days = (today - dt.date.fromisoformat(found.pop("day"))).days
    except (OSError, ValueError, KeyError):
        return False
    return bool(found == wanted and 0 <= age_days <= FRESH_DAYS)


def _code_digest() -> str:
    """Changes with the package and its models: a world made by others is made again."""
    import hashlib

    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for floor in ("features", "models", "matching"):
        for path in sorted((root / floor).rglob("*")):
            if path.suffix in (".py", ".toml", ".tsv", ".json"):
                digest.update(f"{path.relative_to(root)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _refuse_other_data(configured: "Settings") -> None:
    refuse_other_rome(
        configured,
        "run `vivier serve` for it, or give the demonstration a folder of its own with VIVIER_DATA_DIR",
    )
    _refuse_other_records(configured)


def _refuse_other_records(configured: "Settings") -> None:
    """Records that the demonstration did not write are not its to replace: another source's, or another world's."""
    store = open_store(configured, make_keys=True)
    try:
        made_here = (configured.data_dir / WRITING).exists() or (configured.data_dir / STAMP).exists()
        foreign = not made_here and store.watermark() > 0
    finally:
        store.close()
    if foreign:
        fail(
            f"the store of {configured.data_dir} holds records that the demonstration did not make: run `vivier serve` "
            "for them, or give the demonstration a folder of its own with VIVIER_DATA_DIR (and no VIVIER_DATABASE_URL)"
        )


def _make_world(configured: "Settings", today: Any) -> None:
    with progress("Loading the hand-written facts", 1) as advance:
        from api.auditing.commands import entry, note
        from features.audit.actions import Action
        from features.sample.reference import sample_reference
        from features.world.small import SMALL, sample_world_facts
        from features.world.world import ORDER, World
        from features.world.write import to_store

        reference = sample_reference()
        reference.save(configured.reference_dir)
        world = World(sample_world_facts(), SMALL, SEED, today)
        advance(1)
    store = open_store(configured, make_keys=True)
    try:
        with progress("Writing the sample world", sum(world.expected(kind) for kind in ORDER)) as advance:
            to_store(world, store, progress=advance, completed=completion(configured, reference).completed)
    finally:
        store.close()
    note(configured, entry(Action.IMPORTED, "vivier demo", "imports", detail="monde de démonstration"))


def _open(configured: "Settings") -> "Service":
    from api.service import Service
    from matching.errors import NotReady

    try:
        return Service.open(configured)
    except NotReady as error:
        say(f"{error}")
        build_generation(configured)
        return Service.open(configured)


def questions(service: "Service") -> list[Question]:
    """One question for each of the four services, about people and offers that have good answers."""
    from features.records import Offer, Profile
    from matching.answer import Window
    from matching.schema import Collection
    from matching.sourcing import profiles_for_offer
    from matching.subscriptions import offers_for_profile
    from matching.trainings import sessions_for_profile

    engine, window = service.engine, Window(0, 4)

    def liking(profile: Profile) -> float:
        offers = offers_for_profile(engine, profile.id, {}, window).matches
        sessions = sessions_for_profile(engine, profile.id, {}, window).matches
        shared = profile.consents.profiling and profile.counsellor_id is not None
        return shared * (sum(match.score for match in offers) + sum(match.score for match in sessions))

    def drawing(offer: Offer) -> float:
        return sum(match.score for match in profiles_for_offer(engine, offer.id, {}, window).matches)

    profile = max(service.store.page(Profile, 0, TRIED), key=liking)
    live = engine.catalogue(Collection.OFFERS)
    offers = [offer for offer in service.store.page(Offer, 0, TRIED) if offer.id in live and offer.siret is not None]
    offer = max(offers, key=drawing)
    person = f"demo:demandeur:{profile.id}"
    return [
        Question("Which offers are for this person?", person, f"/v1/profils/{profile.id}/offres?range=0-4"),
        Question(
            "Which training session opens the most doors?", person, f"/v1/profils/{profile.id}/formations?range=0-4"
        ),
        Question(
            "Which people fit this offer?", f"demo:employeur:{offer.siret}", f"/v1/offres/{offer.id}/profils?range=0-4"
        ),
        Question(
            "Which firms should this counsellor call on, and for whom?",
            f"demo:conseiller:{profile.counsellor_id}",
            "/v1/prospection/cibles?range=0-4",
            {"conseiller": profile.counsellor_id},
        ),
    ]
