"""Payloads on disk: what is read is what was written, one by one and by the page; damage is found; nothing lingers."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.artifacts import ArtifactError
from matching import arrays, payload_file
from matching.payload_file import DICTIONARY, PAYLOADS, Payloads, PayloadWriter


def written(folder: Path, payloads: list[bytes]) -> Payloads:
    writer = PayloadWriter(folder)
    for payload in payloads:
        writer.add(payload)
    writer.finish()
    return Payloads.load(folder, "profils")


def letters(n: int) -> list[bytes]:
    """Payloads much alike, each with something of its own."""
    draw = np.random.default_rng(5)
    skills = [f"Savoir-faire numéro {number}" for number in range(40)]
    return [
        (
            f'{{"id":"personne-{number}","projets":[{{"metier":"J1501","competences":'
            f"{draw.choice(skills, 5).tolist()}}}],"
            f'"disponible":"2026-09-{number % 28 + 1:02}"}}\n{{"jeton":"{draw.bytes(8).hex()}"}}'
        ).encode()
        for number in range(n)
    ]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary is trained on little, and before all is seen."""
    monkeypatch.setattr(payload_file, "LEAST_BYTES", 1 << 10)
    monkeypatch.setattr(payload_file, "LOOKED_AT_BYTES", 100 << 10)
    monkeypatch.setattr(payload_file, "DICTIONARY_BYTES", 4 << 10)


@given(payloads=st.lists(st.binary(max_size=200), max_size=20), data=st.data())
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes], data: st.DataObject
) -> None:
    """In any order, again and again, and none at all."""
    kept = written(tmp_path_factory.mktemp("payloads"), payloads)
    assert len(kept) == len(payloads)
    asked = data.draw(st.lists(st.integers(0, len(payloads) - 1), max_size=30)) if payloads else []
    assert kept.read(np.array(asked, dtype=np.int32)) == [payloads[at] for at in asked]


@pytest.mark.usefixtures("soon")
def test_payloads_much_alike_take_a_fraction_with_a_dictionary(tmp_path: Path) -> None:
    payloads = letters(2000)
    kept = written(tmp_path, payloads)
    assert kept.read(np.arange(2000)) == payloads
    assert len((tmp_path / DICTIONARY).read_bytes()) > 1000
    stored, alone = (tmp_path / PAYLOADS).stat().st_size, payload_file.compressor(b"")
    assert stored < 0.6 * sum(len(alone.compress(payload)) for payload in payloads)
    assert stored < 0.5 * sum(map(len, payloads))


@pytest.mark.usefixtures("soon")
def test_the_same_payloads_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, letters(1500))
    for name in (PAYLOADS, DICTIONARY):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.usefixtures("soon")
def test_what_is_written_no_more_leaves_nothing_in_the_dictionary(tmp_path: Path) -> None:
    payloads = letters(1500)
    payloads[::3] = [payload + b" souffleuse de verre a Tralou" for payload in payloads[::3]]
    for name, kept in (("before", payloads), ("after", [item for item in payloads if b"Tralou" not in item])):
        (tmp_path / name).mkdir()
        written(tmp_path / name, kept)
    assert b"Tralou" in (tmp_path / "before" / DICTIONARY).read_bytes()
    assert b"Tralou" not in (tmp_path / "after" / DICTIONARY).read_bytes()
    assert len((tmp_path / "after" / DICTIONARY).read_bytes()) > 0


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("payloads", [[], [b"{}"] * 3, [bytes(2000)] * 200, [b"x" * 50_000] * 4])
def test_without_anything_to_learn_there_is_no_need_of_a_dictionary(tmp_path: Path, payloads: list[bytes]) -> None:
    """None, hardly any, all the same nothing, and few large ones."""
    assert written(tmp_path, payloads).read(np.arange(len(payloads))) == payloads


def flip(stored: bytearray, at: int) -> None:
    stored[at] ^= 1


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("where", [lambda start, stop: start, lambda start, stop: (start + stop) // 2])
def test_a_damaged_payload_is_told_and_the_others_are_read(tmp_path: Path, where: Callable[[int, int], int]) -> None:
    payloads = letters(1000)
    written(tmp_path, payloads)
    starts = np.load(tmp_path / "payload_starts.npy")
    stored = bytearray((tmp_path / PAYLOADS).read_bytes())
    flip(stored, where(int(starts[700]), int(starts[701])))
    (tmp_path / PAYLOADS).write_bytes(bytes(stored))
    kept = Payloads.load(tmp_path, "profils")
    with pytest.raises(ArtifactError, match=r"payloads.bin of profils is damaged at record 700; build it again"):
        kept.read(np.array([3, 700, 1]))
    others = np.delete(np.arange(1000), 700)
    assert kept.read(others) == [payloads[at] for at in others.tolist()]


def test_a_file_that_ends_too_early_is_damaged_where_it_ends(tmp_path: Path) -> None:
    written(tmp_path, [b"one" * 20, b"two" * 20])
    os.truncate(tmp_path / PAYLOADS, (tmp_path / PAYLOADS).stat().st_size - 1)
    kept = Payloads.load(tmp_path, "offres")
    assert kept.read(np.array([0])) == [b"one" * 20]
    with pytest.raises(ArtifactError, match=r"payloads.bin of offres is damaged at record 1;"):
        kept.read(np.array([1]))


@pytest.mark.usefixtures("soon")
def test_several_threads_read_at_once(tmp_path: Path) -> None:
    payloads = letters(1000)
    kept = written(tmp_path, payloads)
    start = threading.Barrier(4)

    def pages(seed: int) -> bool:
        draw = np.random.default_rng(seed)
        start.wait()
        asked = [draw.integers(0, 1000, 20) for _ in range(100)]
        return all(kept.read(page) == [payloads[at] for at in page.tolist()] for page in asked)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(pages, range(4)))


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system takes no advice")
@pytest.mark.parametrize(("available", "ahead"), [(1 << 30, True), (0, False)])
def test_all_is_read_ahead_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, ahead: bool
) -> None:
    """Every byte is asked for, once."""
    kept = written(tmp_path, [os.urandom(1000) for _ in range(400)])
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, start, length, _advice: asked.append((start, length)))
    monkeypatch.setattr(arrays, "available_bytes", lambda: available)
    kept.read_ahead()
    if not ahead:
        assert asked == []
        return
    assert [start for start, _ in asked] == [0, *np.cumsum([length for _, length in asked])[:-1].tolist()]
    assert sum(asked[-1]) >= (tmp_path / PAYLOADS).stat().st_size > 400_000


def test_the_memory_left_is_what_the_system_says() -> None:
    assert 0 < arrays.available_bytes() < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
