"""Profiles as NDJSON: one profile a line, in the shape of the public API."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from features.border.problems import BorderError, problems_of
from features.border.profile import ProfilIn
from features.sources.base import Origin, Parsed, Reject
from features.sources.feed import rejected
from features.sources.json_stream import json_elements
from features.store.kinds import Kind

if TYPE_CHECKING:
    from features.reference import Reference

ORIGIN: Final = Origin(
    title="Profiles, NDJSON",
    publisher="the network's own information system",
    file_name="*.ndjson, one profile a line in the shape of POST /v1/profils",
    licence="personal data: of the network",
)


@dataclass(frozen=True)
class Profiles:
    """The network's own profiles. An unknown field is refused: it might be a name or an address, misplaced."""

    name: str = "profils"
    origin: Origin = ORIGIN
    kinds: tuple[Kind, ...] = (Kind.PROFILE,)
    spoil: tuple[str, str] = ("J1501", "Z9999")

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """One profile a line, or an element of a list."""
        for element in json_elements(path):
            if isinstance(element, Reject):
                yield element
                continue
            line, data = element
            try:
                yield Parsed(line, (ProfilIn.model_validate(data).to_record(reference),))
            except ValidationError as error:
                yield rejected(line, problems_of(error)[0], _id(data))
            except BorderError as error:
                yield rejected(line, error.problems[0], _id(data))

    def example(self, folder: Path) -> Path:
        path = folder / "profils.ndjson"
        lines = (
            {
                "id": "P-1",
                "projets": [{"codeROME": "D1102", "rayonKm": 30, "typesContrat": ["CDI"]}],
                "experiences": [{"mois": 30, "intitule": "Boulangère"}],
                "langues": [{"code": "en", "niveau": "B1"}],
                "permis": ["B"],
                "commune": "33063",
                "mobilite": {"minutes": 45, "modes": ["transports"]},
                "consentements": {"visibleEmployeurs": True},
            },
            {"id": "P-2", "projets": [{"codeROME": "J1501"}]},
        )
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        return path


def _id(data: dict[str, object]) -> str | None:
    value = data.get("id")
    return value if isinstance(value, str) else None
