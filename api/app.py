"""The ASGI application: routes, problems, the API page, and the follower for as long as it runs."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from importlib.metadata import version

from fastapi import Depends, FastAPI

from api import docs_page, openapi, problems
from api.edge import logs, stack, tracing
from api.edge.rates import metered
from api.edge.watch import Watch
from api.pages import errors as page_errors
from api.pages.ready import make_ready
from api.parameters import refuse_unknown
from api.routes.registry import routers
from api.schemas import schemas
from api.security.gate import admit, check_rules
from api.security.local_provider import PATH as LOCAL_PATH
from api.security.local_provider import LocalProvider
from api.security.rules import endpoints_of
from api.service import Service
from api.serving import on_hangup
from api.settings import Settings, read_settings

DESCRIPTION = """
Vivier rapproche des profils, des offres, des formations et des entreprises, et dit pourquoi.

* Les noms de champs et de paramètres suivent *Offres d'emploi v2* où il en a un ; LHÉO, RNCP et ROME 4.0 sinon.
* `range=0-19` choisit la page (150 éléments au plus) ; la réponse est 200, 206 ou 204 avec `Content-Range`.
* Un paramètre inconnu est refusé (400) avec le nom le plus proche ; toute erreur est un `application/problem+json`.
* Une écriture est visible dans les recherches en moins d'une seconde.
"""


def create_app(service: Service) -> FastAPI:
    """The application over `service`; it closes the store when it stops."""

    watch = Watch(service)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.start_following()
        await service.audit.start()
        await service.access.follower.start()
        await watch.start()
        try:
            with on_hangup(service.look_again):
                yield
        finally:
            if "board" in service.__dict__:
                await asyncio.to_thread(service.board.stop)
            await watch.stop()
            await service.access.follower.stop()
            await service.stop_following()
            await service.audit.stop()
            service.store.close()

    app = FastAPI(
        title="Vivier",
        summary="Banque de profils : rapprochement et recommandation sur ROME 4.0",
        description=DESCRIPTION,
        version=version("vivier"),
        lifespan=lifespan,
        openapi_url="/openapi.json" if service.settings.api_page else None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.reference = service.reference
    stack.install(app, service.settings, service.audit, watch, service.node)
    problems.install(app)
    page_errors.install(app)
    mounted = tuple(routers())
    check_rules(mounted)
    app.state.summaries = {
        (method, route.path): route.summary
        for route in endpoints_of(mounted)
        for method in route.methods or ()
        if route.summary
    }
    for router in mounted:
        app.include_router(router, dependencies=[Depends(admit), Depends(metered), Depends(refuse_unknown)])
    if service.settings.local_provider:
        local = LocalProvider(service.settings.public_url, service.local_signing_keys, service.store)
        app.mount(LOCAL_PATH, local.app())
    if service.settings.api_page:
        docs_page.install(app)
    openapi.install(app, schemas, mounted)
    return app


def app_of_environment() -> FastAPI:
    """The application over the settings of the environment: what each of several workers runs."""
    settings = read_settings()
    report(settings)
    return settled(create_app(Service.open(settings)))


def report(settings: Settings) -> None:
    """Log what this process does as `settings` say, and send its spans. Raises SettingsError."""
    logs.install(settings.log_level, settings.log_format)
    logs.hook_uncaught()
    if settings.otlp_endpoint is not None:
        tracing.install(settings.otlp_endpoint)


def settled(app: FastAPI) -> FastAPI:
    """`app`, ready for its first reader, with all that was made at start set aside from garbage collection: it lives as
    long as the process, and walking through it would hold up a request now and then."""
    make_ready(app.state.service)
    gc.collect()
    gc.freeze()
    return app
