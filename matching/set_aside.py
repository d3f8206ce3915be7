"""What a person put aside, and what that does to their own list at once.

An offer that was put aside leaves the list, and so does the same job published elsewhere. The reason says what else
happens: "not my job" takes its occupation out of the list, unless it is one of the person's own projects; "too far"
sends offers that are as far, or further, behind the others. Deleting the event undoes all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import DismissReason
from features.rome.referential import UnknownRomeCode
from matching.answer import Aside, Reason
from matching.catalogue import Catalogue
from matching.explain.families import Family
from matching.explain.wording import kilometres, quoted
from matching.filters.base import Condition
from matching.filters.exclusion import other_than
from matching.filters.occupation import in_occupations
from matching.links import Dismissal, Links
from matching.lookups import Lookups

FAR_CHARGE: Final = 0.15
"""Taken off the score of an offer as far as one that was called too far: more than distance ever weighs, less than
the occupation does."""
FEATURE: Final = "trop_loin"
MOST_TOLD: Final = 50

_REASONS: Final = {
    DismissReason.ALREADY_SEEN: "Déjà vue : cette offre n'est plus montrée",
    DismissReason.PAY: "Salaire qui ne convient pas : cette offre n'est plus montrée",
    DismissReason.HOURS: "Horaires qui ne conviennent pas : cette offre n'est plus montrée",
    DismissReason.CONTRACT: "Contrat qui ne convient pas : cette offre n'est plus montrée",
}
_PLAIN: Final = "Vous avez écarté cette offre : elle n'est plus montrée"


@dataclass(frozen=True, eq=False)
class SetAside:
    """What one person put aside, as their searches read it. `bool()`: whether there is anything."""

    lookups: Lookups
    canonical: dict[str, str]
    dismissals: dict[str, Dismissal]
    """By event."""
    declared: frozenset[int]
    """Occupation rows of the person's projects."""

    @classmethod
    def of(cls, links: Links, lookups: Lookups, profile_id: str, declared: NDArray[np.integer]) -> "SetAside":
        """What the person of `profile_id`, whose projects are of the occupations `declared`, put aside."""
        kept = links.dismissals.get(profile_id, {})
        return cls(lookups, links.canonical, kept, frozenset(declared.tolist()) if kept else frozenset())

    def __bool__(self) -> bool:
        return bool(self.dismissals)

    @property
    def offer_ids(self) -> list[str]:
        """Offers that are shown no more: those put aside, or those shown in their place."""
        named = [each.offer_id for each in self.dismissals.values() if each.offer_id is not None]
        return [self.canonical.get(key, key) for key in named]

    def occupations(self) -> NDArray[np.bool_] | None:
        """(n_occupations + 1,) the occupations that stay in the list; None: all of them."""
        out = {row for each in self.dismissals.values() for row in self._occupations_out(each)}
        if not out:
            return None
        kept = np.ones(self.lookups.reference.rome.n_occupations + 1, dtype=np.bool_)
        kept[sorted(out)] = False
        return kept

    def conditions(self) -> list[Condition]:
        """What the offers of the list must meet."""
        found: list[Condition] = []
        if offers := self.offer_ids:
            found.append(other_than(offers))
        if (kept := self.occupations()) is not None:
            found.append(in_occupations(kept))
        return found

    def too_far_km(self, home: int) -> float:
        """How far from a home (commune row) was too far: the nearest of what was called so; infinite for nothing."""
        distances = [
            km
            for each in self.dismissals.values()
            if each.reason == DismissReason.TOO_FAR and (km := self._distance_km(home, each)) is not None
        ]
        return min(distances, default=float("inf"))

    def charges(self, distances_km: NDArray[np.float32], homes: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n,) what is taken off each of n offers, `distances_km` from the homes (commune rows) of their projects."""
        each, place = np.unique(homes, return_inverse=True)
        limits = np.array([self.too_far_km(home) for home in each.tolist()], dtype=np.float32)[place]
        return np.where(distances_km >= limits, np.float32(FAR_CHARGE), np.float32(0)).astype(np.float32)

    def told(self, offers: Catalogue, home: int) -> tuple[Aside, ...]:
        """What still acts on a list of offers, seen from a home (commune row), the latest first."""
        found = [
            Aside(event_id, each.offer_id, None, each.reason, text)
            for event_id, each in reversed(self.dismissals.items())
            if (text := self._effect(each, offers, home)) is not None
        ]
        return tuple(found[:MOST_TOLD])

    def _effect(self, dismissal: Dismissal, offers: Catalogue, home: int) -> str | None:
        if dismissal.offer_id is None:
            return None
        if dismissal.reason == DismissReason.NOT_MY_JOB and (rows := self._rows(dismissal)):
            label = quoted(self.lookups.reference.rome.labels[rows[0]])
            if self._occupations_out(dismissal):
                return f"Ce n'est pas votre métier : les offres du métier {label} ne sont plus proposées"
            return f"Cette offre n'est plus montrée ; {label} reste proposé, car c'est l'un de vos projets"
        if dismissal.reason == DismissReason.TOO_FAR and (km := self._distance_km(home, dismissal)) is not None:
            return f"Trop loin : les offres à {kilometres(km)} ou plus passent après les autres"
        if self.canonical.get(dismissal.offer_id, dismissal.offer_id) not in offers:
            return None
        reason = None if dismissal.reason is None else DismissReason(dismissal.reason)
        return _PLAIN if reason is None else _REASONS.get(reason, _PLAIN)

    def _rows(self, dismissal: Dismissal) -> tuple[int, ...]:
        """Occupation rows of what was put aside; none where it is not known."""
        if dismissal.rome_code is None:
            return ()
        try:
            return self.lookups.reference.rome.rows_named(dismissal.rome_code)
        except UnknownRomeCode:
            return ()

    def _occupations_out(self, dismissal: Dismissal) -> tuple[int, ...]:
        if dismissal.reason != DismissReason.NOT_MY_JOB:
            return ()
        return tuple([row for row in self._rows(dismissal) if row not in self.declared])

    def _distance_km(self, home: int, dismissal: Dismissal) -> float | None:
        if home < 0 or dismissal.commune_insee is None:
            return None
        row = self.lookups.reference.communes.get_row(dismissal.commune_insee)
        if row is None:
            return None
        km = float(self.lookups.distances_from(home)[row])
        return None if np.isnan(km) else km


def far_reasons(set_back: NDArray[np.float32], homes: Sequence[int], aside: SetAside) -> list[Reason | None]:
    """What is told of `Scored.set_back` of n offers, seen from their projects' homes; None where nothing was taken."""
    return [
        Reason(
            FEATURE,
            Family.PLACE,
            f"Aussi loin qu'une offre que vous avez jugée trop lointaine, à {kilometres(aside.too_far_km(home))}",
            -amount,
        )
        if amount > 0
        else None
        for amount, home in zip(set_back.tolist(), homes, strict=True)
    ]
