"""The log by itself: one JSON object a line, errors without their words, other libraries' messages without values."""

import asyncio
import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from api.edge import logs

SECRET = "Quatrebarbes"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    # MLflow, which tests of trainings import and services never do, takes this logger for itself.
    monkeypatch.setattr(logging.getLogger("sqlalchemy.engine"), "propagate", True)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    found = io.StringIO()
    logs.install("info", "json", found)
    try:
        yield found
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.raiseExceptions = True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    assert SECRET not in stream.getvalue()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise RuntimeError(f"not {SECRET}") from error


def test_a_line_has_its_fields(stream: io.StringIO) -> None:
    logs.logger("vivier.essai").info("request", status=200, route="/v1/x/{id}")
    logs.logger("vivier.essai").debug("quiet")
    (line,) = lines(stream)
    assert {name: line[name] for name in ("event", "status", "route", "level", "logger")} == {
        "event": "request",
        "status": 200,
        "route": "/v1/x/{id}",
        "level": "info",
        "logger": "vivier.essai",
    }
    assert line["timestamp"].endswith("Z")


def test_an_error_is_its_types_and_frames(stream: io.StringIO) -> None:
    try:
        fail()
    except RuntimeError:
        logging.getLogger("api.somewhere").exception("it failed %s", "here")
    (line,) = lines(stream)
    assert line["event"] == "it failed here"
    assert [each["type"] for each in line["exception"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert line["exception"][0]["frames"][-1].endswith("fail")


def test_errors_of_a_group_are_all_told(stream: io.StringIO) -> None:
    try:
        raise ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)])
    except ExceptionGroup as group:
        logging.getLogger("api.x").error("several", exc_info=group)
    (line,) = lines(stream)
    assert [each["type"] for each in line["exception"]] == [
        "builtins.ExceptionGroup",
        "builtins.ValueError",
        "builtins.TypeError",
    ]


def test_other_libraries_say_no_values(stream: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").warning("select %s", SECRET)
    logging.getLogger("hypercorn.error").error(f"Exception in ASGI application\n{SECRET}", exc_info=ValueError(SECRET))
    assert [line["event"] for line in lines(stream)] == ["select %s", "Exception in ASGI application"]


def test_a_task_that_nobody_awaited_says_no_values(stream: io.StringIO) -> None:
    async def scenario() -> None:
        async def failing() -> None:
            raise ValueError(SECRET)

        task = asyncio.create_task(failing())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(scenario())
    (line,) = lines(stream)
    assert (line["logger"], line["exception"][0]["type"]) == ("asyncio", "builtins.ValueError")


def test_an_error_that_nobody_caught_says_no_values(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", threading.excepthook)
    logs.hook_uncaught()
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("an error was not caught", "critical")
    assert SECRET not in capsys.readouterr().err


def test_people_may_have_it_as_text(stream: io.StringIO) -> None:
    text = io.StringIO()
    logs.install("info", "text", text)
    logs.logger("vivier.essai").info("request", status=200)
    assert "request" in text.getvalue()
    assert not text.getvalue().startswith("{")
