"""The models that ship in the package: the encoder, the tagger's weights, and the names that ROME does not have."""

import csv
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

from features.rome.referential import Rome
from features.rome.spoken import spoken_names
from models.encoder import Encoder, ModelUnusable, TextEncoder
from models.kept import KeptEncoder
from models.mentions import SkillReader
from models.tagger import WEIGHTS, Tagger, Weighing

FOLDER = Path(__file__).parent / "published"
MANIFEST = "manifest.json"
CARD = "README.md"
ESCO_NAMES = "esco_names.tsv.gz"


class ModelDamaged(ModelUnusable):
    """A model folder that is not what its manifest says; the message names the file and the remedy."""


def load_encoder(folder: Path | None = None) -> TextEncoder:
    """The encoder of `folder`: one that `vivier train encoder` wrote, or any sentence-transformers model.

    None is the one that ships. Raises ModelDamaged when a file is missing or is not the one that was published.
    """
    chosen = folder if folder is not None else FOLDER
    if (chosen / "modules.json").is_file():
        from models.transformer import TransformerEncoder

        with _readable(chosen):
            return TransformerEncoder(chosen)
    verify(chosen)
    with _readable(chosen):
        return Encoder.load(chosen)


@dataclass(frozen=True, eq=False)
class TextModels:
    """What a deployment understands text with. The tagger's weights hold for the encoder that they were fitted on, so
    that it keeps its own where the vectors come from another."""

    encoder: TextEncoder
    """Makes the vectors that are searched."""
    tagging_encoder: TextEncoder
    weighing: Weighing
    names: tuple[tuple[str, str], ...]
    """(ROME code, name) of what people and ESCO call occupations."""

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """The models of `folder`, as `load_encoder`; what it lacks is taken from those that ship."""
        encoder = load_encoder(folder)
        home = folder if folder is not None and (folder / WEIGHTS).is_file() else FOLDER
        with _readable(home):
            weighing, esco = Weighing.load(home), esco_names(home)
        tagging = encoder if home == folder or folder is None else load_encoder()
        return cls(encoder, tagging, weighing, (*spoken_names(), *esco))

    def keeping(self, root: Path) -> Self:
        """The same models, whose vectors of a whole referential are kept under `root` (`models/kept.py`)."""
        return replace(
            self,
            encoder=KeptEncoder(self.encoder, root),
            tagging_encoder=KeptEncoder(self.tagging_encoder, root),
        )

    def tagger(self, rome: Rome, without: frozenset[int] = frozenset()) -> Tagger:
        """A tagger over this ROME; `without` as `Tagger.of`. Takes seconds for the whole ROME."""
        return Tagger.of(self.tagging_encoder, rome, self.weighing, self.names, without)

    def skill_reader(self, rome: Rome, tagger: Tagger | None = None) -> SkillReader:
        """Reads the skills of this ROME in texts; `tagger` is one over it, made where none is given. Takes seconds."""
        return SkillReader(self.tagging_encoder, rome, tagger if tagger is not None else self.tagger(rome))


@cache
def published_models() -> TextModels:
    """The models that ship, loaded once a process."""
    return TextModels.load()


def esco_names(folder: Path) -> list[tuple[str, str]]:
    """(ROME code, label) of ESCO's French labels, through the published crosswalk."""
    with gzip.open(folder / ESCO_NAMES, "rt", encoding="utf-8", newline="") as stream:
        return [(code, name) for code, name in csv.reader(stream, delimiter="\t")]


def verify(folder: Path) -> None:
    """Check every file that the manifest of `folder` lists against its sha256. Raises ModelDamaged."""
    with _readable(folder):
        listed: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        for name, expected in listed.items():
            if sha256((folder / name).read_bytes()).hexdigest() != expected:
                raise ModelDamaged(f"{folder / name} is not the file that was published: {_REMEDY[folder == FOLDER]}")


_REMEDY = {True: "install the package again", False: "train it again, or copy it again from where it was made"}


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Turns whatever a folder's files can raise into ModelDamaged."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
        raise ModelDamaged(
            f"no usable model in {folder} ({error}): give a folder written by `vivier train encoder` "
            "or a sentence-transformers model"
        ) from error
