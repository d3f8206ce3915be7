"""`vivier candidates`: what retrieval brings for a sample of profiles, written for training and simulation to read."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import AsJson, fail, print_result, progress, settings


def candidates(
    out: Annotated[Path, typer.Option(help="The folder to write market.npz and market.json into.")],
    profiles: Annotated[int, typer.Option(min=1, help="How many profiles at most, drawn by the seed.")] = 10_000,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks of the stream that the market is to carry.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="The same store, index, day and seed give the same market.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Search for the offers of a sample of profiles, as their lists are made, and write them with all pair features.

    The profiles' own conditions are filters, as in the service. Rankers learn from the folder without the service.
    It holds what the profiles say of people's work, under their ids, and nothing of who they are: keep it as the store.

    Example: vivier candidates --out var/candidates --profiles 5000
    """
    import numpy as np

    from api.service import CANNOT_OPEN, Service
    from features.records import Profile
    from matching.candidates import candidates_market
    from matching.schema import Collection

    configured = settings()
    try:
        service = Service.open(configured)
    except CANNOT_OPEN as error:
        fail(str(error))
    try:
        known = service.engine.catalogue(Collection.PROFILES)
        ids = sorted(profile.id for batch in service.store.scan(Profile) for profile in batch if profile.id in known)
        if not ids:
            fail("no profile with a known occupation is indexed. Run: vivier index build")
        drawn = np.random.default_rng(seed).choice(len(ids), min(profiles, len(ids)), replace=False)
        chosen = [ids[position] for position in np.sort(drawn).tolist()]
        with progress("Searching for profiles", len(chosen)) as advance:
            market = candidates_market(service.engine, chosen, weeks, seed, advance)
    finally:
        service.store.close()
    market.save(out)
    found = {
        "profiles": len(market.persons),
        "offers": len(market.offers),
        "candidates": market.n_candidates,
        "features": list(market.names),
        "folder": str(out),
    }
    text = f"Wrote {market.n_candidates} candidates of {len(market.persons)} profiles ({len(market.offers)} offers)"
    print_result(found, as_json, f"{text} to {out}.")
