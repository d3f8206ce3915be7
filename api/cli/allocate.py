"""`vivier allocate`: the prices of crowded offers, from one batch over everyone."""

from typing import Annotated

import typer

from api.cli.console import AsJson, opened_service, print_result, progress, settings


def allocate(
    knob: Annotated[
        float, typer.Option(min=0, max=1, help="How far attention is spread: 0 by score alone, to 1.")
    ] = 0.6,
    k: Annotated[int, typer.Option(min=1, help="Offers that everyone is sent.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Send everyone their best offers so that none goes to too many for its posts, and publish what that makes of each
    offer: its price.

    Services that run take the prices up by themselves; their lists of offers heed them by VIVIER_ALLOCATION_KNOB.

    Example: vivier allocate --knob 0.6
    """
    import datetime as dt

    from features.records import Profile
    from matching.allocation.batch import allocate_offers
    from matching.allocation.live import publish
    from matching.schema import Collection

    configured = settings()
    with opened_service(configured) as service:
        engine = service.engine
        profiles = engine.catalogue(Collection.PROFILES)
        ids = (profile.id for batch in service.store.scan(Profile) for profile in batch)
        with progress("Searching for everyone", profiles.n_records) as advance:
            batch = allocate_offers(engine, ids, k, knob, advance)
        found = batch.allocation
        made_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        meta = {"knob": knob, "k": k, "persons": len(batch.persons), "made_at": made_at}
        priced = publish(configured.data_dir, batch.keys, found.prices, found.loads, batch.posts, meta)
    largest = float((found.loads / batch.posts).max()) if len(batch.posts) else 0.0
    figures = {**meta, "offers": len(batch.keys), "priced": priced, "largest_load_per_post": round(largest, 2)}
    print_result(
        figures,
        as_json,
        f"{len(batch.persons)} people, {len(batch.keys)} offers, {priced} of them with a price; the most-sent one goes "
        f"to {largest:.0f} people a post.",
    )
