"""Five hundred texts that try to act, in every field that others write and pages show: none acts in the browser.

The pages are opened with their content security policy set aside, so that whatever slipped into a page would run; then
with it, and nothing is refused, because there is nothing to refuse.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from api.security.actor import Role
from features.records import (
    Contact,
    ContactChannel,
    ContactRequest,
    Education,
    Establishment,
    Experience,
    Identity,
    Offer,
    Profile,
    SkillDemand,
    TalentPool,
    Training,
    TrainingSession,
)
from features.store import about_profile
from matching.answer import Window
from matching.filters.words import MOST
from matching.prospection import targets
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from tests.api.pages.conftest import chosen
from tests.api.pages.payloads import PAYLOADS
from tests.api.pages.screen import Site, reader
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARK = re.compile(r"[zZ]z([a-z]+)(\d{3})zz")
HOOK = "window.shots = []; window.shoot = number => { window.shots.push(number); }; window.alert = window.shoot;"
FOREIGN = """() => {
  const found = [];
  const ours = '.map, .brand';
  for (const each of document.querySelectorAll('*')) {
    const tag = each.localName;
    for (const {name, value} of each.attributes) {
      const said = value.replace(/[\\x00-\\x20]/g, '').toLowerCase();
      if (/^(on|hx-on|data-hx|style$|srcdoc|formaction|xlink|attributename)/.test(name)) found.push(`${tag} ${name}`);
      const leads = /^(href|src|action|data|hx-get|hx-post|hx-put|hx-patch|hx-delete)$/.test(name);
      const out = tag === 'a' && each.rel.includes('noreferrer') && /^https?:/.test(value);
      const inside = /^(\\/(?!\\/)|#|\\?)/.test(value);
      const acts = /^(javascript|data|vbscript):/.test(said);
      if (leads && ((!inside && !out) || acts)) found.push(`${tag} ${name}=${value}`);
    }
    if (/^(img|object|embed|video|audio|base|style|math|template|marquee|noscript|xmp|plaintext|listing)$/.test(tag))
      found.push(tag);
    if (tag === 'svg' && !each.closest(ours)) found.push(tag);
    if (tag === 'script' && !each.getAttribute('src')?.startsWith('/static/')) found.push(tag);
    if (tag === 'iframe' && !each.src.endsWith('/apercu/courriel')) found.push(tag);
  }
  return [found, [...document.querySelectorAll('meta')].length, window.shots];
}"""
METAS = 4
IDENTITY = {
    "first_name": "prenom",
    "last_name": "nom",
    "email": "courriel",
    "phone": "telephone",
    "address": "adresse",
}


def laced(field: str) -> str:
    """All payloads, each after a mark that tells it and its field."""
    return "\n".join(f"zz{field}{n:03}zz {payload}" for n, payload in enumerate(PAYLOADS))


@pytest.fixture(scope="module")
def world(site: Site) -> tuple[Site, dict[Role, str], dict[str, str]]:
    """A site where others wrote payloads wherever they could, and the ids of what they wrote."""
    service, store = site.service, site.service.store
    tokens = chosen(service)
    whose = {role: token.rpartition(":")[2] for role, token in tokens.items()}
    me, firm, counsellor = whose[Role.JOBSEEKER], whose[Role.EMPLOYER], whose[Role.COUNSELLOR]
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)

    offer_id = offers_for_profile(service.engine, me, {}, Window(0, 0)).matches[0].id
    offer = store.get(Offer, offer_id)
    session = store.get(TrainingSession, sessions_for_profile(service.engine, me, {}, Window(0, 0)).matches[0].id)
    person, own = store.get(Profile, me), store.get(Establishment, firm)
    assert offer is not None
    assert session is not None
    assert person is not None
    assert own is not None
    training = store.get(Training, session.training_id)
    assert training is not None
    from matching.demand import ProspectionDemand

    target = targets(service.engine, ProspectionDemand(counsellor_id=counsellor), Window(0, 0)).targets[0].record
    records = (
        replace(
            offer,
            title=f"{offer.title} {laced('titre')}",
            description=f"{offer.description}\n{laced('annonce')}",
            firm_name=laced("enseigne"),
            soft_skills=(laced("qualite"),),
            skills=(*offer.skills, SkillDemand(label=laced("competence"))),
            pay=replace(offer.pay, label=laced("salaire")),
            apply_url="javascript:shoot(900)",
            source=replace(offer.source, url='https://exemple.invalid/"><img src=x onerror=shoot(901)>'),
        ),
        replace(training, title=f"{training.title} {laced('formation')}", organisation=laced("organisme")),
        replace(own, name=laced("entreprise")),
        replace(target, name=laced("cible")),
        replace(
            person,
            projects=(replace(person.projects[0], label=laced("projet"), appellation_code=None),),
            experiences=(*person.experiences, Experience(months=12, title=laced("emploi"))),
            education=(*person.education, Education(label=laced("diplome"))),
        ),
        Identity(id=me, **{field: laced(name) for field, name in IDENTITY.items()}),
        TalentPool(id="vivier-x", name=laced("vivier"), owner_id=firm, profile_ids=(me,)),
        Contact(
            id="echange-x",
            counsellor_id=counsellor,
            siret=target.id,
            at=now,
            channel=ContactChannel.PHONE,
            note=laced("note"),
            needs=tuple(laced("releve").splitlines()),
            call_back_on=now.date(),
        ),
    )
    for record in records:
        store.upsert([record], "test")
    request = ContactRequest(
        id=f"{firm}-x",
        siret=firm,
        profile_id=me,
        need=laced("besoin"),
        message=laced("message"),
        sent_at=now,
        lapses_at=now + dt.timedelta(days=14),
    )
    accepted = replace(request, id=f"{firm}-y", need="Serveur", message="Bonjour", answered_at=now, accepted=True)
    store.upsert([request, accepted], about_profile(me))
    service.follower.nudge()
    until(lambda: service.engine.watermark >= store.watermark())
    return site, tokens, {"offre": offer_id, "cible": target.id}


SHOWN = (
    *("titre", "annonce", "enseigne", "qualite", "competence", "salaire", "formation", "organisme"),
    *("entreprise", "cible", "projet", "emploi", "diplome", "vivier", "note", "releve", "besoin", "message"),
    *("prenom", "nom", "courriel", "telephone", "adresse"),
)
"""Fields that others write and pages show."""


def opened(page: Any, path: str, seen: dict[str, set[int]]) -> None:
    """A page on which nothing acted and nothing foreign stands; what was shown of each field is noted."""
    answer = page.goto(path)
    assert answer.status == 200, path
    clean(page, path)
    for field, number in MARK.findall(page.content()):
        seen[field].add(int(number))


def clean(page: Any, path: str) -> None:
    found, metas, shots = page.evaluate(FOREIGN)
    assert (found, shots) == ([], []), path
    assert metas == METAS, path
    assert page.wrong == [], path


def readers(chromium: Any, site: Site, tokens: dict[Role, str], **options: Any) -> dict[Role, Any]:
    found = {}
    for role in (Role.JOBSEEKER, Role.EMPLOYER, Role.COUNSELLOR):
        page = reader(chromium, site, tokens[role], **options)
        page.add_init_script(HOOK)
        page.on("dialog", lambda dialog, page=page: (page.wrong.append(dialog.message), dialog.dismiss()))
        found[role] = page
    return found


def paths(ids: dict[str, str]) -> dict[Role, list[str]]:
    return {
        Role.JOBSEEKER: [
            "/espace",
            f"/espace/offres/{ids['offre']}",
            "/espace/formations",
            "/espace/profil",
            "/espace/demandes",
            "/espace/donnees",
        ],
        Role.EMPLOYER: ["/recruter/demandes", "/recruter/viviers", "/recruter/viviers/vivier-x"],
        Role.COUNSELLOR: ["/prospection", f"/prospection/etablissements/{ids['cible']}", "/prospection/portefeuille"],
    }


def test_what_others_wrote_acts_in_no_browser(chromium: Any, world: Any) -> None:
    site, tokens, ids = world
    seen: dict[str, set[int]] = defaultdict(set)
    pages = readers(chromium, site, tokens, bypass_csp=True)
    jobseeker = pages[Role.JOBSEEKER]
    for role, page in pages.items():
        for path in paths(ids)[role]:
            opened(page, path, seen)
    jobseeker.goto("/espace/abonnements")
    jobseeker.get_by_role("button", name="Créer un envoi").click()
    clean(jobseeker, "/espace/abonnements")
    preview = jobseeker.get_by_role("link", name="Voir le prochain envoi").first.get_attribute("href")
    opened(jobseeker, preview, seen)
    jobseeker.goto("/espace")
    jobseeker.locator("article.card").filter(has_text="zztitre000zz").get_by_role("button", name="Garder").click()
    opened(jobseeker, "/espace/gardees", seen)
    assert {name: len(seen[name]) for name in SHOWN} == dict.fromkeys(SHOWN, len(PAYLOADS))
    for page in pages.values():
        page.context.close()


def test_the_policy_has_nothing_to_refuse(chromium: Any, world: Any) -> None:
    site, tokens, ids = world
    page = readers(chromium, site, tokens)[Role.JOBSEEKER]
    for path in ("/espace", f"/espace/offres/{ids['offre']}", "/espace/demandes"):
        opened(page, path, defaultdict(set))
    page.context.close()


def test_a_part_of_a_page_that_a_script_exchanges_is_text_too(chromium: Any, world: Any) -> None:
    site, tokens, _ = world
    page = readers(chromium, site, tokens, bypass_csp=True)[Role.JOBSEEKER]
    page.goto("/espace")
    card = page.locator("article.card").filter(has_text="zztitre000zz")
    card.get_by_text("Pas pour moi, parce que…").click()
    card.get_by_role("button", name="Déjà vue").click()
    page.get_by_text("a quitté votre liste").wait_for()
    clean(page, "the fragment")
    page.context.close()


def pieces(most: int, most_words: int) -> Iterator[str]:
    """The payloads with their marks, in texts of at most so many characters and words, or of one payload."""
    piece = ""
    for line in laced("tape").split("\nzz"):
        line = line if line.startswith("zz") else f"zz{line}"
        if piece and (len(piece) + len(line) > most or len(f"{piece} {line}".split()) > most_words):
            yield piece
            piece = ""
        piece += line + "\n"
    yield piece


ASK = """async ([method, path, name, text, besides]) => {
  const body = new URLSearchParams({...besides, [name]: text});
  const answer = method === 'GET' ? await fetch(`${path}?${body}`) : await fetch(path, {method, body});
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const wrong = [...page.querySelectorAll('*')].filter(each =>
    /^(img|object|embed|video|audio|base|style|math|template|marquee|noscript|xmp|iframe)$/.test(each.localName)
    || [...each.attributes].some(({name, value}) =>
      /^(on|style$|hx-on)/.test(name) || (name !== 'value' && /^javascript:/i.test(value.trim()))));
  const said = page.documentElement.outerHTML + [...page.querySelectorAll('textarea, input')].map(each => each.value);
  return [answer.status, wrong.map(each => each.outerHTML.slice(0, 200)), page.scripts.length, said];
}"""


TYPED = (
    (Role.JOBSEEKER, "GET", "/espace", "motsCles", 90, {}),
    (Role.JOBSEEKER, "POST", "/espace/profil/lecture", "texte", 12_000, {}),
    (Role.EMPLOYER, "GET", "/recruter", "texte", 1900, {}),
    (Role.EMPLOYER, "GET", "/recruter/contacter", "besoin", 190, {}),
    (Role.EMPLOYER, "POST", "/recruter/annonce", "description", 9000, {"intitule": "Serveur"}),
)
"""Who types, how it is sent and where, how much at once, and what goes with it."""


@pytest.mark.parametrize(
    ("role", "method", "path", "name", "most", "besides"), TYPED, ids=[f"{each[2]}-{each[3]}" for each in TYPED]
)
def test_what_one_types_comes_back_as_text(
    chromium: Any, world: Any, role: Role, method: str, path: str, name: str, most: int, besides: dict[str, str]
) -> None:
    site, tokens, _ = world
    page = readers(chromium, site, tokens)[role]
    page.goto("/espace/profil" if role is Role.JOBSEEKER else "/recruter/annonce")
    token = page.locator("input[name=jetonCsrf]").first.get_attribute("value")
    given = {"jetonCsrf": token, **besides} if method == "POST" else besides
    if name == "besoin":
        given = {"profil": tokens[Role.JOBSEEKER].rpartition(":")[2]}
    back: set[str] = set()
    for text in pieces(most, MOST if name == "motsCles" else most):
        status, wrong, scripts, said = page.evaluate(ASK, [method, path, name, text, given])
        assert status in (200, 400, 422), text
        assert (wrong, scripts) == ([], 1), (status, text)
        numbers = {number for _, number in MARK.findall(text)}
        assert numbers <= {number for _, number in MARK.findall(said)}, (status, text, said[-3000:])
        back |= {number for _, number in MARK.findall(said)}
    assert len(back) == len(PAYLOADS)
    page.context.close()


def test_the_payloads_are_five_hundred_and_would_act_if_they_were_let(chromium: Any) -> None:
    assert len(set(PAYLOADS)) == 500
    page = chromium.new_page()
    page.goto("about:blank")
    page.evaluate(HOOK)
    let = [each for each in PAYLOADS if re.search("<(img|svg|video) ", each) and not re.search("frame|mask|form", each)]
    page.evaluate("texts => { for (const text of texts) document.body.insertAdjacentHTML('beforeend', text); }", let)
    page.wait_for_function("window.shots.length > 30")
    page.close()
