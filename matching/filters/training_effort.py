"""What a session asks of a person: hours, money, and whether it ends with a certification."""

from collections.abc import Mapping

import numpy as np

from features.pairs.to_pay import OWN
from matching.errors import BadParameter
from matching.filters.base import AnyOf, Condition, Context, Filter, Parameter, for_all, parse_decimal, parse_flag
from matching.schema import Collection


def hours_at_most(hours: float) -> Condition:
    """Sessions that say how long they last, and last no longer."""
    return lambda view: view.column("hours") <= np.float32(hours)


def to_pay_at_most(euros: float) -> Condition:
    """Sessions that leave no more to pay for sure: somebody else may pay, or their price is no more than that."""
    return AnyOf(
        (
            lambda view: (view.column("fundings") & ~OWN) != 0,
            lambda view: view.column("price") <= np.float32(euros),
        )
    )


def certifying() -> Condition:
    """Sessions that end with a certification of the RNCP or of the *répertoire spécifique*."""
    return lambda view: view.column("certification") != 0


def _parse_hours(given: Mapping[str, str], _context: Context) -> Condition:
    return hours_at_most(parse_decimal("dureeHeuresMax", given["dureeHeuresMax"], 1, 20_000))


def _parse_to_pay(given: Mapping[str, str], _context: Context) -> Condition:
    return to_pay_at_most(parse_decimal("resteAPayerMax", given["resteAPayerMax"], 0, 1_000_000))


def _parse_certifying(given: Mapping[str, str], _context: Context) -> Condition:
    if not parse_flag("certifiante", given["certifiante"]):
        raise BadParameter("certifiante", given["certifiante"], "« true », ou ne pas donner ce paramètre")
    return certifying()


DURATION = Filter(
    for_all(
        (Collection.SESSIONS,),
        Parameter(
            "dureeHeuresMax",
            "Durée au plus, en heures. Les formations qui ne disent pas leur durée n'y figurent pas.",
            "400",
        ),
    ),
    _parse_hours,
)

TO_PAY = Filter(
    for_all(
        (Collection.SESSIONS,),
        Parameter(
            "resteAPayerMax",
            "Reste à payer au plus, en euros : un autre que vous peut payer, ou le prix ne dépasse pas ce montant.",
            "0",
        ),
    ),
    _parse_to_pay,
)

CERTIFYING = Filter(
    for_all(
        (Collection.SESSIONS,),
        Parameter("certifiante", "true : mène à une certification (RNCP ou répertoire spécifique).", "true"),
    ),
    _parse_certifying,
)
