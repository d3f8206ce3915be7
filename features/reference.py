"""All reference data together: what every floor reads, loaded once and never changed."""

from dataclasses import dataclass
from pathlib import Path

from features.artifacts import current_id, load_current, publishing
from features.certifications import Certifications
from features.communes import Communes
from features.naf import NafHirings
from features.rome.referential import Rome
from features.tension import Tension


class ReferenceMissing(Exception):
    """Reference data that the service cannot do without; the message names the command that brings it."""


@dataclass(frozen=True, eq=False)
class Reference:
    """ROME, places, certifications, tension and hirings by sector."""

    rome: Rome
    communes: Communes
    certifications: Certifications
    tension: Tension
    naf: NafHirings

    @classmethod
    def of(
        cls,
        rome: Rome,
        communes: Communes,
        certifications: Certifications | None = None,
        tension: Tension | None = None,
        naf: NafHirings | None = None,
    ) -> "Reference":
        """The parts put together, so that those published with v3 codes answer for ROME 4.0 codes too."""
        return cls(
            rome,
            communes,
            (certifications or Certifications.empty()).with_rome(rome),
            (tension or Tension.empty()).with_rome(rome),
            (naf or NafHirings.empty()).with_rome(rome),
        )

    @classmethod
    def load(cls, root: Path) -> "Reference":
        """What is published under `root`, one artefact root a part.

        ROME and the communes are needed: ReferenceMissing says how to get them. The other parts are empty where
        nothing was published. Raises ArtifactError when a part is damaged.
        """
        return cls.of(
            load_rome(root),
            Communes.load(_published(root, "communes")),
            Certifications.load(_published(root, "certifications")) if _has(root, "certifications") else None,
            Tension.load(_published(root, "tension")) if _has(root, "tension") else None,
            NafHirings.load(_published(root, "naf")) if _has(root, "naf") else None,
        )

    def save(self, root: Path) -> None:
        """Publish every part under `root`, as `load` reads them."""
        parts: dict[str, Rome | Communes | Certifications | Tension | NafHirings] = {
            "rome": self.rome,
            "communes": self.communes,
            "certifications": self.certifications,
            "tension": self.tension,
            "naf": self.naf,
        }
        for name, part in parts.items():
            with publishing(root / name, {"part": name}) as folder:
                part.save(folder)


def load_rome(root: Path) -> Rome:
    """ROME alone, from the artefact root `root`/rome. Raises ReferenceMissing or ArtifactError."""
    return Rome.load(_published(root, "rome"))


def _has(root: Path, part: str) -> bool:
    return current_id(root / part) is not None


def _published(root: Path, part: str) -> Path:
    if not _has(root, part):
        raise ReferenceMissing(
            f"no {part} in {root}: run `vivier demo` for the sample world, "
            f"or `vivier import {part} FILE` (`vivier import open-data`) for the publishers' files"
        )
    return load_current(root / part).path
