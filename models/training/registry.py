"""The registry of rankers: each training is an MLflow run, each ranker a version of its list's registered model.

Aliases say where a version stands: `candidate` (the last one trained), `champion` (the one that answers), `previous`.
What answers is decided by the published folder alone (`models/champions.py`); `settle` makes the aliases say the same.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models.champions import Card
from models.documents import FOLDER, write_documents
from models.documents.of import ranker_facts
from models.ranked import Ranked
from models.ranking.held_out import HeldOut
from models.ranking.model import RankingModel
from models.training.code_version import code_version
from models.training.plots import draw_all, importances
from models.training.tracking import client_of, default_uri, experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

MODEL, HELD_OUT, PLOTS, GATE = "model", "held_out", "plots", "gate"
"""Folders of a run's files."""
CANDIDATE: Final = "candidate"
CHAMPION: Final = "champion"
PREVIOUS: Final = "previous"
AT_ONCE: Final = 1000
"""Figures that MLflow takes in one call."""


class UnknownVersion(LookupError):
    """There is no such version or alias; the message says which there are."""


@dataclass(frozen=True, eq=False)
class Training:
    """One training of a ranker, as it is kept."""

    ranked: Ranked
    model: RankingModel
    parameters: Mapping[str, object]
    """Settings and seeds: what gives the same model again from the same data."""
    data_hash: str
    figures: Mapping[str, float]
    curve: Mapping[str, Sequence[float]]
    """By series ("train", "validation"): nDCG@10 after each tree."""
    held_out: HeldOut
    """What the gate will compare on: later lists, of people that no tree has seen."""


@dataclass(frozen=True)
class Version:
    """A registered ranker."""

    ranked: Ranked
    number: str
    run: str
    created: datetime
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    """What was decided of it: `gate`, `promoted_at`, `forced`, `rolled_back_at`, `rolled_back_because`."""


@dataclass(frozen=True)
class Run:
    """What the run of a version kept."""

    parameters: Mapping[str, str]
    figures: Mapping[str, float]


