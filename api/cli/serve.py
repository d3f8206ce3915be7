"""`vivier serve`: the HTTP service."""

import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from api.cli.console import AsJson, fail, print_result, progress, say, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from api.service import Service
    from api.settings import Settings

LOOPBACK: Final = ("127.0.0.1", "::1")
LOOPBACK_NAMES: Final = (*LOOPBACK, "localhost")
BACKLOG: Final = 1024
"""Connections that wait while the service is loaded."""
STALLED_S: Final = 30
"""What a worker has to give a sign of life; the first comes once its modules are read, seconds on a busy machine."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: VIVIER_HOST, 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (default: VIVIER_PORT, 8000).")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that answer (default: VIVIER_WORKERS, 1).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer over HTTP until Ctrl-C, or SIGTERM: what was asked by then is answered. SIGHUP has it look at what is
    published, at what it refused before too.

    The data folder must hold reference data and an index: `vivier demo` makes them, or `vivier import …` followed by
    `vivier index build`.

    Example: vivier serve --port 8080
    """
    configured = settings(as_node=True)
    n_workers = configured.workers if workers is None else workers
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a request is one thread; before anything heavy is imported
    is_node = configured.local_dir is not None or configured.stale_after_s is not None
    with listen(host or configured.host, configured.port if port is None else port, at_once=not is_node) as listener:
        check_demo_stays_here(configured, listener)
        if n_workers > 1:
            check_that_it_opens(configured)
        reached = as_reached(configured, listener)
        service = open_service(reached) if n_workers == 1 else None
        if as_json:
            docs = {"docs": f"{address(listener)}/docs"} if configured.api_page else {}
            print_result({"url": address(listener), **docs}, as_json, "")
        if service is None:
            os.environ["VIVIER_PUBLIC_URL"] = reached.public_url  # for the processes that are spawned
            run_workers(n_workers, listener, reached)
        else:
            run(service, listener)


