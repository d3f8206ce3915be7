"""The four lists that are ranked: what each is called, and the features that its ranker may read."""

from enum import Enum

from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES


class Ranked(Enum):
    """A list by what it shows; the values are those of the API and of the command line."""

    OFFERS = "offres"
    PROFILES = "profils"
    SESSIONS = "formations"
    FIRMS = "etablissements"

    @property
    def registered_name(self) -> str:
        """The name of its rankers in the registry."""
        return f"vivier-{self.value}"

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that serving computes, in the order of its matrix's columns."""
        return _FEATURES[self]


_JOB = tuple(feature.name for feature in JOB_FEATURES)
_FEATURES = {
    Ranked.OFFERS: _JOB,
    Ranked.PROFILES: _JOB,
    Ranked.SESSIONS: tuple(feature.name for feature in SESSION_FEATURES),
    Ranked.FIRMS: tuple(feature.name for feature in FIRM_FEATURES),
}
