"""Published folders: whole or not at all, checked before use, with the last good generation to fall back on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from features.artifacts import (
    KEPT,
    MANIFEST,
    POINTER,
    SEAL,
    ArtifactError,
    copy_current,
    current_id,
    load_current,
    publishing,
)


def publish(root: Path, text: str) -> None:
    with publishing(root, {"text": text}) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "words.txt").write_text(text)


def read(root: Path) -> str:
    return (load_current(root).path / "deep" / "words.txt").read_text()


def test_what_is_published_is_read_with_its_meta(tmp_path: Path) -> None:
    root = tmp_path / "rome"
    publish(root, "un")
    generation = load_current(root)
    assert (generation.id, generation.meta, generation.fallback_from) == ("000001", {"text": "un"}, None)
    assert read(root) == "un"
    assert current_id(root) == "000001"
    publish(root, "deux")
    assert read(root) == "deux"


def test_an_empty_root_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="nothing is published in"):
        load_current(tmp_path / "rome")
    assert current_id(tmp_path / "rome") is None


def test_old_generations_go_and_one_to_fall_back_on_stays(tmp_path: Path) -> None:
    for text in ("un", "deux", "trois", "quatre"):
        publish(tmp_path, text)
    folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert folders == ["000003", "000004"]
    assert len(folders) == KEPT


def test_a_failure_while_writing_leaves_the_old_generation_and_no_litter(tmp_path: Path) -> None:
    publish(tmp_path, "un")

    def fail() -> None:
        with publishing(tmp_path, {}) as folder:
            (folder / "words.txt").write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert read(tmp_path) == "un"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001", POINTER]


def flip_a_byte(folder: Path) -> None:
    path = folder / "deep" / "words.txt"
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data))


def remove_a_file(folder: Path) -> None:
    (folder / "deep" / "words.txt").unlink()


def change_what_is_told(folder: Path) -> None:
    text = (folder / MANIFEST).read_text()
    assert '"text": "' in text
    (folder / MANIFEST).write_text(text.replace('"text": "', '"text": "not '))


def empty_the_seal(folder: Path) -> None:
    (folder / SEAL).write_bytes(b"")


def write_manifest(folder: Path, text: str) -> None:
    """As one of before there were seals."""
    (folder / SEAL).unlink()
    (folder / MANIFEST).write_text(text)


def cut_the_manifest(folder: Path) -> None:
    text = (folder / MANIFEST).read_text()
    write_manifest(folder, text[: len(text) // 2])


def empty_the_manifest(folder: Path) -> None:
    write_manifest(folder, json.dumps([]))


def forget_the_meta(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    write_manifest(folder, json.dumps({"mela": manifest["meta"], "files": manifest["files"]}))


def list_no_files(folder: Path) -> None:
    write_manifest(folder, json.dumps({"meta": {}, "files": ["words.txt"]}))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flip_a_byte, "words.txt does not have the sha256 of the manifest"),
        (remove_a_file, "words.txt is missing"),
        (cut_the_manifest, "its manifest cannot be read"),
        (change_what_is_told, "its manifest does not have the sha256"),
        (empty_the_seal, "its manifest does not have the sha256"),
        (empty_the_manifest, "its manifest cannot be read"),
        (forget_the_meta, "its manifest cannot be read"),
        (list_no_files, "its manifest is not one of ours"),
    ],
)
def test_a_damaged_generation_is_refused_and_the_one_before_serves(
    tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    publish(tmp_path, "un")
    publish(tmp_path, "deux")
    damage(tmp_path / "000002")
    assert read(tmp_path) == "un"
    assert load_current(tmp_path).fallback_from == "000002"
    damage(tmp_path / "000001")
    with pytest.raises(ArtifactError, match=said):
        load_current(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"00000\x00", b"000002/..", b"\n"])
def test_for_a_damaged_pointer_the_newest_whole_generation_stands_in(tmp_path: Path, content: bytes) -> None:
    publish(tmp_path, "un")
    publish(tmp_path, "deux")
    (tmp_path / POINTER).write_bytes(content)
    assert current_id(tmp_path) is not None
    assert load_current(tmp_path).fallback_from is not None
    assert read(tmp_path) == "deux"


def test_the_next_publication_after_a_damaged_one_is_in_force(tmp_path: Path) -> None:
    publish(tmp_path, "un")
    publish(tmp_path, "deux")
    flip_a_byte(tmp_path / "000002")
    publish(tmp_path, "trois")
    assert load_current(tmp_path).id == "000003"
    assert read(tmp_path) == "trois"


def test_an_unreferenced_newer_folder_is_not_in_force(tmp_path: Path) -> None:
    """Killed between the rename and the pointer: the old generation stays in force."""
    publish(tmp_path, "un")
    publish(tmp_path, "deux")
    (tmp_path / POINTER).write_text("000001")
    assert read(tmp_path) == "un"


PUBLISHER = """
import sys
from pathlib import Path
from features.artifacts import (
    KEPT,
    MANIFEST,
    POINTER,
    ArtifactError,
    copy_current,
    current_id,
    load_current,
    publishing,
)

with publishing(Path(sys.argv[1]), {}) as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "words.txt").write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_a_publisher_killed_half_way(tmp_path: Path) -> None:
    publish(tmp_path, "un")
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as publisher:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "writing\n"
        leftovers = list(tmp_path.glob(".writing-*"))
        assert len(leftovers) == 1
        publish(tmp_path, "deux")
        assert leftovers[0].exists(), "another living process is writing there"
        publisher.send_signal(signal.SIGKILL)
        publisher.wait()
    assert read(tmp_path) == "deux"
    publish(tmp_path, "trois")
    assert not leftovers[0].exists()
    assert read(tmp_path) == "trois"


