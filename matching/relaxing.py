"""What would fill an empty list: each parameter left out alone, exactly counted."""

from collections.abc import Callable, Mapping
from typing import Final

WIDER_KM: Final = (20, 30, 50, 100)
"""Reaches that are tried for a person whose own brings nothing."""

NEEDED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "commune": ("distance", "tempsTrajet", "mode"),
    "tempsTrajet": ("mode",),
}
"""Parameters that mean nothing without another: they are left out with it."""


def without_each(
    parameters: Mapping[str, str], count: Callable[[Mapping[str, str]], int]
) -> tuple[tuple[str, int], ...]:
    """Each parameter whose absence alone would bring something, and how much; what brings most first.

    `count` says how many results given parameters bring.
    """
    found = []
    for name in parameters:
        left_out = {name, *NEEDED_BY.get(name, ())}
        brought = count({other: value for other, value in parameters.items() if other not in left_out})
        if brought:
            found.append((name, brought))
    return tuple(sorted(found, key=lambda item: -item[1]))
