"""Commands run in one process here: what one of them sets for itself must not reach the next."""

import pytest

from api.cli import console


@pytest.fixture(autouse=True)
def each_command_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_quiet", False)
