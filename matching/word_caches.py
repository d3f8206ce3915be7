"""Words that this process has read lately, and keeps so as not to read them twice: some are people's own."""

from typing import Final

from matching.explain import job
from matching.lookups import Lookups
from matching.rows import base
from models import stems, word_families, words

CACHES: Final = (
    base._kept_words,
    base._kept_nearest,
    job._related,
    stems.stem,
    word_families._family,
    words._kept,
)


def forget_words(lookups: Lookups) -> None:
    """Forget them all: a person was erased. They are read again as they come."""
    for cache in CACHES:
        cache.cache_clear()
    lookups.completion.forget_words()
