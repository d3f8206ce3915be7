"""The importers: one line each, and the command line, `import open-data` and the contract suite know it."""

import difflib
from typing import Final

from features.sources.base import RecordSource, ReferenceSource
from features.sources.bmo import BMO
from features.sources.communes import COMMUNES
from features.sources.jobposting import JobPostings
from features.sources.lheo import Lheo
from features.sources.mapped_csv import OFFERS_CORPUS, OFFERS_CSV, PROFILES_CSV
from features.sources.offers_ft import OffersFt
from features.sources.profiles import Profiles
from features.sources.rncp import RNCP
from features.sources.rome import ROME
from features.sources.rome_naf import ROME_NAF
from features.sources.sirene import Sirene

REFERENCE_SOURCES: Final[tuple[ReferenceSource, ...]] = (
    ROME,
    COMMUNES,
    RNCP,
    BMO,
    ROME_NAF,
)

RECORD_SOURCES: Final[tuple[RecordSource, ...]] = (
    OffersFt(),
    JobPostings(),
    OFFERS_CSV,
    OFFERS_CORPUS,
    Lheo(),
    Sirene(),
    Profiles(),
    PROFILES_CSV,
)

OPEN_DATA_RECORDS: Final[tuple[tuple[RecordSource, str], ...]] = ((OFFERS_CORPUS, "offres/offres.csv.gz"),)
"""Records that `import open-data` loads, with their file under its root."""


class UnknownSource(ValueError):
    """No importer has that name; the message names the nearest and the list."""


def source_named(name: str) -> RecordSource | ReferenceSource:
    """The importer of that name. Raises UnknownSource."""
    sources: dict[str, RecordSource | ReferenceSource] = {}
    sources.update({source.name: source for source in REFERENCE_SOURCES})
    sources.update({source.name: source for source in RECORD_SOURCES})
    if name in sources:
        return sources[name]
    near = difflib.get_close_matches(name, sources, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UnknownSource(f"no importer is named {name!r}.{hint} There are: {', '.join(sources)}")
