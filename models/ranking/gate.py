"""The gate: whether a candidate may take the place of the ranker that answers, and why not.

Every check is told with its value and its bound. One that fails closes the gate and says what to do; one that cannot be
judged, for want of lists, is told and closes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from math import isnan
from types import MappingProxyType
from typing import Any

from features.audit_groups import AXES
from models.ranked import Ranked
from models.ranking.comparison import (
    Means,
    Quality,
    Trial,
    attention,
    changed_share,
    is_of_lists,
    means_of,
    qualities,
    quality,
    selected,
)
from models.ranking.table import Segment

PROTECTED = frozenset(
    {"name", "sex", "gender", "age", "birth_date", "nationality", "origin", "religion", "address", "family", "health"}
    | {"disability", "rqth"}
)
"""What no ranker may read, whatever the features become."""


ALIKE = 1e-9
"""Two ratios that differ by less are the same: the same sum in another order."""

Told = tuple[float, float]
"""A value of a label, and the lists it is taken over."""


class Verdict(Enum):
    HELD = "held"
    FAILED = "failed"
    TOLD = "told"
    """No bound, or too few lists to judge."""


@dataclass(frozen=True)
class Bounds:
    """What a candidate is held to."""

    worse: float = 0.01
    """Relative nDCG@10 that it may lose, over all and on each segment."""
    latency_ms: float = 2.0
    """For the scores of 200 rows."""
    parity: float = 0.8
    """Least over most, between the labels of a segment of `fair` ("four-fifths rule", 29 CFR 1607.4 D); what the
    incumbent reaches, where that is less."""
    fair: tuple[str, ...] = ("urbain_rural",)
    """Segments of places between whose labels quality, or attention, must not differ by more."""
    groups: tuple[str, ...] = tuple(AXES)
    """Segments of people that the law protects, judged alike where the held-out lists have them."""
    wider: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"pay_market": 0.01, "minutes": 1.0}))
    """How much wider the gap of a quantity between two groups may be than in what people were hired for and than the
    incumbent's, whichever is wider: a hundredth of pay, a minute."""
    least_lists: int = 30
    """Lists under which a label is told and not judged: a mean over fewer is mostly chance."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    value: float
    bound: float | None
    verdict: Verdict
    said: str
    """One sentence with both figures."""
    remedy: str = ""
    """What to do about a failure."""


@dataclass(frozen=True)
class Report:
    """All checks of one candidate."""

    candidate: str
    incumbent: str
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.verdict is Verdict.FAILED)

    @property
    def opens(self) -> bool:
        return not self.failed

    def as_json(self) -> dict[str, Any]:
        """Plain values, for a file; what is not a number is null."""
        checks = [
            {**asdict(check), "value": None if isnan(check.value) else check.value, "verdict": check.verdict.value}
            for check in self.checks
        ]
        return {"candidate": self.candidate, "incumbent": self.incumbent, "opens": self.opens, "checks": checks}


def judge(
    ranked: Ranked,
    trial: Trial,
    *,
    candidate: str,
    incumbent: str,
    names: Sequence[str],
    latency_ms: float,
    bounds: Bounds = Bounds(),
) -> Report:
    """Every check of `candidate` against `incumbent` (what they are called), for a ranker that reads the features
    `names` and scores 200 rows in `latency_ms`."""
    checks = (
        _features(ranked, names),
        *_not_worse(trial, bounds),
        Check(
            "top10_changed",
            (changed := changed_share(trial)),
            None,
            Verdict.TOLD,
            f"{changed:.1%} of the first ten results would be others",
        ),
        _latency(latency_ms, bounds),
        *_fairness(trial, bounds),
        *_groups(trial, bounds),
    )
    return Report(candidate, incumbent, checks)


def _features(ranked: Ranked, names: Sequence[str]) -> Check:
    refused = [name for name in names if name not in ranked.features or name in PROTECTED]
    return Check(
        "features",
        float(len(refused)),
        0.0,
        Verdict.FAILED if refused else Verdict.HELD,
        f"it reads {len(names)} features, {', '.join(refused) or 'none'} of them not served or protected",
        "train again on the features that are served (features/pairs/registry.py)" if refused else "",
    )


def _not_worse(trial: Trial, bounds: Bounds) -> Iterator[Check]:
    yield _compared("ndcg@10", "over all lists", quality(trial), bounds, least=0)
    for name, segment in sorted(trial.segments.items()):
        for found in qualities(trial, segment):
            label = f"{name}={found.label}"
            yield _compared(f"ndcg@10 {label}", f"for {label}", found, bounds, bounds.least_lists)


def _compared(name: str, where: str, found: Quality, bounds: Bounds, least: float) -> Check:
    if isnan(found.candidate):
        said = f"no list {where} has a gain: nothing to compare"
        return _unjudged(name, found.candidate, -bounds.worse, said, fatal=least == 0)
    said = (
        f"nDCG@10 {where}: {found.candidate:.4f} against {found.incumbent:.4f} "
        f"({found.change:+.2%}, at least {-bounds.worse:+.2%}; {found.n_lists:.0f} lists)"
    )
    if found.n_lists < least:
        return _unjudged(name, found.change, -bounds.worse, f"{said}: fewer than {least:.0f} lists, not judged")
    worse = found.change < -bounds.worse
    remedy = f"look at its lists {where} and train again, or gather more of them" if worse else ""
    return Check(name, found.change, -bounds.worse, Verdict.FAILED if worse else Verdict.HELD, said, remedy)


def _unjudged(name: str, value: float, bound: float, said: str, fatal: bool = False) -> Check:
    remedy = "give a held-out table in which something was opened, saved or applied to" if fatal else ""
    return Check(name, value, bound, Verdict.FAILED if fatal else Verdict.TOLD, said, remedy)


def _latency(latency_ms: float, bounds: Bounds) -> Check:
    late = not latency_ms <= bounds.latency_ms
    return Check(
        "latency_ms",
        latency_ms,
        bounds.latency_ms,
        Verdict.FAILED if late else Verdict.HELD,
        f"200 rows are scored in {latency_ms:.2f} ms (at most {bounds.latency_ms:.2f})",
        "train fewer or shallower trees, or measure again on a machine at rest" if late else "",
    )


def _fairness(trial: Trial, bounds: Bounds) -> Iterator[Check]:
    """Quality between people's segments, attention between segments of what is shown."""
    for name in bounds.fair:
        segment = trial.segments.get(name)
        if segment is None:
            said = f"the held-out table does not say {name}: not judged"
            yield _unjudged(f"parity {name}", float("nan"), bounds.parity, said)
        else:
            yield _parity_of(trial, name, segment, bounds)