def test_another_users_living_process_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    leftover = tmp_path / ".writing-1-aaaa"
    leftover.mkdir()
    monkeypatch.setattr(os, "kill", refuse)
    publish(tmp_path, "un")
    assert leftover.exists()


# ---------------------------------------------------------------- files that are checked as they are read

BLOBS = ("blob.bin", "deep/blob.bin")


def publish_blobs(root: Path, text: str) -> None:
    with publishing(root, {"text": text}, {"blob.bin"}) as folder:
        (folder / "deep").mkdir()
        for name in (*BLOBS, "deep/words.txt"):
            (folder / name).write_text(text * 50)


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("name", BLOBS)
def test_a_byte_of_a_blob_is_looked_at_by_a_thorough_check_alone(tmp_path: Path, name: str) -> None:
    publish_blobs(tmp_path, "un")
    publish_blobs(tmp_path, "deux")
    assert load_current(tmp_path, thorough=True).id == "000002"
    edit(tmp_path / "000002" / name, lambda data: bytes([data[0] ^ 1]) + data[1:])
    found = load_current(tmp_path)
    assert (found.id, found.fallback_from) == ("000002", None)
    found = load_current(tmp_path, thorough=True)
    assert (found.id, found.fallback_from) == ("000001", "000002")
    edit(tmp_path / "000001" / name, lambda data: bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(ArtifactError, match=f"{name} does not have the sha256"):
        load_current(tmp_path, thorough=True)


@pytest.mark.parametrize("name", BLOBS)
@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: edit(path, lambda data: data[:-1]), "does not have the size of the manifest"),
        (lambda path: edit(path, lambda data: data + b"x"), "does not have the size of the manifest"),
        (lambda path: edit(path, lambda _: b""), "does not have the size of the manifest"),
        (Path.unlink, "is missing"),
    ],
    ids=["cut", "longer", "emptied", "missing"],
)
def test_a_blob_of_another_size_is_refused_at_once(
    tmp_path: Path, name: str, thorough: bool, change: Callable[[Path], None], said: str
) -> None:
    publish_blobs(tmp_path, "un")
    change(tmp_path / "000001" / name)
    with pytest.raises(ArtifactError, match=f"000001: {name} {said}"):
        load_current(tmp_path, thorough)


def test_the_other_files_are_checked_as_ever(tmp_path: Path) -> None:
    publish_blobs(tmp_path, "un")
    flip_a_byte(tmp_path / "000001")
    with pytest.raises(ArtifactError, match=r"words\.txt does not have the sha256"):
        load_current(tmp_path)


def test_a_manifest_of_before_has_every_file_checked(tmp_path: Path) -> None:
    """It says nothing of files checked later."""
    publish_blobs(tmp_path, "un")
    manifest = json.loads((tmp_path / "000001" / MANIFEST).read_text())
    del manifest["checked_when_read"]
    write_manifest(tmp_path / "000001", json.dumps(manifest))
    assert load_current(tmp_path).id == "000001"
    edit(tmp_path / "000001" / "blob.bin", lambda data: b"x" + data[1:])
    with pytest.raises(ArtifactError, match=r"blob\.bin does not have the sha256"):
        load_current(tmp_path)


def test_a_copy_follows_what_is_published_elsewhere(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    assert copy_current(shared, own) is None
    publish(shared, "un")
    assert copy_current(shared, own) == "000001"
    assert copy_current(shared, own) is None
    assert read(own) == "un"
    publish(shared, "deux")
    assert copy_current(shared, own) == "000002"
    assert read(own) == "deux"
    shutil.rmtree(shared / "000001")  # somebody was erased, who was in it
    publish(shared, "trois")
    assert copy_current(shared, own) == "000003"
    assert sorted(path.name for path in own.iterdir() if path.is_dir()) == ["000002", "000003"]
    shutil.rmtree(shared / "000002")
    publish(shared, "quatre")
    copy_current(shared, own)
    assert sorted(path.name for path in own.iterdir() if path.is_dir()) == ["000003", "000004"]


def test_numbers_that_begin_anew_are_copied_anew(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    publish(shared, "un")
    copy_current(shared, own)
    shutil.rmtree(shared)
    publish(shared, "une autre")
    assert copy_current(shared, own) == "000001"
    assert read(own) == "une autre"


@pytest.mark.parametrize("damage", ["a byte", "a file", "the manifest", "the pointer"])
def test_what_is_damaged_is_not_copied_and_what_serves_stays(tmp_path: Path, damage: str) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    publish(shared, "un")
    copy_current(shared, own)
    publish(shared, "deux")
    words = shared / "000002" / "deep" / "words.txt"
    match damage:
        case "a byte":
            words.write_text("deuz")
        case "a file":
            words.unlink()
        case "the manifest":
            (shared / "000002" / MANIFEST).write_text("{")
        case "the pointer":
            (shared / POINTER).write_text("000009")
    with pytest.raises(ArtifactError, match=r"shared/00000[29]"):
        copy_current(shared, own)
    assert read(own) == "un"
    assert [path for path in own.iterdir() if path.name.startswith(".writing")] == []
