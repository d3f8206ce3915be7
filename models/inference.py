"""Completing records that came without a ROME code: offers, and people's projects and experiences in their own words.

Words are read alike in both genders, and without what they say of who wrote them (`features/rome/neutral.py`). What is
read stands in `inferred`, with its score and the version of the models; a declared code is never touched, and what the
tagger does not know stays unknown. The same record, models and referential give the same record again.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TypeVar, cast

import msgspec

from features.records import Experience, Inference, Offer, Profile, Project, Record
from features.rome.neutral import neutral_of
from features.rome.referential import Rome
from models.tagger import THRESHOLD, Tagger

MOST_KEPT = 100_000
"""Readings of words without a context that are kept in memory, those asked last: 40 MB. Of the titles of 300,000
generated people, one in four is new, then ever fewer."""
LONGEST_KEPT = 200
"""Characters of the longest text whose reading is kept: longer ones do not recur, and would make memory anyone's."""

R = TypeVar("R", bound=Record)
Job = TypeVar("Job", Offer, Project, Experience)


class Completion:
    """`completed` for one referential. `make_tagger` is called when a first record needs it: it takes seconds."""

    def __init__(self, rome: Rome, make_tagger: Callable[[], Tagger]) -> None:
        self._rome = rome
        self._make_tagger = make_tagger

    @cached_property
    def _tagger(self) -> Tagger:
        return self._make_tagger()

    @cached_property
    def _read(self) -> Callable[[str], Inference | None]:
        """What words alone say; people and feeds repeat the same ones. Threads share it: `lru_cache` has a lock."""
        return lru_cache(maxsize=MOST_KEPT)(lambda text: self._tagged(text, ""))

    def forget_words(self) -> None:
        """Forget what words said, and the words."""
        self.__dict__.pop("_read", None)

    def completed(self, record: R, *, keep: bool = False) -> R:
        """`record` with what can be read in it; records of other kinds are given back as they are.

        `keep`: what these very models have read before is not read again; for records of the store, not of strangers.
        """
        return cast(R, self._completed(record, keep))

    def _completed(self, record: Record, keep: bool) -> Record:
        match record:
            case Offer():
                return self._job(record, keep, record.title, record.description)
            case Profile():
                projects = tuple(self._job(project, keep, project.label or "") for project in record.projects)
                experiences = tuple(self._job(past, keep, past.title or "") for past in record.experiences)
                if projects == record.projects and experiences == record.experiences:
                    return record
                return msgspec.structs.replace(record, projects=projects, experiences=experiences)
            case _:
                return record

    def _job(self, job: Job, keep: bool, text: str, context: str = "") -> Job:
        if keep and job.inferred is not None and job.inferred.model == self._tagger.version:
            return job
        inferred = None if self._declared(job) else self.read(text, context)
        return job if inferred == job.inferred else msgspec.structs.replace(job, inferred=inferred)

    def _declared(self, job: Project | Experience | Offer) -> bool:
        """Whether the job has a code that this version of ROME knows."""
        return job.rome_code is not None and (self._rome.contains(job.rome_code) or job.rome_code in self._families)

    @cached_property
    def _families(self) -> frozenset[str]:
        return frozenset(self._rome.parents)

    def read(self, text: str, context: str = "") -> Inference | None:
        """The occupation that a text speaks of; None where it says nothing or the tagger does not know."""
        if not text:
            return None
        text = neutral_of(self._rome)(text)
        return self._tagged(text, context) if context or len(text) > LONGEST_KEPT else self._read(text)

    def _tagged(self, text: str, context: str) -> Inference | None:
        predictions = self._tagger.tag([text], [context], k=1)[0]
        if not predictions or predictions[0].score < THRESHOLD:
            return None
        best = predictions[0]
        appellation = self._rome.appellation_codes[best.appellation] if best.appellation >= 0 else None
        return Inference(
            rome_code=self._rome.codes[best.occupation],
            appellation_code=appellation,
            score=best.score,
            model=self._tagger.version,
        )
