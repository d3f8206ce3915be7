"""What every benchmark writes: its figures, and all that one needs to get them again.

    report = Report.from_command_line("rome_load")
    fast = median_ms(lambda: load(path), repeats=report.repeats(9, quick=3))
    slow = median_ms(lambda: baseline(path), repeats=report.repeats(9, quick=3))
    report.data(path)
    report.figure("load_ms", fast)
    report.figure("times_faster_than_baseline", slow / fast)
    report.finish()

The last line printed is one JSON object of the figures. `--json FILE` also writes them with the machine, the
versions, the commit, the seed and the sha256 of the data.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = ("numpy", "scipy", "scikit-learn", "faiss-cpu", "pyarrow", "pandas", "msgspec", "sqlalchemy", "fastapi")

Figure = float | int | str | bool | None


def median_ms(work: Callable[[], object], repeats: int, warm_up: int = 1) -> float:
    """Median wall-clock time of `work` in milliseconds, after `warm_up` runs that do not count."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - start) / 1e6)
    return statistics.median(times)


@dataclass
class Report:
    """The figures of one run, in the order they were given."""

    name: str
    quick: bool = False
    json_path: Path | None = None
    seed: int | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    data_files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_command_line(
        cls, name: str, seed: int | None = None, arguments: Sequence[str] | None = None, about: str = ""
    ) -> "Report":
        """A report set up by `--quick` and `--json FILE`."""
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
        parser.add_argument("--quick", action="store_true", help="a reduced size that ends within 50 s on 2 cores")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures and their circumstances")
        options = parser.parse_args(arguments)
        return cls(name, options.quick, options.json, seed)

    def repeats(self, full: int, quick: int) -> int:
        """`quick` under `--quick`, else `full`."""
        return quick if self.quick else full

    def figure(self, name: str, value: Figure, digits: int = 3) -> None:
        """Keep a figure and say it. The unit goes in the name: `load_ms`, `recall_at_10`."""
        kept = round(value, digits) if isinstance(value, float) else value
        self.figures[name] = kept
        print(f"{name:.<48} {kept}", flush=True)

    def data(self, path: Path) -> None:
        """Remember the sha256 of a file, or of every file of a folder, that the figures depend on."""
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                with file.open("rb") as stream:
                    self.data_files[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()

    def finish(self) -> None:
        """Write the file if one was asked for, and print the figures as the last line."""
        if self.json_path is not None:
            self.json_path.parent.mkdir(parents=True, exist_ok=True)
            self.json_path.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n")
        print(json.dumps(self.figures, ensure_ascii=False), flush=True)

    def as_dict(self) -> dict[str, object]:
        """The figures and the circumstances, as the file has them."""
        whole = hashlib.sha256("".join(f"{name}{sha}" for name, sha in sorted(self.data_files.items())).encode())
        return {
            "benchmark": self.name,
            "quick": self.quick,
            "seed": self.seed,
            "figures": self.figures,
            "machine": machine(),
            "versions": {"python": platform.python_version(), **versions()},
            "commit": commit(),
            "data_sha256": whole.hexdigest() if self.data_files else None,
            "data_files": len(self.data_files),
        }


def machine() -> dict[str, object]:
    """Processor, cores this process may use, memory and load, as far as the system tells."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = models[0] if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Versions of the packages that matter for speed, those that are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The commit that was measured, ended by "+" when tracked files differ from it; None outside a repository."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
