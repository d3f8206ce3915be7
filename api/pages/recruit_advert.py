"""An advert looked at before it is published: what the law forbids, what is missing, what is vague."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from api.demands import BesoinIn
from api.diagnosis_shapes import Diagnostic, diagnostic
from api.intake import validated
from api.pages.forms import FormOf
from api.pages.rules import employers
from api.pages.shell import html
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from matching.diagnosis.diagnose import diagnose

router = APIRouter(prefix="/recruter/annonce", include_in_schema=False)

MOST_TITLE: Final = 200
MOST_TEXT: Final = 10_000


@router.get("", response_class=Response)
@allowed(employers(Scope.SOURCING))
async def empty(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    return _page(request, service, actor, "", "", None)


@router.post("", response_class=Response)
@allowed(employers(Scope.SOURCING))
async def look(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    title, text = form["intitule"][:MOST_TITLE], form["description"][:MOST_TEXT]
    if not title:
        return _page(request, service, actor, title, text, None)
    need = validated(BesoinIn, msgspec.json.encode({"intitule": title, "description": text}))
    demand = need.to_demand(service.reference, service.engine.today(), {})
    found = await service.searches.ask(diagnose, service.engine, demand)
    told = diagnostic(found, demand.offer, service.reference.rome)
    return _page(request, service, actor, title, text, told)


def _page(
    request: Request, service: ServiceOf, actor: ActorOf, title: str, text: str, found: Diagnostic | None
) -> Response:
    return html(
        request,
        service,
        actor,
        "advert.html.j2",
        title=title,
        text=text,
        found=found,
        missing_title=found is None and bool(text),
        most_title=MOST_TITLE,
        most_text=MOST_TEXT,
    )
