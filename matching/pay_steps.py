"""Pay as employers learn of it: in steps, so that nobody finds the pay that a person asks for by varying an offer's.

What is offered is taken down to a step, what people ask for is taken up to one. Somebody who asks for more than is
offered is left out either way; of those who are there, and of how many they are, an answer tells no more than the step.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.sides import ColumnReader

PAY_STEP: Final = 50
"""Gross euros a month."""


def offered_in_steps(read: ColumnReader) -> ColumnReader:
    """The columns of offers, whose pay is taken down to a step."""
    return _with(read, "pay_max", np.floor)


def asked_in_steps(read: ColumnReader) -> ColumnReader:
    """The columns of profiles, whose least pay is taken up to a step."""
    return _with(read, "pay_floor", np.ceil)


def _with(read: ColumnReader, name: str, whole: "np.ufunc") -> ColumnReader:
    def column(asked: str) -> NDArray[Any]:
        values = read(asked)
        return (whole(values / PAY_STEP) * PAY_STEP).astype(values.dtype) if asked == name else values

    return column
