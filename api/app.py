"""The ASGI application: routes, problems, the API page, and the follower for as long as it runs."""

import contextlib
import gc
from collections.abc import AsyncIterator
from importlib.metadata import version

from fastapi import Depends, FastAPI

from api import docs_page, openapi, problems
from api.body_limit import BodyLimit
from api.in_flight import InFlight
from api.pages import errors as page_errors
from api.parameters import refuse_unknown
from api.routes.registry import routers
from api.schemas import schemas
from api.security.gate import admit, check_rules
from api.service import Service
from api.settings import read_settings

DESCRIPTION = """
Vivier rapproche des profils, des offres, des formations et des entreprises, et dit pourquoi.

* Les noms de champs et de paramètres suivent *Offres d'emploi v2* où il en a un ; LHÉO, RNCP et ROME 4.0 sinon.
* `range=0-19` choisit la page (150 éléments au plus) ; la réponse est 200, 206 ou 204 avec `Content-Range`.
* Un paramètre inconnu est refusé (400) avec le nom le plus proche ; toute erreur est un `application/problem+json`.
* Une écriture est visible dans les recherches en moins d'une seconde.
"""


def create_app(service: Service) -> FastAPI:
    """The application over `service`; it closes the store when it stops."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.follower.start()
        await service.access.follower.start()
        try:
            yield
        finally:
            await service.access.follower.stop()
            await service.follower.stop()
            service.store.close()

    app = FastAPI(
        title="Vivier",
        summary="Banque de profils : rapprochement et recommandation sur ROME 4.0",
        description=DESCRIPTION,
        version=version("vivier"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.reference = service.reference
    app.add_middleware(BodyLimit, single=service.settings.body_limit_bytes, bulk=service.settings.bulk_limit_bytes)
    app.add_middleware(InFlight, limit=service.settings.in_flight_limit)
    problems.install(app)
    page_errors.install(app)
    mounted = tuple(routers())
    check_rules(mounted)
    for router in mounted:
        app.include_router(router, dependencies=[Depends(admit), Depends(refuse_unknown)])
    docs_page.install(app)
    openapi.install(app, schemas(), mounted)
    return app


def app_of_environment() -> FastAPI:
    """The application over the settings of the environment: what each of several workers runs."""
    return settled(create_app(Service.open(read_settings())))


def settled(app: FastAPI) -> FastAPI:
    """`app`, with all that was made at start set aside from garbage collection: it lives as long as the process, and
    walking through it would hold up a request now and then."""
    gc.collect()
    gc.freeze()
    return app
