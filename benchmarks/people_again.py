"""People who stand several times in a collection, under other ids and in other places: millions in minutes.

Drawing a person and reading their words takes half a millisecond; writing one takes a twentieth of that. What a search
costs follows from how many rows there are, where they are and how they differ in what is asked, and each of these is
kept: a copy lives where another person of the block does, so that a place has as many people as were drawn there, times
the copies. Their vectors and words are the same: a page may show a person twice, at two distances.
"""

import contextlib
from collections.abc import Generator

import numpy as np

from matching.catalogue import Rows

Blocks = Generator[tuple[Rows, int], None, None]


def people_again(blocks: Blocks, times: int) -> Blocks:
    """Each block of people, and `times` - 1 copies of it; closing this closes `blocks`."""
    with contextlib.closing(blocks):
        for rows, n_records in blocks:
            yield rows, n_records
            for copy in range(1, times):
                yield elsewhere(rows, copy), n_records


def elsewhere(rows: Rows, copy: int) -> Rows:
    """The people of `rows` as others: `copy` is added to their ids, each lives where the one `copy` places after them
    does, and has a counsellor that nobody else has, so that no portfolio grows."""
    ids = np.array(rows.ids)
    firsts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    person = np.repeat(np.arange(len(firsts)), np.diff(np.append(firsts, len(ids))))
    there = firsts[(person + copy) % len(firsts)]
    places = {name: rows.columns[name][there] for name in ("commune", "departement")}
    counsellor = rows.columns["counsellor"]
    names = {key: f"{key}-{copy}" for key in ids[firsts].tolist()}
    payloads = [
        rows.payloads[at].replace(_quoted(key), _quoted(names[key]))
        for at, key in zip(firsts.tolist(), names, strict=True)
    ]
    return Rows(
        tuple([names[key] for key in rows.ids]),
        {**rows.columns, **places, "counsellor": np.where(counsellor < 0, counsellor, counsellor + copy)},
        rows.vectors,
        tuple([payloads[at] for at in person.tolist()]),
    )


def _quoted(key: str) -> bytes:
    return f'"{key}"'.encode()
