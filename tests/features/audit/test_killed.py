"""A process that is killed while it writes leaves a chain that is whole, and another goes on from it."""

import signal
import subprocess
import sys
from pathlib import Path

from features.audit.chain import Chain
from features.audit.verify import verify
from features.audit.witness import Witness
from features.store import Store
from tests.features.audit.conftest import KEY, entry

WRITER = """
import sys
from features.audit.chain import Chain
from features.audit.witness import Witness
from features.store import Store
from tests.features.audit.conftest import KEY, entry
from pathlib import Path

chain = Chain(Store.open(sys.argv[1]), KEY, Witness(Path(sys.argv[2])))
number = 0
while True:
    chain.write([entry(number + each) for each in range(5)])
    number += 5
    print(number, flush=True)
"""


def test_killed_writers_leave_one_whole_chain(store_url: str, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    command = [sys.executable, "-c", WRITER, store_url, str(witness)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    acknowledged = 0
    for writer in writers:
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged += 5
            if int(line) >= 25:
                break
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    store = Store.open(store_url)
    found = verify(store, Witness(witness), KEY.public)
    assert found.fault is None
    assert found.n_lines >= acknowledged
    assert found.n_lines % 5 == 0
    Chain(store, KEY, Witness(witness)).write([entry(1)], mark=True)
    assert verify(store, Witness(witness), KEY.public).fault is None
    store.close()