def listen(host: str, port: int, at_once: bool = True) -> socket.socket:
    """A bound socket; the command ends with one clear line when the address cannot be had. Without `at_once` nobody is
    connected until there is an answer: a proxy goes to another node meanwhile."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        if at_once:
            listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        fail(f"cannot listen on {host}:{port}: {reason}. Choose another port with --port (make demo PORT=8001).")
    return listener


def address(listener: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def check_demo_stays_here(configured: "Settings", listener: socket.socket) -> None:
    """The command ends with one clear line when a demonstration's identities could be taken from other machines, be it
    through a proxy on this one."""
    from api.edge.hosts import listed

    host = listener.getsockname()[0]
    if configured.demo_identities and host not in LOOPBACK:
        fail(
            f"the demonstration's identities (VIVIER_DEMO_IDENTITIES) let anybody in as anybody: they are not served "
            f"on {host}, only on 127.0.0.1"
        )
    if configured.demo_identities:
        names = [urlsplit(configured.public_url).hostname or "", *listed(configured.allowed_hosts or "")]
        elsewhere = next((name for name in names if name not in LOOPBACK_NAMES), None)
        if elsewhere is not None:
            fail(
                "the demonstration's identities (VIVIER_DEMO_IDENTITIES) let anybody in as anybody: they are not "
                f"served as {elsewhere} (VIVIER_PUBLIC_URL, VIVIER_ALLOWED_HOSTS), which other machines may reach"
            )
    if configured.local_provider and host not in LOOPBACK:
        fail(
            f"the local provider (VIVIER_LOCAL_PROVIDER) lets anybody in as anybody: it is not served on {host}, only "
            "on 127.0.0.1"
        )


def as_reached(configured: "Settings", listener: socket.socket) -> "Settings":
    """The settings, links pointing to where `listener` is reached unless VIVIER_PUBLIC_URL says where."""
    if "public_url" in configured.model_fields_set:
        return configured
    return configured.model_copy(update={"public_url": address(listener).replace("//0.0.0.0:", "//127.0.0.1:")})


def open_service(configured: "Settings") -> "Service":
    """The service over the data folder; the command ends with one clear line when something is missing."""
    with progress("Loading the index", 1) as advance:
        from api.service import CANNOT_OPEN, Service

        service, problem = None, ""
        try:
            service = Service.open(configured)
            advance(1)
        except CANNOT_OPEN as error:
            problem = str(error)
    if service is None:
        fail(problem)
    return service


def check_that_it_opens(configured: "Settings") -> None:
    """Open the service once in a process that ends, so that workers do not fail one after the other, again and again;
    the command ends with one clear line when something is missing."""
    from multiprocessing import get_context

    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    trial = context.Process(target=_tell_problem_of_opening, args=(configured, theirs), daemon=True)
    trial.start()
    theirs.close()
    try:
        problem = ours.recv()
        trial.join()
    except EOFError:
        trial.join()
        problem = f"the service cannot be opened: the process that tried it ended with code {trial.exitcode}"
    if problem is not None:
        fail(problem)


def _tell_problem_of_opening(configured: "Settings", told: "Connection") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command, which ends this process
    problem = _problem_of_opening(configured)
    with contextlib.suppress(BrokenPipeError):  # the command is there no more
        told.send(problem)


def _problem_of_opening(configured: "Settings") -> str | None:
    from api.service import CANNOT_OPEN, Service

    try:
        Service.open(configured).store.close()
    except CANNOT_OPEN as error:
        return str(error)
    return None


def run_workers(n_workers: int, listener: socket.socket, configured: "Settings") -> None:
    """Serve on `listener` with several processes until a signal; one that dies is replaced.

    They are spawned, never forked: the libraries they use have threads by then.
    """
    import uvicorn

    from api.serving import Workers

    config = uvicorn.Config(
        "api.app:app_of_environment",
        factory=True,
        workers=n_workers,
        timeout_worker_healthcheck=STALLED_S,
        **_common(configured),
    )
    _say_where(listener, n_workers, configured.api_page)
    with _metrics(configured, several=True):
        Workers(config, sockets=[listener]).run()


def _common(configured: "Settings") -> dict[str, Any]:
    """How uvicorn speaks, with one worker or several."""
    from api.edge.hosts import listed

    return {
        "http": "api.edge.connection:Connection",
        "ws": "none",
        "log_config": None,
        "forwarded_allow_ips": listed(configured.trusted_proxies),
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": round(configured.request_timeout_s) + 5,
    }


def _say_where(listener: socket.socket, n_workers: int, api_page: bool) -> None:
    host = listener.getsockname()[0]
    reach = "this machine only" if host in LOOPBACK else "every machine that can reach it"
    by = f", {n_workers} workers" if n_workers > 1 else ""
    url = address(listener)
    page = f" API page: {url}/docs." if api_page else ""
    say(f"Vivier answers on {url} ({reach}{by}).{page} Ctrl-C stops it.")


def run(service: "Service", listener: socket.socket) -> None:
    """Serve on `listener` until a signal."""
    import uvicorn

    from api.app import create_app, report, settled
    from api.serving import DrainingServer
    from api.settings import SettingsError

    config = uvicorn.Config(settled(create_app(service)), **_common(service.settings))
    _say_where(listener, 1, service.settings.api_page)
    try:
        report(service.settings)
    except SettingsError as error:
        fail(str(error))
    with _metrics(service.settings):
        DrainingServer(config).run(sockets=[listener])


@contextlib.contextmanager
def _metrics(configured: "Settings", several: bool = False) -> "Iterator[None]":
    """Show the figures of this process, or of the workers that it starts, where the settings say."""
    if configured.metrics_port is None:
        yield
        return
    from api.edge import metrics

    show = metrics.added_up if several else metrics.shown
    with contextlib.ExitStack() as shown:
        problem = None
        try:
            shown.enter_context(show(configured.metrics_host, configured.metrics_port))
        except OSError as error:
            problem = error.strerror or str(error)
        if problem is not None:
            fail(f"cannot show metrics on {configured.metrics_host}:{configured.metrics_port}: {problem}")
        yield
