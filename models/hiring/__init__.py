"""How many people an establishment should hire soon: in all and in one occupation, with an interval.

`seasonal` is the mean that text books start from; `forecast` the fitted model that serves; `fitting` fits it on a table
of monthly hirings (`history`), simulated (`models.simulation.recruitment`) or real.
"""

from models.hiring.seasonal import HORIZON_MONTHS, YEAR, expected_hirings

__all__ = ["HORIZON_MONTHS", "YEAR", "expected_hirings"]
