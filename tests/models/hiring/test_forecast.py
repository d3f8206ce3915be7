"""The forecast of hirings: quantiles by hand, thinning by simulation, and a fit that is calibrated on unseen months."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import nbinom

from features.artifacts import ArtifactError
from features.records import Establishment, MonthlyHirings
from models.documents import problems
from models.hiring.evaluation import capture, deviance, held_out, lift, shares_below
from models.hiring.fitting import TooLittle, fit, fit_kappa
from models.hiring.forecast import at_most, in_occupations, interval, quantiles
from models.hiring.history import WINDOW, HiringHistory, WrongHistory, month_number, windows_of
from models.hiring.published import Made, in_force, load, publish, save, shipped
from models.simulation.recruitment import Recruitment, simulate

TODAY = dt.date(2026, 9, 15)


@pytest.fixture(scope="module")
def market() -> Recruitment:
    return simulate(2500, 60, seed=3)


def test_quantiles_are_those_of_the_negative_binomial() -> None:
    means, shapes = np.array([0.02, 0.7, 4.0, 35.0, 900.0]), np.array([0.3, 0.8, 2.0, 10.0, 5.0])
    for chance in (0.1, 0.5, 0.9):
        expected = nbinom.ppf(chance, shapes, shapes / (shapes + means))
        np.testing.assert_array_equal(quantiles(means, shapes, chance), expected)
    np.testing.assert_allclose(at_most(np.array([-1, 3]), 2.0, 1.5)[0], 0)  # type: ignore[arg-type]
    low, high = interval(means, shapes)
    assert (low <= high).all()


def test_a_share_of_the_hirings_has_the_moments_of_a_thinned_draw() -> None:
    rng = np.random.default_rng(1)
    mean, shape, share, kappa = 12.0, 2.0, 0.3, 4.0
    total = rng.poisson(rng.gamma(shape, mean / shape, 400_000))
    part = rng.binomial(total, rng.beta(kappa * share, kappa * (1 - share), total.size))
    found_mean, found_shape = in_occupations(np.array(mean), np.array(shape), np.array(share), kappa)
    assert part.mean() == pytest.approx(float(found_mean), rel=0.02)
    assert part.var() == pytest.approx(float(found_mean + found_mean**2 / found_shape), rel=0.03)


def test_a_fit_foretells_months_it_never_saw(market: Recruitment) -> None:
    history = market.history
    origin = history.months - 6
    forecast = fit(history, upto=origin)
    means, shapes = forecast.of(
        history.naf,
        history.headcount_min,
        history.departement,
        history.tension,
        history.window(origin),
        history.first_month + origin,
    )
    came = history.counts[:, origin:].sum(axis=1)
    last = history.counts[:, origin - 6 : origin].sum(axis=1)
    assert deviance(means, came) < 0.8 * deviance(last, came)
    assert capture(means, came) >= capture(last, came) - 0.01
    below = shares_below(means, shapes, came, seed=0)
    assert np.abs(np.histogram(below, 5, (0, 1))[0] / len(below) - 0.2).max() < 0.06
    unchanged = fit(history, upto=origin)
    np.testing.assert_array_equal(unchanged.weights, forecast.weights)


def test_nothing_after_the_origin_is_read(market: Recruitment) -> None:
    history = market.history
    counts = history.counts.copy()
    counts[:, 54:] = 1e6
    other = HiringHistory(
        history.ids,
        history.naf,
        history.headcount_min,
        history.departement,
        history.tension,
        history.first_month,
        counts,
    )
    np.testing.assert_array_equal(fit(history, upto=54).weights, fit(other, upto=54).weights)


def test_more_hirings_in_the_past_never_foretell_fewer_by_much() -> None:
    forecast = shipped()
    paces = np.array([0, 1, 2, 4, 8], dtype=np.float32)
    window = np.repeat(paces[:, None], WINDOW, axis=1)
    means, _ = forecast.of(["8610Z"] * 5, np.full(5, 50), [""] * 5, np.full(5, np.nan), window, month_number(TODAY))
    assert (np.diff(means) > 0).all()
    assert means[0] < 1
    assert 3 * 6 < means[3] < 5 * 6


def test_the_sector_and_the_size_speak_where_the_past_is_not_known() -> None:
    forecast = shipped()
    nothing = np.full((3, WINDOW), np.nan, dtype=np.float32)
    means, shapes = forecast.of(
        ["5610A", "5610A", "2511Z"], np.array([1, 50, 50]), [""] * 3, np.full(3, np.nan), nothing, month_number(TODAY)
    )
    assert means[0] < means[1]
    assert means[2] < means[1]
    steady = np.full((1, WINDOW), 2, dtype=np.float32)
    _, known = forecast.of(["5610A"], np.array([50]), [""], np.full(1, np.nan), steady, month_number(TODAY))
    assert shapes[1] < known[0]


def test_the_mix_of_firms_is_found_again() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(5, 1.0), 3000)
    mixes = np.array([rng.dirichlet(np.maximum(6 * row, 1e-3)) for row in shares])
    counts = rng.multinomial(30, mixes)
    assert fit_kappa(counts, shares) == pytest.approx(6, rel=0.15)


def test_too_little_is_told() -> None:
    few = simulate(50, 60, seed=1).history
    with pytest.raises(TooLittle, match="50 establishments over 60 months: fitting needs 200 over 18"):
        fit(few)


def test_held_out_figures(market: Recruitment) -> None:
    figures = held_out(market.history, places=True, sub_classes=False, kappa=3.0, seed=0)
    assert 0.5 < figures["top_tenth_capture"] <= 1
    assert figures["interval_coverage"] >= 0.75


def test_lift_by_hand() -> None:
    came = np.arange(20)
    np.testing.assert_allclose(lift(came, came)[[0, 9]], [37 / 190, 1 / 190])
    assert capture(-came, came) == pytest.approx(1 / 190)
    assert deviance(np.array([2.0, 3.0]), np.array([2.0, 3.0])) == pytest.approx(0, abs=1e-9)


def test_windows_of_records() -> None:
    told = [MonthlyHirings(month="2026-08", count=3), MonthlyHirings(month="2026-05", count=0)]
    old = [MonthlyHirings(month="2020-01", count=9)]
    ahead = [MonthlyHirings(month="2026-09", count=9)]
    windows = windows_of([told, [], old, ahead], TODAY)
    assert windows[0, -4:].tolist() == [0, 0, 0, 3]
    assert np.isnan(windows[0, :-4]).all()
    assert np.isnan(windows[1]).all()
    assert (windows[2] == 0).all()
    assert np.isnan(windows[3]).all()


def test_a_table_is_read_from_csv_and_parquet(tmp_path: Path) -> None:
    lines = (
        "siret,naf,headcount_min,commune,month,hirings\n"
        "00000000000002,10.71C,,97101,2024-03,4\n"
        "00000000000001,8710A,50,23096,2024-01,0\n"
        "00000000000001,8710A,50,23096,2024-04,2\n"
    )
    (tmp_path / "h.csv").write_text(lines)
    history = HiringHistory.read(tmp_path / "h.csv")
    assert history.ids == ("00000000000001", "00000000000002")
    assert history.naf == ("8710A", "1071C")
    assert history.departement == ("23", "971")
    assert history.headcount_min.tolist() == [50, -1]
    np.testing.assert_array_equal(history.counts, [[0, 0, 0, 2], [np.nan, np.nan, 4, 0]])
    import pandas as pd

    pd.read_csv(tmp_path / "h.csv", dtype=str).to_parquet(tmp_path / "h.parquet")
    np.testing.assert_array_equal(HiringHistory.read(tmp_path / "h.parquet").counts, history.counts)
    firms = [
        Establishment(id="1", naf="8710A", hirings=(MonthlyHirings(month="2026-06", count=1),)),
        Establishment(id="2", naf="8710A"),
    ]
    np.testing.assert_array_equal(HiringHistory.of_records(firms, TODAY).counts, [[1, 0, 0], [np.nan] * 3])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"month": "mois"}, "no column 'month'"),
        ({"2024-03": "2024-13"}, "'2024-13' is not a month"),
        ({",4": ",-4"}, "not a number of hirings"),
    ],
)
def test_a_wrong_table_is_told(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    text = "siret,naf,headcount_min,commune,month,hirings\n00000000000002,1071C,,97101,2024-03,4\n"
    for old, new in changed.items():
        text = text.replace(old, new)
    (tmp_path / "h.csv").write_text(text)
    with pytest.raises(WrongHistory, match=message):
        HiringHistory.read(tmp_path / "h.csv")


def test_a_deployment_uses_its_own_forecast_once_it_has_one(tmp_path: Path, market: Recruitment) -> None:
    assert in_force(tmp_path) is shipped()
    own = fit(market.history)
    made = Made(
        about="a test",
        is_simulated=True,
        figures={"interval_coverage": 0.8},
        trained_on="2026-09-01",
        code_version="abc",
        data_hash=market.history.data_hash,
    )
    publish(own, tmp_path, made)
    assert problems(tmp_path / "hiring" / "000001") == []
    found = in_force(tmp_path)
    assert found.cells.areas == own.cells.areas
    np.testing.assert_array_equal(found.weights, own.weights)
    (tmp_path / "hiring" / "000001" / "hiring.npz").write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match="sha256"):
        in_force(tmp_path)


def test_a_file_that_is_no_forecast_is_refused(tmp_path: Path) -> None:
    save(shipped(), tmp_path)
    np.testing.assert_array_equal(load(tmp_path).spread, shipped().spread)
    np.savez(tmp_path / "hiring.npz", numbers=np.zeros(5))
    with pytest.raises(ArtifactError, match="vivier train hiring"):
        load(tmp_path)
