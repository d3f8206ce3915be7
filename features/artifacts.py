"""Published folders of files: written whole or not at all, checked before anything is parsed.

A *root* holds generations and a pointer:

    root/CURRENT                  the id of the generation in force
    root/<id>/manifest.json       {"meta": {...}, "files": {name: sha256}, "checked_when_read": {name: bytes}}
    root/<id>/manifest.sha256     the sum of the manifest itself; folders from before there were any lack it
    root/<id>/...                 the files

Publishing writes a temporary folder, flushes it to disk, renames it, and moves the pointer last. A process
killed at any instant leaves either the old generation in force or the new one. Referentials, encoders and
indexes are all published this way. (It lives on the lowest floor because referentials need it too.)
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POINTER = "CURRENT"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
KEPT = 2
"""Generations kept on disk: the one in force and the one before, to fall back on."""


class ArtifactError(Exception):
    """There is no usable generation; the message says which file is wrong and what to do."""


AT_ONCE_BYTES = 1 << 20
"""Of a file that is read and summed in one go."""


@dataclass(frozen=True)
class Generation:
    """One whole, checked generation."""

    id: str
    path: Path
    meta: Mapping[str, Any]
    fallback_from: str | None = None
    """The id of a newer generation that was refused, when this one stands in for it."""


@contextlib.contextmanager
def publishing(root: Path, meta: Mapping[str, Any], checked_when_read: Collection[str] = ()) -> Iterator[Path]:
    """A folder to write files into; when the block ends well it becomes the generation in force.

    Files named in `checked_when_read`, whatever their folder, are large and carry sums of their own, which their
    reader checks piece by piece: `load_current` looks at their sizes alone.
    """
    root.mkdir(parents=True, exist_ok=True)
    _drop_leftovers(root)
    work = root / f".writing-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    work.mkdir()
    try:
        yield work
        names = sorted(str(path.relative_to(work)) for path in work.rglob("*") if path.is_file())
        files = dict(sorted(_sums(work, names)))
        later = {name: (work / name).stat().st_size for name in files if Path(name).name in checked_when_read}
        told = {"meta": dict(meta), "files": files, "checked_when_read": later}
        manifest = json.dumps(told, ensure_ascii=False, indent=1)
        (work / MANIFEST).write_text(manifest)
        (work / SEAL).write_text(hashlib.sha256(manifest.encode()).hexdigest())
        for path in work.rglob("*"):
            _flush(path)
        _flush(work)
        number = max((int(name) for name in _generations(root)), default=0) + 1
        target = root / f"{number:06d}"
        work.rename(target)
        try:
            _point(root, target.name)
        except BaseException:
            if current_id(root) != target.name:
                target.rename(work)  # what never was in force must not be fallen back on
            raise
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    for old in _generations(root)[KEPT:]:
        shutil.rmtree(root / old, ignore_errors=True)


def drop_where(root: Path, unwanted: Callable[[Mapping[str, Any]], bool]) -> int:
    """Remove the generations but the one in force whose meta data are `unwanted`, those that tell none, and what
    processes that died left half-written; how many. Who has one mapped keeps it until they let go."""
    dropped = 0
    if not root.is_dir():
        return 0
    for leftover in root.glob(".writing-*"):
        if not _is_alive(leftover):
            shutil.rmtree(leftover)
            dropped += 1
    current = current_id(root)
    for name in _generations(root):
        try:
            meta = json.loads((root / name / MANIFEST).read_text())["meta"]
        except (OSError, ValueError, KeyError, TypeError):
            meta = None
        if name != current and (meta is None or unwanted(meta)):
            shutil.rmtree(root / name)
            dropped += 1
    return dropped


def load_current(root: Path, thorough: bool = False) -> Generation:
    """The generation in force if its files are whole, else the newest whole one before it; the newest of all where the
    pointer itself is damaged.

    With `thorough` the files that are checked as they are read are checked too. Raises ArtifactError when there is
    none.
    """
    pointer = root / POINTER
    if not pointer.is_file():
        raise ArtifactError(f"nothing is published in {root}")
    current = _pointed(pointer)
    problems: list[str] = []
    named = current.isdigit()
    for name in [current, *(other for other in _generations(root) if not named or other < current)]:
        problem = problem_of(root / name, thorough)
        if problem is None:
            meta = json.loads((root / name / MANIFEST).read_text())["meta"]
            return Generation(name, root / name, meta, fallback_from=None if name == current else current)
        problems.append(f"{name}: {problem}")
    raise ArtifactError(f"no whole generation in {root} ({'; '.join(problems)}); build it again")


def copy_current(source: Path, root: Path) -> str | None:
    """Have in `root` what is in force in `source`, which others publish into; its id if it had to be copied, else None.

    The copy is checked whole, file by file, before it is in force. What `source` keeps no more goes from `root` too:
    whoever maps it keeps it until they let go. Raises ArtifactError for a generation that is damaged or that went
    while it was copied; what is in force in `root` is not touched then.
    """
    name = current_id(source)
    if name is None:
        return None
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".copying").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one machine share the copies
        told = _told(source / name)
        if current_id(root) == name and _told(root / name) == told:
            return None
        _drop_leftovers(root)
        work = root / f".writing-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        try:
            shutil.copytree(source / name, work, copy_function=shutil.copyfile)
            problem = problem_of(work, thorough=True)
            if problem is not None:
                raise ArtifactError(f"{source.name}/{name}: {problem}")
            _flush_all(work)
            if (root / name).exists():
                shutil.rmtree(root / name)
            work.rename(root / name)
            _point(root, name)
        except (OSError, shutil.Error) as error:
            raise ArtifactError(f"{source.name}/{name} could not be copied ({type(error).__name__})") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
        for number, old in enumerate(_generations(root)):
            if old != name and (number >= KEPT or not (source / old).is_dir()):
                shutil.rmtree(root / old, ignore_errors=True)
    return name


def _told(folder: Path) -> bytes | None:
    """The manifest of a generation, as it is written; None where there is none."""
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError:
        return None


def current_id(root: Path) -> str | None:
    """The id the pointer names, unchecked; None when nothing is published."""
    pointer = root / POINTER
    return _pointed(pointer) if pointer.is_file() else None


def _pointed(pointer: Path) -> str:
    """The id in a pointer, whatever its bytes have become: a damaged one names no generation."""
    return pointer.read_bytes().decode(errors="replace").strip()


def problem_of(folder: Path, thorough: bool = False) -> str | None:
    """What is wrong with a generation; None where it is whole. `thorough` as `load_current`."""
    try:
        written = (folder / MANIFEST).read_bytes()
        seal = folder / SEAL
        if seal.exists() and hashlib.sha256(written).hexdigest().encode() != seal.read_bytes():
            return "its manifest does not have the sha256 that was written beside it"
        manifest = json.loads(written)
        files, later = manifest["files"], manifest.get("checked_when_read", {})
        if not all(isinstance(part, dict) for part in (manifest["meta"], files, later)):
            return "its manifest is not one of ours"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its manifest cannot be read ({error})"
    try:
        for name in files:
            if not (folder / name).is_file():
                return f"{name} is missing"
        for name, size in later.items():
            if (folder / name).stat().st_size != size:
                return f"{name} does not have the size of the manifest"
        checked = [name for name in files if thorough or name not in later]
        for name, found in _sums(folder, checked):
            if found != files[name]:
                return f"{name} does not have the sha256 of the manifest"
    except OSError as error:  # removed meanwhile by who published the one after the next
        return f"it cannot be read ({error})"
    return None


def _sums(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name and the sha256 of each file: small ones as they come, then large ones, several at a time."""
    large = []
    for name in names:
        if (folder / name).stat().st_size > AT_ONCE_BYTES:
            large.append(name)
        else:
            yield name, hashlib.sha256((folder / name).read_bytes()).hexdigest()
    if large:
        with ThreadPoolExecutor() as pool:
            yield from zip(large, pool.map(lambda name: _sha256(folder / name), large), strict=True)


def _generations(root: Path) -> list[str]:
    """Ids on disk, newest first."""
    return sorted((path.name for path in root.iterdir() if path.is_dir() and path.name.isdigit()), reverse=True)


def _point(root: Path, name: str) -> None:
    temporary = root / f".{POINTER}-{os.getpid()}"
    try:
        temporary.write_text(name)
        _flush(temporary)
        temporary.replace(root / POINTER)
    finally:
        temporary.unlink(missing_ok=True)
    _flush(root)


def _is_alive(work: Path) -> bool:
    try:
        os.kill(int(work.name.split("-")[1]), 0)
    except (ProcessLookupError, ValueError, IndexError):
        return False
    except PermissionError:
        return True
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _drop_leftovers(root: Path) -> None:
    for leftover in root.glob(".writing-*"):
        if not _is_alive(leftover):
            shutil.rmtree(leftover, ignore_errors=True)


def _flush_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
