"""The order in which a request meets what stands before the routes, the outermost first."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api.auditing.log import AuditLog
from api.auditing.middleware import Audited
from api.edge.body_limit import BodyLimit
from api.edge.deadline import Deadline
from api.edge.head import HeadAsGet
from api.edge.headers import SecurityHeaders
from api.edge.hosts import KnownHosts, listed, names_of
from api.edge.in_flight import InFlight
from api.edge.observed import Observed
from api.edge.outages import HEADER as DEGRADED
from api.edge.outages import MarkedDegraded
from api.edge.rates import Metered, Rates
from api.edge.shape import PlainShape
from api.edge.stale import RefusedWhenStale
from api.edge.watch import Watch, Watched
from api.nodes import Node
from api.security.session import Renewal
from api.settings import Settings


def install(app: FastAPI, settings: Settings, audit: AuditLog, watch: Watch, node: Node) -> None:
    """Put them before the routes of `app`; the one that is added last is met first. Raises SettingsError."""
    app.state.rates = Rates.of(settings)
    app.state.watch = watch
    app.add_middleware(Watched, watch=watch)
    app.add_middleware(Metered, rates=app.state.rates)
    app.add_middleware(BodyLimit, single=settings.body_limit_bytes, bulk=settings.bulk_limit_bytes)
    app.add_middleware(Deadline, limit_s=settings.request_timeout_s)
    app.add_middleware(Renewal)
    app.add_middleware(InFlight, limit=settings.in_flight_limit)
    app.add_middleware(PlainShape, header_limit=settings.header_limit_bytes)
    app.add_middleware(KnownHosts, names=names_of(settings))
    app.add_middleware(HeadAsGet)
    app.add_middleware(Audited, log=audit)  # what those below refuse leaves a line too
    app.add_middleware(Observed)
    app.add_middleware(MarkedDegraded, availability=audit.chain.store.availability)
    if settings.stale_after_s is not None:
        app.add_middleware(RefusedWhenStale, limit_s=settings.stale_after_s, age_s=node.age_s, state=node.state)
    if settings.allowed_origins is not None:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=listed(settings.allowed_origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Traceparent"],
            expose_headers=["Content-Range", "Accept-Ranges", "Retry-After", "Traceparent", DEGRADED],
        )
    app.add_middleware(SecurityHeaders, behind_tls=settings.public_url.startswith("https://"))
