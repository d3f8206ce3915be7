"""All metrics in the order they are reported. A new one is a file beside this and a line here."""

from models.metrics.average_precision import AVERAGE_PRECISION
from models.metrics.base import ExposureMetric, ListMetric, ProbabilityMetric
from models.metrics.calibration import CALIBRATION_ERROR
from models.metrics.coverage import COVERAGE
from models.metrics.gini import GINI
from models.metrics.hit_rate import HIT_RATE
from models.metrics.largest_load import LARGEST_LOAD
from models.metrics.mrr import MRR
from models.metrics.ndcg import NDCG
from models.metrics.precision import PRECISION
from models.metrics.recall import RECALL

LIST_METRICS: tuple[ListMetric, ...] = (NDCG, RECALL, PRECISION, HIT_RATE, MRR, AVERAGE_PRECISION)

EXPOSURE_METRICS: tuple[ExposureMetric, ...] = (COVERAGE, GINI, LARGEST_LOAD)

PROBABILITY_METRICS: tuple[ProbabilityMetric, ...] = (CALIBRATION_ERROR,)
