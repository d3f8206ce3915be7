"""Why a digest has nothing in it, in French, for the person's own space."""

from typing import NamedTuple

from features.records import DigestContent, Frequency, Subscription
from matching.digests.due import NEW_DAYS
from matching.explain.wording import counted


class Counts(NamedTuple):
    """What became of the candidates of an order."""

    found: int
    """New offers that meet all conditions."""
    sent_before: int
    best_quality: float
    """The best quality of those that were not sent yet; -1 where there are none."""


def why_nothing(subscription: Subscription, counts: Counts, least_quality: float) -> str:
    """The sentence for an empty digest: what there was, and why it was not sent."""
    if subscription.content is DigestContent.TRAININGS:
        return "Aucune formation que vous ne connaissiez déjà n'est assez proche de vos projets"
    days = counted(NEW_DAYS[subscription.frequency], "jour", "jours")
    if counts.found == 0:
        within = " avec ces critères" if subscription.criteria else ""
        return f"Aucune offre publiée depuis {days} ne répond à vos projets et à vos conditions{within}"
    fresh = counts.found - counts.sent_before
    if fresh == 0:
        one = counts.found == 1
        already = "La seule offre nouvelle vous a" if one else f"Les {counts.found} offres nouvelles vous ont"
        return f"{already} déjà été envoyée{'' if one else 's'}"
    best = round(100 * counts.best_quality)
    least = round(100 * least_quality)
    what = "La seule offre nouvelle" if fresh == 1 else f"La meilleure des {fresh} offres nouvelles"
    if best >= least:
        best = least - 1
    return (
        f"{what} n'atteint que {best} points sur 100, sous le seuil de {least} : elle est restée dans votre liste, "
        "sans vous être envoyée"
    )


def is_told(subscription: Subscription) -> bool:
    """Whether an empty digest is kept for the person to read: not of an instant one, that looks every few minutes."""
    return subscription.frequency is not Frequency.INSTANT
