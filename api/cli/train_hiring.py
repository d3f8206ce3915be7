"""`vivier train hiring`: fit the forecast of hirings. It needs no extra."""

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import REFUSED, USAGE, AsJson, fail, print_result, say, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from features.records import Establishment


def hiring(
    history: Annotated[
        Path | None, typer.Option(help="Parquet or CSV of monthly hirings; else the store's establishments.")
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Fit on simulated hirings, as the forecast that ships was.")
    ] = False,
    firms: Annotated[int, typer.Option(min=200, help="Establishments to simulate.")] = 30_000,
    seed: Annotated[int, typer.Option(min=0, help="The same history and seed give the same forecast.")] = 0,
    ship: Annotated[
        Path | None, typer.Option(help="Write the forecast and its manifest into this folder, and publish nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit the forecast of hirings and put it in force in <data_dir>/hiring; then run `vivier index build`.

    docs/prospection.md describes the file of monthly hirings. The last six months are held out first: the figures that
    are printed are of those, and the forecast is fitted again on everything. A minute for 30,000 establishments.

    Example: vivier train hiring --history hirings.parquet
    """
    from models.hiring.evaluation import held_out
    from models.hiring.fitting import TooLittle, fit, fit_kappa
    from models.hiring.history import HiringHistory, WrongHistory
    from models.hiring.published import Made, publish, shipped
    from models.hiring.published import ship as write_shipped
    from models.training.code_version import code_version

    configured = settings()
    if simulated and history is not None:
        fail("give --history or --simulated, not both", USAGE)
    kappa: float | None = None
    try:
        if simulated:
            from models.simulation.recruitment import simulate

            market = simulate(firms, 72, seed)
            table, about = market.history, f"{firms} simulated establishments, seed {seed}"
            kappa = fit_kappa(market.by_occupation[:, -24:].sum(axis=1), market.sector_share)
        elif history is not None:
            table, about = HiringHistory.read(history), history.name
        else:
            table, about = HiringHistory.of_records(_establishments(), _today()), "the store's establishments"
        learned: dict[str, Any] = {
            "places": not simulated,
            "sub_classes": not simulated,
            "kappa": shipped().kappa if kappa is None else kappa,
            "seed": seed,
        }
        say(f"Fitting on {len(table)} establishments over {table.months} months")
        figures = held_out(table, **learned)
        forecast = fit(table, **learned)
    except FileNotFoundError as error:
        fail(f"{error.filename} does not exist", USAGE)
    except (WrongHistory, TooLittle) as error:
        fail(str(error), REFUSED)
    told = ", ".join(f"{name} {value}" for name, value in figures.items())
    made = Made(
        about=about,
        is_simulated=simulated,
        figures={name: value for name, value in figures.items() if math.isfinite(value)},
        trained_on=_today().isoformat(),
        code_version=code_version(),
        data_hash=table.data_hash,
    )
    if ship is not None:
        write_shipped(forecast, ship, made)
        print_result({"folder": str(ship), "figures": figures}, as_json, f"Forecast written to {ship} ({told})")
        return
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    generation = publish(forecast, configured.data_dir, made)
    text = f"Forecast {generation} is in force ({told}). Run: vivier index build"
    print_result({"generation": generation, "figures": figures}, as_json, text)


def _establishments() -> "list[Establishment]":
    """The establishments of the store, in order of SIRET."""
    from contextlib import closing

    from features.records import Establishment

    with closing(open_store(settings())) as store:
        return [firm for batch in store.scan(Establishment) for firm in batch]


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
