"""`vivier serve`: the HTTP service."""

import socket
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import AsJson, fail, print_result, progress, say, settings

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: VIVIER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default: VIVIER_PORT, 8000).")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer over HTTP until Ctrl-C.

    The data folder must hold reference data and an index: `vivier demo` makes them, or `vivier import …` followed by
    `vivier index build`.

    Example: vivier serve --port 8080
    """
    configured = settings()
    with listen(host or configured.host, configured.port if port is None else port) as listener:
        service = open_service(configured)
        if as_json:
            print_result({"url": address(listener), "docs": f"{address(listener)}/docs"}, as_json, "")
        run(service, listener)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; the command ends with one clear line when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        fail(f"cannot listen on {host}:{port}: {reason}. Choose another port with --port (make demo PORT=8001).")
    return listener


def address(listener: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def open_service(configured: "Settings") -> "Service":
    """The service over the data folder; the command ends with one clear line when something is missing."""
    with progress("Loading the index", 1) as advance:
        from api.service import Service
        from features.artifacts import ArtifactError
        from features.reference import ReferenceMissing
        from matching.errors import VivierError
        from models.encoder import ModelUnusable

        service, problem = None, ""
        try:
            service = Service.open(configured)
            advance(1)
        except (ReferenceMissing, ArtifactError, VivierError, ModelUnusable) as error:
            problem = str(error)
    if service is None:
        fail(problem)
    return service


def run(service: "Service", listener: socket.socket) -> None:
    """Serve on `listener` until a signal."""
    import uvicorn

    from api.app import create_app

    config = uvicorn.Config(create_app(service), log_level="warning", access_log=False, server_header=False)
    host = listener.getsockname()[0]
    reach = "this machine only" if host in ("127.0.0.1", "::1") else "every machine that can reach it; no sign-in yet"
    say(f"Vivier answers on {address(listener)} ({reach}). API page: {address(listener)}/docs. Ctrl-C stops it.")
    uvicorn.Server(config).run(sockets=[listener])
