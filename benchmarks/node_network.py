"""Machines that are network namespaces of this one: each has its own interface, whose link can be taken down."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.postgres import Missing

NET: Final = "10.77.0"
PROXY: Final = f"{NET}.1"
DATABASE: Final = f"{NET}.2"
CLIENTS: Final = f"{NET}.0/24"
BRIDGE: Final = "vvbr0"


@dataclass(frozen=True)
class Machine:
    """One of them."""

    number: int

    @property
    def namespace(self) -> str:
        return f"vivier-{self.number}"

    @property
    def address(self) -> str:
        return f"{NET}.{10 + self.number}"

    @property
    def link(self) -> str:
        return f"vv{self.number}"

    def inside(self, *command: str) -> list[str]:
        """A command line that runs there."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def unplug(self) -> None:
        _ip("link", "set", self.link, "down")

    def plug(self) -> None:
        _ip("link", "set", self.link, "up")

    def lose(self, address: str) -> None:
        """What goes to an address is swallowed."""
        _ip("-n", self.namespace, "route", "add", "blackhole", f"{address}/32")

    def find(self, address: str) -> None:
        _ip("-n", self.namespace, "route", "del", "blackhole", f"{address}/32")


@contextlib.contextmanager
def machines(number: int) -> Iterator[list[Machine]]:
    """So many machines on one bridge, where this one has the addresses of proxy and database. Raises Missing."""
    if os.geteuid() != 0:
        raise Missing("network namespaces are made by root: run it as root (in a container with CAP_NET_ADMIN)")
    if shutil.which("ip") is None:
        raise Missing("no `ip` on this machine: apt-get install iproute2")
    made = [Machine(each + 1) for each in range(number)]
    with contextlib.ExitStack() as undo:
        try:
            _ip("link", "add", BRIDGE, "type", "bridge")
        except subprocess.CalledProcessError as error:
            raise Missing(f"no bridge can be made here: {error.stderr.strip()}") from error
        undo.callback(_ip, "link", "del", BRIDGE)
        for address in (PROXY, DATABASE):
            _ip("address", "add", f"{address}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for machine in made:
            _ip("netns", "add", machine.namespace)
            undo.callback(_ip, "netns", "del", machine.namespace)
            _ip("link", "add", machine.link, "type", "veth", "peer", "name", "eth0", "netns", machine.namespace)
            _ip("link", "set", machine.link, "master", BRIDGE, "up")
            for arguments in (
                ("address", "add", f"{machine.address}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", machine.namespace, *arguments)
        yield made


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
