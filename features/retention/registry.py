"""The rules, in the order in which they are run: people first, so that what goes with them is not counted twice."""

from typing import Final

from features.retention import (
    accounts,
    audit,
    contact_requests,
    corrections,
    digests,
    erasures,
    files,
    flags,
    plans,
    profiles,
)
from features.retention.base import Rule

RULES: Final[tuple[Rule, ...]] = (
    profiles.RULE,
    contact_requests.RULE,
    accounts.RULE,
    digests.RULE,
    corrections.RULE,
    files.RULE,
    audit.RULE,
    plans.RULE,
    flags.RULE,
    erasures.NUMBERS,
    erasures.HASHES,
)
