"""`vivier index`: build the indexes from the store, say which generation is in force, check its files."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import FAILED, AsJson, fail, opened_service, print_result, progress, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from api.settings import Settings

app = typer.Typer(
    help="The indexes: a cache of the store, built again at will.\n\nExample: vivier index build", no_args_is_help=True
)

KIND_NAMES = {
    "profils": "profiles",
    "offres": "offers",
    "formations": "training sessions",
    "etablissements": "establishments",
}
"""The command line speaks English; each collection's own name is French."""


@app.command()
def build(
    backend: Annotated[str | None, typer.Option(help="Index backend, instead of VIVIER_INDEX_BACKEND.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build a generation of the indexes from the store and put it in force.

    A service that runs goes on with its own generation, which follows the store by itself.

    Example: vivier index build
    """
    configured = settings()
    meta = build_generation(configured, backend)
    records = meta["records"]
    text = ", ".join(f"{count} {KIND_NAMES[name]}" for name, count in records.items())
    print_result(meta, as_json, f"Indexed {text}, up to sequence {meta['watermark']} of the store.")


def build_generation(configured: "Settings", backend: str | None = None) -> dict[str, Any]:
    """Build and publish; returns the generation's meta data. The command ends with one line when data is missing."""
    import contextlib
    import datetime as dt

    from api.forgetting import finish
    from features.artifacts import ArtifactError
    from features.reference import Reference, ReferenceMissing
    from features.store.erasure_log import last_seq
    from matching.build import build as build_index
    from matching.errors import ClusterUnreachable, NotReady
    from matching.forgetting import forget_generations
    from matching.index.registry import BACKENDS, ON_CLUSTER
    from models.encoder import ModelUnusable
    from models.hiring.published import in_force
    from models.published import TextModels

    name = configured.index_backend if backend is None else backend
    if name not in (*BACKENDS, *ON_CLUSTER):
        fail(f"no index backend is called {name!r}: choose one of {', '.join([*BACKENDS, *ON_CLUSTER])}")
    try:
        reference = Reference.load(configured.reference_dir)
        models = TextModels.load(configured.encoder)
        in_force(configured.data_dir)
    except (ReferenceMissing, ArtifactError, ModelUnusable) as error:
        fail(str(error))
    store = open_store(configured)
    try:
        with contextlib.ExitStack() as bars:

            def bar(collection: str, total: int) -> Any:
                bars.close()
                return bars.enter_context(progress(f"Indexing {KIND_NAMES[collection]}", total))

            meta = build_index(
                store,
                reference,
                models,
                configured.data_dir,
                now=dt.datetime.now(dt.UTC),
                backend_name=name,
                cluster=configured.cluster,
                progress=bar,
            )
        erased_upto = last_seq(store)
        forget_generations(configured.data_dir, erased_upto, name, configured.cluster)
    except NotReady as error:
        fail(str(error))
    except ClusterUnreachable as error:
        fail(f"the vector cluster at {error.uri} cannot be used: {error.reason}")
    finally:
        store.close()
    if erased_upto > int(meta["watermark"]):  # while it was being built
        finish(configured, wait=True)
    return meta


@app.command()
def merge(as_json: AsJson = False) -> None:
    """Write what is live (the last generation and the changes since) as a new generation and put it in force.

    Nothing is read or projected anew but the changes, so it takes minutes where a build takes an hour. Services that
    run adopt it by themselves, and start it by themselves when enough has changed (VIVIER_MERGE_AFTER). Exit code 0
    without doing anything while another merge is under way.

    Example: vivier index merge
    """
    import datetime as dt

    from api.forgetting import merging_lock
    from features.store.erasure_log import last_seq
    from matching.errors import ClusterUnreachable
    from matching.forgetting import forget_generations

    configured = settings()
    if not configured.indexes_dir.is_dir():
        fail(f"nothing is published in {configured.indexes_dir}. Run: vivier index build")
    with merging_lock(configured.indexes_dir, wait=False) as alone:
        if not alone:
            print_result({"merged": False}, as_json, "Another merge is under way.")
            return
        with opened_service(configured) as service:
            changed = service.engine.n_changed
            try:
                meta = service.engine.merge(dt.datetime.now(dt.UTC))
                forget_generations(configured.data_dir, last_seq(service.store), meta["backend"], configured.cluster)
            except ClusterUnreachable as error:
                fail(f"the vector cluster at {error.uri} cannot be used: {error.reason}")
    text = f"Merged {changed} changed rows, up to sequence {meta['watermark']} of the store."
    print_result({"merged": True, "changed": changed, **meta}, as_json, text)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say which generation is in force and how far behind the store it was built.

    Example: vivier index status --json
    """
    from features.artifacts import ArtifactError, load_current

    configured = settings()
    try:
        generation = load_current(configured.indexes_dir)
    except ArtifactError as error:
        fail(f"{error}. Run: vivier index build")
    store = open_store(configured)
    head = store.watermark()
    store.close()
    held = int(generation.meta["watermark"])
    found = {
        "generation": generation.id,
        "refused_generation": generation.fallback_from,
        **generation.meta,
        "store_watermark": head,
        "behind": head - held,
        "rankers": _rankers(configured),
    }
    lines = [f"generation {generation.id}, built {generation.meta['built_at']} with {generation.meta['backend']}"]
    if generation.fallback_from is not None:
        lines.append(f"generation {generation.fallback_from} is damaged and was refused: run vivier index build")
    lines.append(
        f"holds the store up to sequence {held} of {head}"
        + (f"; the last {head - held} changes are replayed when it is opened" if head > held else "")
    )
    lines += [f"{name} are ranked by {each['model']}" + _refused(each) for name, each in found["rankers"].items()]
    print_result(found, as_json, "\n".join(lines))


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Check every file of the models, of the rankers, of the forecast of hirings and of the generation in force
    against its sha256. Exit code 1 when one is wrong.

    Example: vivier index verify
    """
    configured = settings()
    found = {
        "encoder": _verified_models(configured),
        "rankers": _verified_rankers(configured),
        "hiring": _verified_hiring(configured),
        "indexes": _verified_index(configured),
    }
    remedies = {
        "encoder": "Check VIVIER_ENCODER",
        "rankers": "Run: vivier models promote, or rollback",
        "hiring": "Run: vivier train hiring",
        "indexes": "Run: vivier index build",
    }
    lines = [
        f"{name}: {item['generation']} is whole" if item["ok"] else f"{name}: {item['problem']}. {remedies[name]}"
        for name, item in found.items()
    ]
    print_result(found, as_json, "\n".join(lines))
    if not all(item["ok"] for item in found.values()):
        raise typer.Exit(FAILED)


def _verified_models(configured: "Settings") -> dict[str, Any]:
    from models.encoder import ModelUnusable
    from models.published import TextModels

    try:
        return {"ok": True, "generation": TextModels.load(configured.encoder).encoder.fingerprint, "problem": None}
    except ModelUnusable as error:
        return {"ok": False, "problem": str(error)}


def _rankers(configured: "Settings") -> dict[str, dict[str, Any]]:
    """What a service that starts now would rank each list by."""
    from matching.rankers import Rankers

    return Rankers.open(configured.data_dir, ()).status()


def _refused(ranker: dict[str, Any]) -> str:
    reason = ranker["refused_because"]
    return "" if reason is None else f"; generation {ranker['refused_generation']} was refused: {reason}"


def _verified_rankers(configured: "Settings") -> dict[str, Any]:
    found = _rankers(configured)
    problems = [f"{name}{_refused(each)}" for name, each in found.items() if each["refused_because"] is not None]
    return {
        "ok": not problems,
        "generation": ", ".join(sorted({each["model"] for each in found.values()})),
        "problem": "; ".join(problems) or None,
    }


def _verified_hiring(configured: "Settings") -> dict[str, Any]:
    from features.artifacts import ArtifactError, current_id
    from models.hiring.published import ROOT, in_force

    try:
        in_force(configured.data_dir)
    except ArtifactError as error:
        return {"ok": False, "problem": str(error)}
    return {"ok": True, "generation": current_id(configured.data_dir / ROOT) or "the one that ships", "problem": None}


def _verified_index(configured: "Settings") -> dict[str, Any]:
    from features.artifacts import ArtifactError, load_current

    try:
        generation = load_current(configured.indexes_dir, thorough=True)
    except ArtifactError as error:
        return {"ok": False, "problem": str(error)}
    refused = generation.fallback_from
    return {
        "ok": refused is None,
        "generation": generation.id,
        "problem": None if refused is None else f"generation {refused} is damaged",
    }
