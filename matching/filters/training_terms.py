"""How a session is funded and attended."""

from collections.abc import Mapping

from features.bits import attendance_bits, funding_bits
from features.records import Attendance, Funding
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_choices
from matching.schema import Collection


def any_bit(name: str, bits: int) -> Condition:
    """Rows whose bit set `name` shares a bit with `bits`."""
    return lambda view: (view.column(name) & view.column(name).dtype.type(bits)) != 0


def _parse_funding(given: Mapping[str, str], _context: Context) -> Condition:
    return any_bit("fundings", funding_bits(parse_choices("financement", given["financement"], Funding)))


def _parse_attendance(given: Mapping[str, str], _context: Context) -> Condition:
    return any_bit("attendance", attendance_bits(parse_choices("modalite", given["modalite"], Attendance)))


FUNDING = Filter(
    for_all((Collection.SESSIONS,), Parameter("financement", "Financements possibles (l'un de la liste).", "CPF")),
    _parse_funding,
)

ATTENDANCE = Filter(
    for_all(
        (Collection.SESSIONS,), Parameter("modalite", "Modalités d'enseignement (l'une de la liste).", "presentiel")
    ),
    _parse_attendance,
)
