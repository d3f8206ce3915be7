"""A jobseeker's offers, played without scripts."""

import pytest

from tests.api.pages.browser import Browser
from tests.api.pages.readable import check


def cards(browser: Browser) -> list[str]:
    return [href for _, href in browser.page.links if href.startswith("/espace/offres/")]


def test_every_offer_says_why(jobseeker: Browser) -> None:
    page = jobseeker.open("/espace")
    check(page)
    assert cards(jobseeker)
    assert page.text.count("Pourquoi cette offre") == len(cards(jobseeker))
    assert sum(given.get("class") == "score" for _, given in page.tags) == len(cards(jobseeker))
    for link in cards(jobseeker)[:5]:
        check(jobseeker.open(link))
        assert jobseeker.status == 200
        assert "Pourquoi cette offre" in jobseeker.page.text


def test_not_for_me_acts_at_once_and_can_be_undone(jobseeker: Browser) -> None:
    jobseeker.open("/espace")
    first = cards(jobseeker)[0]
    page = jobseeker.press("Déjà vue")
    assert first not in cards(jobseeker)
    assert "a quitté votre liste" in page.text
    check(page)
    jobseeker.press("Revenir sur ce geste")
    assert first in cards(jobseeker)


def test_what_was_put_aside_is_listed_with_a_way_back(jobseeker: Browser) -> None:
    jobseeker.open("/espace")
    first = cards(jobseeker)[0]
    jobseeker.press("Autre raison")
    page = jobseeker.open("/espace")
    assert "Ce que vous avez écarté" in page.text
    check(page)
    jobseeker.press("Remettre")
    assert first in cards(jobseeker)
    assert "Ce que vous avez écarté" not in jobseeker.page.text


def test_an_offer_is_kept_and_let_go(jobseeker: Browser) -> None:
    jobseeker.open("/espace")
    first = cards(jobseeker)[0]
    jobseeker.press("Garder")
    page = jobseeker.open("/espace/gardees")
    check(page)
    assert cards(jobseeker) == [first]
    jobseeker.press("Ne plus garder")
    assert jobseeker.path == "/espace/gardees"
    assert cards(jobseeker) == []
    check(jobseeker.page)


def test_filters_are_links_with_counts_and_come_off(jobseeker: Browser) -> None:
    page = jobseeker.open("/espace")
    total = int(page.headings[0][1].split()[0])
    label, href = next((text, href) for text, href in page.links if "typeContrat" in href or "codeROME" in href)
    count = int(next(word for word in reversed(label.split()) if word.isdigit()))
    page = jobseeker.open(href)
    check(page)
    assert int(page.headings[0][1].split()[0]) == count < total
    page = jobseeker.follow("retirer ce filtre")
    assert int(page.headings[0][1].split()[0]) == total


def test_an_empty_list_says_why_and_what_would_fill_it(jobseeker: Browser) -> None:
    page = jobseeker.open("/espace?motsCles=zzzzzz")
    check(page)
    assert "Aucune offre" in page.text
    assert "retirer" in page.text


@pytest.mark.parametrize("query", ["page=0", "page=x", "distance=x", "inconnu=1", "page=1&page=2", "geste=zzz"])
def test_an_address_that_means_nothing_is_told_so(jobseeker: Browser, query: str) -> None:
    page = jobseeker.open(f"/espace?{query}")
    assert jobseeker.status == (200 if query.startswith("geste") else 400)
    check(page)


def test_nobody_takes_back_what_is_not_theirs(jobseeker: Browser) -> None:
    jobseeker.open("/espace")
    fields = next(dict(form.fields) for form in jobseeker.page.forms if "jetonCsrf" in dict(form.fields))
    jobseeker.send(
        "/espace/remettre", {"jetonCsrf": fields["jetonCsrf"], "evenement": "evenement-000001", "retour": "/"}
    )
    assert jobseeker.status == 404


@pytest.mark.parametrize(
    "where", ["//ailleurs.invalid", "https://ailleurs.invalid", "/espace\r\nX: y", "/espace\\..", "/v1"]
)
def test_a_form_leads_back_into_the_space_alone(jobseeker: Browser, where: str) -> None:
    jobseeker.open("/espace")
    fields = next(dict(form.fields) for form in jobseeker.page.forms if "offre" in dict(form.fields))
    jobseeker.send("/espace/garder", {**fields, "retour": where})
    assert (jobseeker.status, jobseeker.path) == (200, "/espace")