def _parity_of(trial: Trial, name: str, segment: Segment, bounds: Bounds) -> Check:
    if is_of_lists(trial.lists, segment):
        told = qualities(trial, segment)
        return _parity(
            f"parity of quality {name}",
            "nDCG@10",
            {each.label: (each.candidate, each.n_lists) for each in told},
            {each.label: (each.incumbent, each.n_lists) for each in told},
            bounds,
        )
    return _parity(
        f"parity of attention {name}",
        "exposure per gain",
        {each.label: (each.per_gain, each.n_lists) for each in attention(trial, segment)},
        {each.label: (each.per_gain, each.n_lists) for each in attention(trial, segment, of_incumbent=True)},
        bounds,
    )


def _groups(trial: Trial, bounds: Bounds) -> Iterator[Check]:
    """What the fairness report looks at, asked of both rankers: quality or attention, four fifths of who is selected,
    and gaps of pay and travel."""
    known = [name for name in bounds.groups if name in trial.segments]
    if not known:
        said = "the held-out lists tell nobody's group (vivier fairness groups, then train again): not judged"
        yield _unjudged("groups", float("nan"), bounds.parity, said)
    for name in known:
        segment = trial.segments[name]
        yield _parity_of(trial, name, segment, bounds)
        if not is_of_lists(trial.lists, segment):
            yield _parity(
                f"four fifths {name}",
                "share among the first ten",
                {each.label: (each.share, each.n_lists) for each in selected(trial, segment)},
                {each.label: (each.share, each.n_lists) for each in selected(trial, segment, of_incumbent=True)},
                bounds,
            )
        for quantity in bounds.wider:
            if quantity in trial.quantities:
                yield from _gaps(trial, name, quantity, segment, bounds)