class Registry:
    """The runs and versions of one tracking store."""

    def __init__(self, data_dir: Path, uri: str | None = None) -> None:
        """Raises TrackingRefused for a store that cannot keep models, ModuleNotFoundError without MLflow."""
        self.data_dir = data_dir
        self.client: MlflowClient = client_of(default_uri(data_dir) if uri is None else uri)

    def register(self, training: Training) -> Version:
        """Keep a training and make it the candidate of its list. Raises ModuleNotFoundError without matplotlib."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        client, name = self.client, training.ranked.registered_name
        run = client.create_run(experiment_id(client, name, self.data_dir), run_name=name).info.run_id
        try:
            with tempfile.TemporaryDirectory() as work:
                self._keep(run, training, Path(work))
        except BaseException:
            client.set_terminated(run, "FAILED")
            raise
        client.set_terminated(run)
        self._ensure_model(name)
        found = client.create_model_version(name, source=f"runs:/{run}/{MODEL}", run_id=run)
        client.set_registered_model_alias(name, CANDIDATE, str(found.version))
        return self.version(training.ranked, str(found.version))

    def _keep(self, run: str, training: Training, work: Path) -> None:
        """Log all there is of a training; `work` is an empty folder."""
        from mlflow.entities import Metric, Param

        fixed = {"data_hash": training.data_hash, "code_version": code_version()}
        given = {**{name: str(value) for name, value in training.parameters.items()}, **fixed}
        self.client.log_batch(run, params=[Param(name, value) for name, value in given.items()])
        important = importances(training.model, training.held_out)
        figures = {**training.figures, **{f"importance/{name}": value for name, value in important.items()}}
        told = [Metric(figure_name(name), float(value), 0, 0) for name, value in figures.items()]
        for series, values in training.curve.items():
            told += [
                Metric(figure_name(f"curve/{series}"), float(value), 0, step) for step, value in enumerate(values, 1)
            ]
        for start in range(0, len(told), AT_ONCE):
            self.client.log_batch(run, metrics=told[start : start + AT_ONCE])
        for folder in (MODEL, PLOTS):
            (work / folder).mkdir()
        training.model.save(work / MODEL)
        facts = ranker_facts(
            work / MODEL,
            training.ranked,
            names=training.model.trees.names,
            parameters=training.parameters,
            figures=training.figures,
            data_hash=training.data_hash,
            trained_on=f"{datetime.now(UTC):%Y-%m-%d}",
            code_version=fixed["code_version"],
        )
        write_documents(work / MODEL, facts)
        training.held_out.save(work / HELD_OUT)
        draw_all(training.model, training.held_out, training.curve, work / PLOTS)
        self.client.log_artifacts(run, str(work))

    def _ensure_model(self, name: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.get_registered_model(name)
        except MlflowException:
            self.client.create_registered_model(name, description="Rankers trained by Vivier; moved by `vivier models`")

    def versions(self, ranked: Ranked) -> list[Version]:
        """All of a list, the newest first; none when nothing was ever trained for it."""
        name = ranked.registered_name
        found = self.client.search_model_versions(f"name='{name}'")
        aliases = self.client.get_registered_model(name).aliases if found else {}
        told = [_version(ranked, each, aliases) for each in found]
        return sorted(told, key=lambda version: int(version.number), reverse=True)

    def version(self, ranked: Ranked, which: str) -> Version:
        """By number, or by alias. Raises UnknownVersion, naming those that are."""
        found = self.versions(ranked)
        for version in found:
            if which == version.number or which in version.aliases:
                return version
        known = ", ".join(each for version in found for each in (version.number, *version.aliases)) or "none"
        raise UnknownVersion(f"{ranked.registered_name} has no {which}; there is: {known}")

    def run(self, version: Version) -> Run:
        """Parameters and last figures of the run that trained a version."""
        kept = self.client.get_run(version.run).data
        return Run(dict(kept.params), dict(kept.metrics))

    def model(self, version: Version) -> RankingModel:
        """Raises ModelUnusable for files that are damaged."""
        with self._files(version, MODEL) as folder:
            return RankingModel.load(folder)

    def documents(self, version: Version) -> dict[str, bytes]:
        """The documents of a version by name; none of one that was trained before there were any."""
        with self._files(version, MODEL) as folder:
            home = folder / FOLDER
            return {path.name: path.read_bytes() for path in sorted(home.glob("*"))} if home.is_dir() else {}

    def held_out(self, version: Version) -> HeldOut:
        """Raises TableUnusable for files that are damaged."""
        with self._files(version, HELD_OUT) as folder:
            return HeldOut.load(folder)

    @contextmanager
    def _files(self, version: Version, name: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as work:
            yield Path(self.client.download_artifacts(version.run, name, work))

    def gate(self, version: Version) -> dict[str, Any] | None:
        """The last report of the gate on a version; None when it never went through."""
        names = sorted(each.path for each in self.client.list_artifacts(version.run, GATE))
        if not names:
            return None
        with self._files(version, names[-1]) as file:
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return found

    def keep_gate(self, version: Version, report: Mapping[str, Any]) -> None:
        """The gate's report among the files of the run, and its outcome on the version."""
        name = f"{GATE}/{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
        self.client.log_text(version.run, json.dumps(report, ensure_ascii=False, indent=1), name)
        self.tag(version, gate="open" if report["opens"] else "closed")

    def tag(self, version: Version, **tags: str) -> None:
        """Write what was decided of a version on it."""
        for name, value in tags.items():
            self.client.set_model_version_tag(version.ranked.registered_name, version.number, name, value)

    def settle(self, card: Card) -> None:
        """Make the registry say what the published card of a list says: whoever was killed between the two is made
        good here. Raises UnknownVersion for a card of another registry."""
        name = card.ranked.registered_name
        for number in (card.version, card.previous):
            if number is not None:
                self.version(card.ranked, number)
        held = {alias: str(number) for alias, number in self.client.get_registered_model(name).aliases.items()}
        wanted = {CHAMPION: card.version, PREVIOUS: card.previous}
        if held.get(CANDIDATE) == card.version:
            wanted[CANDIDATE] = None
        for alias, number in wanted.items():
            if number is not None and held.get(alias) != number:
                self.client.set_registered_model_alias(name, alias, number)
            elif number is None and alias in held:
                self.client.delete_registered_model_alias(name, alias)
        if card.version is not None:
            forced = {} if card.forced is None else {"forced": card.forced}
            self.tag(self.version(card.ranked, card.version), promoted_at=card.published_at, **forced)


def _version(ranked: Ranked, found: "ModelVersion", aliases: Mapping[str, object]) -> Version:
    number = str(found.version)
    return Version(
        ranked,
        number,
        str(found.run_id),
        datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        tuple(sorted(alias for alias, held in aliases.items() if str(held) == number)),
        dict(found.tags),
    )


def figure_name(name: str) -> str:
    """`name` in the characters that MLflow takes for a figure: `ndcg@10 secteur=industrie` is `ndcg_at_10
    secteur.industrie`, any other is `_`."""
    told = name.replace("@", "_at_").replace("=", ".")
    return re.sub(r"[^\w\-. :/]", "_", told, flags=re.ASCII)
