"""Texts of others stay texts: 50 payloads in every field that a page shows or takes."""

import datetime as dt
from urllib.parse import urlencode

import msgspec
import pytest
from fastapi.testclient import TestClient

from api.security.actor import Role
from features.records import ContactRequest, Establishment, Experience, Identity, Offer, Profile, TalentPool
from features.store import about_profile
from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import service_of, tokens_of, with_round
from tests.waiting import until

_FORMS = (
    "<script>x{n}()</script>",
    "<img src=x onerror=x{n}()>",
    '"><svg onload=x{n}()>',
    "'><body onload=x{n}()>",
    "</title><script>x{n}()</script>",
    "</textarea><script>x{n}()</script>",
    "</pre><script>x{n}()</script>",
    "javascript:x{n}()",
    "<a href=javascript:x{n}()>x",
    '" onmouseover="x{n}()',
    "' autofocus onfocus='x{n}()",
    "<iframe srcdoc='<script>x{n}()</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=x{n}()>",
    "{{{{7*7}}}}{n}",
    "{{% import os %}}{n}",
    "<details open ontoggle=x{n}()>",
    "<base href=//evil{n}>",
    "<form action=//evil{n}>",
    "<meta http-equiv=refresh content=0;//evil{n}>",
    "<button hx-on:click=x{n}()>",
    "<div hx-get=//evil{n} hx-trigger=load>",
    "\u202e<b>{n}</b>",
    "<!--><script>x{n}()</script>-->",
    "<style>@import '//evil{n}'</style>",
    "&lt;script&gt;x{n}()&lt;/script&gt;",
)
PAYLOADS = tuple(form.format(n=number) for number, form in enumerate((*_FORMS, *_FORMS)))
SHAPE_OF = ("script", "iframe", "style", "base", "math", "mglyph", "img")


def shape(page: Page) -> dict[str, int]:
    """How many of each tag that could act, and of attributes that could, a page has."""
    found = dict.fromkeys((*SHAPE_OF, "meta", "body", "on", "hx-foreign", "javascript"), 0)
    for tag, given in page.tags:
        if tag in found:
            found[tag] += 1
        for name, value in given.items():
            found["on"] += name.startswith(("on", "hx-on"))
            found["hx-foreign"] += name.startswith("hx-") and "evil" in (value or "")
            found["javascript"] += name in ("href", "src", "action") and (value or "").lower().startswith("javascript")
    return found


EXPECTED = {**dict.fromkeys(SHAPE_OF, 0), "script": 1, "meta": 4, "body": 1, "on": 0, "hx-foreign": 0, "javascript": 0}


@pytest.fixture(scope="module")
def laced(world: TestClient) -> TestClient:
    """A world whose every text is a payload."""
    service = service_of(world)
    store = service.store
    payloads = iter(PAYLOADS * 40)
    person = store.get(Profile, tokens_of(world)[Role.JOBSEEKER].rpartition(":")[2])
    firm = tokens_of(world)[Role.EMPLOYER].rpartition(":")[2]
    offers = store.page(Offer, 0, 300)
    store.upsert(
        [
            msgspec.structs.replace(
                each,
                title=f"{each.title} {next(payloads)}",
                description=f"{each.description}\n{next(payloads)}",
                firm_name=next(payloads),
                place_label=next(payloads),
                soft_skills=(next(payloads),),
                apply_url="javascript:alert(1)",
                source=msgspec.structs.replace(each.source, url="javascript:alert(2)"),
                pay=msgspec.structs.replace(each.pay, label=next(payloads)),
            )
            for each in offers
        ],
        "test",
    )
    store.upsert(
        [
            msgspec.structs.replace(
                person,
                projects=tuple(msgspec.structs.replace(each, label=next(payloads)) for each in person.projects),
                experiences=(*person.experiences, *[Experience(months=12, title=each) for each in PAYLOADS]),
                summary=next(payloads),
            )
        ],
        "test",
    )
    store.upsert([Identity(id=person.id, first_name=PAYLOADS[0], last_name=PAYLOADS[1], address=PAYLOADS[2])], "test")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    store.upsert([msgspec.structs.replace(store.page(Establishment, 0, 1)[0], name=PAYLOADS[3])], "test")
    store.upsert(
        [
            ContactRequest(
                id=f"{firm}-{number}",
                siret=firm,
                profile_id=person.id,
                need=text,
                message=text,
                sent_at=now,
                lapses_at=now + dt.timedelta(days=14),
            )
            for number, text in enumerate(PAYLOADS)
        ],
        about_profile(person.id),
    )
    store.upsert([TalentPool(id="vivier-x", name=PAYLOADS[4], owner_id=firm, profile_ids=(person.id,))], "test")
    service.follower.nudge()
    until(lambda: service.engine.watermark >= store.watermark())
    return world


def test_what_others_wrote_acts_nowhere(laced: TestClient) -> None:
    jobseeker = Browser(laced).be(tokens_of(laced)[Role.JOBSEEKER])
    employer = Browser(laced).be(tokens_of(laced)[Role.EMPLOYER])
    counsellor = Browser(laced).be(tokens_of(laced)[Role.COUNSELLOR])
    jobseeker.open("/espace")
    offers = [href for _, href in jobseeker.page.links if href.startswith("/espace/offres/")]
    assert "x" in jobseeker.page.text
    assert jobseeker.page.html.count("&lt;") > len(offers)
    mine = ["/espace", *offers, "/espace/profil", "/espace/demandes", "/espace/donnees", "/espace/abonnements"]
    theirs = ["/recruter?texte=aide-soignante", "/recruter/demandes", "/recruter/viviers", "/recruter/viviers/vivier-x"]
    for browser, paths in ((jobseeker, mine), (employer, theirs)):
        for path in paths:
            page = browser.open(path)
            assert browser.status == 200, path
            assert shape(page) == EXPECTED, path
    service = service_of(laced)
    firms = service.store.page(Establishment, 0, 2)
    with_round(service, tokens_of(laced)[Role.COUNSELLOR].rpartition(":")[2], firms)
    for path in ("/prospection/plan", "/prospection/tournee"):
        page = counsellor.open(path)
        assert PAYLOADS[3] in page.text
        assert shape(page) == {**EXPECTED, "script": 2}, path


def test_what_is_typed_comes_back_as_text(laced: TestClient) -> None:
    jobseeker = Browser(laced).be(tokens_of(laced)[Role.JOBSEEKER])
    employer = Browser(laced).be(tokens_of(laced)[Role.EMPLOYER])
    jobseeker.open("/espace/profil")
    mine = next(dict(form.fields)["jetonCsrf"] for form in jobseeker.page.forms if "jetonCsrf" in dict(form.fields))
    employer.open("/recruter/annonce")
    theirs = next(dict(form.fields)["jetonCsrf"] for form in employer.page.forms if "jetonCsrf" in dict(form.fields))
    for payload in PAYLOADS[: len(_FORMS)]:
        sent = [
            jobseeker.open("/espace?" + urlencode({"motsCles": payload[:80]})),
            jobseeker.open("/espace?" + urlencode({"departement": payload})),
            jobseeker.open("/espace?" + urlencode({"geste": payload[:90]})),
            jobseeker.send("/espace/profil/lecture", {"jetonCsrf": mine, "texte": payload}),
            employer.open("/recruter?" + urlencode({"texte": f"serveur {payload}", "sans": "1"})),
            employer.send(
                "/recruter/annonce", {"jetonCsrf": theirs, "intitule": f"Serveur {payload}", "description": payload}
            ),
        ]
        for page in sent:
            assert shape(page) == EXPECTED, payload
