"""The log: one JSON object a line on stderr, or coloured text on a terminal.

It tells what happened, where in the code and on which route; never what somebody sent. An exception is its type and its
frames: its message may hold a name, a statement's values or a body. Of other libraries only the first line of the
message is kept, without what they would put in.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import msgspec
import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter

OWN: Final = ("api", "matching", "models", "features", "vivier")
"""First parts of the names of loggers that mind what they say."""
FRAMES_KEPT: Final = 30
_LINE_LIMIT: Final = 200

Format = Literal["auto", "json", "text"]
Event = MutableMapping[str, Any]


def logger(name: str) -> BoundLogger:
    """A logger that takes fields: `logger("vivier.x").info("what", where=…)`."""
    wrapped: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=True,
    )
    return wrapped


def install(level: str = "info", form: Format = "auto", stream: TextIO = sys.stderr) -> logging.Handler:
    """Send all that is logged in this process to `stream`; returns the handler, the only one there is then."""
    as_text = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(as_text))
    logging.raiseExceptions = False  # a broken stderr would be told with the whole record
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    return handler


def hook_uncaught() -> None:
    """Errors that nobody caught, of the process or of a thread, are logged like all others."""

    def uncaught(kind: type[BaseException], error: BaseException, _frames: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logging.getLogger("vivier.uncaught").critical("an error was not caught", exc_info=error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = uncaught
    threading.excepthook = in_thread


def told(error: BaseException) -> list[dict[str, Any]]:
    """An exception without a word of what it says: types and frames, the innermost frame last, causes after it."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        frames = traceback.StackSummary.extract(
            traceback.walk_tb(each.__traceback__), limit=-FRAMES_KEPT, lookup_lines=False
        )
        found.append(
            {
                "type": f"{type(each).__module__}.{type(each).__qualname__}",
                "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        waiting.append(each.__cause__ or (None if each.__suppress_context__ else each.__context__))
    return found


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").rsplit("/", 3)[-3:])


def _formatter(as_text: bool) -> logging.Formatter:
    render: Any = structlog.dev.ConsoleRenderer() if as_text else _as_json
    return ProcessorFormatter(
        foreign_pre_chain=[_of_others],
        processors=[
            structlog.contextvars.merge_contextvars,
            _about,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper("iso"),
            render,
        ],
        keep_exc_info=False,
        keep_stack_info=False,
    )


def _of_others(_logger: Any, _method: str, event: Event) -> Event:
    """A record of the standard library; what others say is cut to what cannot hold a value."""
    record: logging.LogRecord = event["_record"]
    if record.name.split(".")[0] not in OWN:
        event["event"] = str(record.msg).split("\n", 1)[0][:_LINE_LIMIT]
    event.pop("positional_args", None)
    event.pop("stack", None)
    event.pop("stack_info", None)
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def _about(_logger: Any, _method: str, event: Event) -> Event:
    """Level, name, and the exception as `told` tells it."""
    record: logging.LogRecord = event["_record"]
    event["level"], event["logger"] = record.levelname.lower(), record.name
    exc_info = event.pop("exc_info", None)
    error = exc_info if isinstance(exc_info, BaseException) else exc_info[1] if exc_info else None
    if error is not None:
        event["exception"] = told(error)
    return event


def _as_json(_logger: Any, _method: str, event: Event) -> str:
    return msgspec.json.encode(event, enc_hook=lambda value: type(value).__name__).decode()