def _gaps(trial: Trial, name: str, quantity: str, segment: Segment, bounds: Bounds) -> Iterator[Check]:
    """Each label against the one with most lists: its gap must be no wider than that of hires, where enough are known,
    and than the incumbent's, whichever is wider."""
    now = [each for each in means_of(trial, segment, quantity) if each.n_lists >= bounds.least_lists]
    before = {each.label: each for each in means_of(trial, segment, quantity, of_incumbent=True)}
    if len(now) < 2:
        return
    most = max(now, key=lambda each: each.n_lists)
    for each in now:
        if each is most:
            continue
        gap, was = each.shown - most.shown, before[each.label].shown - before[most.label].shown
        of_hires = _gap_of_hires(each, most, bounds)
        allowed = max(abs(was), 0.0 if of_hires is None else abs(of_hires)) + bounds.wider[quantity]
        wider = abs(gap) > allowed
        hires = "too few hires to tell" if of_hires is None else f"{of_hires:+.3f} in hires"
        yield Check(
            f"gap of {quantity} {name}={each.label}",
            abs(gap),
            allowed,
            Verdict.FAILED if wider else Verdict.HELD,
            f"{quantity} of {each.label} less that of {most.label}: {gap:+.3f} recommended, {was:+.3f} by the "
            f"incumbent, {hires} (at most {allowed:.3f} either way)",
            f"find what steers {each.label} (vivier fairness report) and train again without it" if wider else "",
        )


def _gap_of_hires(one: Means, other: Means, bounds: Bounds) -> float | None:
    enough = min(one.n_hired, other.n_hired) >= bounds.least_lists
    return one.hired - other.hired if enough else None


def _parity(name: str, what: str, found: Mapping[str, Told], before: Mapping[str, Told], bounds: Bounds) -> Check:
    """Least over most among the labels with enough lists: at least `bounds.parity`, or, where the incumbent is under it
    too, no less than the incumbent's. A candidate that is fairer than what answers is not kept out."""
    judged = _with_enough_lists(found, bounds)
    if len(judged) < 2 or max(judged.values()) == 0:
        said = f"{what}: fewer than two labels with {bounds.least_lists} lists, not judged"
        return _unjudged(name, float("nan"), bounds.parity, said)
    least, most = min(judged, key=judged.__getitem__), max(judged, key=judged.__getitem__)
    ratio = judged[least] / judged[most]
    of_incumbent = _with_enough_lists(before, bounds)
    was = min(of_incumbent.values()) / max(of_incumbent.values()) if max(of_incumbent.values()) > 0 else 1.0
    bound = min(bounds.parity, was - ALIKE)
    unfair = ratio < bound
    said = (
        f"{what}: {least} {judged[least]:.4f}, {most} {judged[most]:.4f}, ratio {ratio:.2f} "
        f"(least {bounds.parity}, or the incumbent's, {was:.2f})"
    )
    return Check(
        name,
        ratio,
        bound,
        Verdict.FAILED if unfair else Verdict.HELD,
        said,
        f"weigh the lists of {least} more when training, and look at what they lack" if unfair else "",
    )


def _with_enough_lists(found: Mapping[str, Told], bounds: Bounds) -> dict[str, float]:
    return {
        label: value for label, (value, n_lists) in found.items() if n_lists >= bounds.least_lists and not isnan(value)
    }
