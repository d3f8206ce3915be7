"""Where one request spends its time: a flame graph of a server that answers with a deployment loaded.

    python -m benchmarks.flame DATA_DIR OUT.svg [--question offers_for_profile] [--seconds 20]

Needs `py-spy` (in `vivier[peers]`), which samples the server from outside, so that the figures are those of the server
as it runs. Only the event loop's thread is drawn.
"""

import argparse
import shutil
import subprocess
import threading
from pathlib import Path

from benchmarks.api_latency import SEED, askers
from benchmarks.http_client import served, timings
from benchmarks.questions import questions

RATE_HZ = 500


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flame", description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--question", default="offers_for_profile")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    sampler = shutil.which("py-spy")
    if sampler is None:
        parser.error("py-spy is not on the path: pip install 'vivier[peers]'")
    pools = questions(askers(options.data_dir, 3000))
    if options.question not in pools:
        parser.error(f"no question is called {options.question!r}: choose one of {', '.join(pools)}")
    with served({"VIVIER_DATA_DIR": str(options.data_dir)}, patience_s=600) as (port, pid):
        timings(port, pools[options.question], 300, SEED)
        asking = threading.Event()

        def ask() -> None:
            while not asking.is_set():
                timings(port, pools[options.question], 200, SEED)

        client = threading.Thread(target=ask)
        client.start()
        try:
            command = [sampler, "record", "--pid", str(pid), "--output", str(options.out), "--rate", str(RATE_HZ)]
            subprocess.run([*command, "--duration", str(options.seconds), "--format", "flamegraph"], check=True)
        finally:
            asking.set()
            client.join()


if __name__ == "__main__":
    main()
