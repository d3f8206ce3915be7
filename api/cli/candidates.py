"""`vivier candidates`: what retrieval brings for a sample of profiles, written for training and simulation to read."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import USAGE, AsJson, fail, opened_service, print_result, progress, settings


def candidates(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    of: Annotated[str, typer.Option("--list", help="offres or formations: what profiles are brought.")] = "offres",
    profiles: Annotated[int, typer.Option(min=1, help="How many profiles at most, drawn by the seed.")] = 10_000,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks before today that events are to be learned from.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="The same store, index, day and seed give the same market.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Search for the offers, or the trainings, of a sample of profiles, as their lists are made, and write them with
    all pair features.

    The profiles' own conditions are filters, as in the service. Rankers learn from the folder without the service.
    It holds what the profiles say of people's work, under their ids, and nothing of who they are: keep it as the store.

    Example: vivier candidates --out var/candidates --profiles 5000
    """
    import numpy as np

    if of not in ("offres", "formations"):
        fail(f"nobody is brought {of!r} here: give --list offres or formations", USAGE)
    from features.records import Profile
    from matching.candidates import candidates_market
    from matching.market_records import persons_of
    from matching.schema import Collection
    from matching.shelves import session_shelf

    configured = settings()
    with opened_service(configured) as service:
        known = service.engine.catalogue(Collection.PROFILES)
        ids = sorted(profile.id for batch in service.store.scan(Profile) for profile in batch if profile.id in known)
        if not ids:
            fail("no profile with a known occupation is indexed. Run: vivier index build")
        drawn = np.random.default_rng(seed).choice(len(ids), min(profiles, len(ids)), replace=False)
        chosen = [ids[position] for position in np.sort(drawn).tolist()]
        try:
            with progress("Searching for profiles", len(chosen)) as advance:
                if of == "formations":
                    persons = persons_of(service.engine, chosen, weeks, np.random.default_rng(seed))
                    shelf, _ = session_shelf(service.engine, persons, weeks, advance)
                else:
                    market = candidates_market(service.engine, chosen, weeks, seed, advance)
        except ValueError as error:
            fail(str(error))
    if of == "formations":
        shelf.save(out)
        people, items, n_candidates, names = len(shelf.askers), len(shelf.items), shelf.n_candidates, shelf.names
    else:
        market.save(out)
        people, items, n_candidates = len(market.persons), len(market.offers), market.n_candidates
        names = market.names
    kind = "sessions" if of == "formations" else "offers"
    found = {
        "profiles": people,
        kind: items,
        "candidates": n_candidates,
        "features": list(names),
        "folder": str(out),
    }
    text = f"Wrote {n_candidates} candidates of {people} profiles ({items} {kind})"
    print_result(found, as_json, f"{text} to {out}.")
