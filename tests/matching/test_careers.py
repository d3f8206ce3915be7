"""Possible occupations: parts that add up, few of a family, and what is told of each."""

import dataclasses
from collections import Counter
from itertools import pairwise

import pytest
from msgspec.structs import replace

from api.career_shapes import metiers_possibles
from features.records import Consents, Experience, Profile
from matching.answer import Window
from matching.career_field import OF_A_DOMAIN
from matching.careers import careers
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.explain.career import WITHOUT_PROFILING, expect, gap, notice, reasons, way_in
from tests.matching.conftest import House, every
from tests.matching.made import BAKER, CARER, offer, profile, session, training, write

ALL = Window(0, 149)


def test_what_recruits_nearby_and_projects_are_listed(local: Engine) -> None:
    rome = local.lookups.reference.rome
    worked = Experience(months=36, rome_code=CARER)
    write(local, profile(rome_code=BAKER, experiences=(worked,)), offer("a"), offer("far", commune_insee="75056"))
    found = careers(local, "p1", {}, ALL)
    listed = {rome.codes[each.occupation]: each for each in found.shown}
    assert {BAKER, CARER} <= set(listed)
    assert (listed[BAKER].is_project, listed[CARER].is_project) == (True, False)
    assert (listed[CARER].offers, listed[CARER].open_offers) == (1, 1)
    assert listed[CARER].core_held == listed[CARER].core_total
    assert (
        gap(dataclasses.replace(listed[CARER], regulated=False), local.lookups, profiled=True)
        == "Vous en avez toutes les compétences clés."
    )
    assert found.shown[0] is listed[CARER]
    told = reasons(listed[CARER], local.lookups, placed=True, profiled=True)
    assert told[0].startswith("Vous avez ses ")
    assert told[1] == "Vous avez exercé ce métier"
    assert told[2] == "1 offre autour de chez vous en ce moment"
    assert expect(listed[CARER], placed=True, profiled=True).startswith(
        "1 offre autour de chez vous, 1 accessible dès aujourd'hui"
    )
    assert expect(listed[BAKER], placed=True, profiled=True).startswith("Aucune offre autour de chez vous")


def test_the_best_session_opens_offers_of_the_occupation(local: Engine) -> None:
    write(
        local,
        profile(rome_code=BAKER),
        offer("a", title="Boulanger", rome_code=BAKER),
        offer("b", title="Boulanger", rome_code=BAKER),
        training("t", title="CAP Boulanger", rome_codes=(BAKER,), rncp="RNCP37537", level=3, duration_hours=420),
        session("s", "t"),
    )
    (found,) = [each for each in careers(local, "p1", {}, ALL).shown if each.is_project]
    assert found.best is not None
    assert found.best.session.id == "s"
    assert way_in(found) == "« CAP Boulanger » (420 heures, le 1er octobre 2026) : +2 offres accessibles"


def test_filters_narrow_and_an_empty_list_says_what_would_fill_it(local: Engine) -> None:
    write(local, profile(experiences=(Experience(months=36, rome_code=CARER),)), offer("a"))
    rome = local.lookups.reference.rome
    assert [rome.codes[each.occupation] for each in careers(local, "p1", {"grandDomaine": "J"}, ALL).shown] == [CARER]
    empty = careers(local, "p1", {"nouveaux": "true", "offresMin": "50"}, ALL)
    assert empty.total == 0
    narrowed = careers(local, "p1", {"offresMin": "50"}, ALL)
    assert narrowed.relaxed == (("offresMin", careers(local, "p1", {}, ALL).total),)
    text = notice(narrowed, ("offresMin",))
    assert text is not None
    assert text.startswith("Aucun métier avec ces filtres. Sans le filtre « nombre d'offres », il y en aurait ")


def test_who_refused_profiling_is_listed_by_projects_alone(local: Engine) -> None:
    worked = Experience(months=36, rome_code=CARER)
    write(local, replace(profile(rome_code=BAKER, experiences=(worked,)), consents=Consents()), offer("a"))
    found = careers(local, "p1", {}, ALL)
    assert notice(found, ()) == WITHOUT_PROFILING
    assert CARER not in {local.lookups.reference.rome.codes[each.occupation] for each in found.shown}
    (baker,) = metiers_possibles(found, local.lookups, ()).resultats
    texts = {reason.critere: reason.texte for reason in baker.raisons}
    assert texts["competences"] == "Compétences clés non comparées : vous avez refusé le profilage"
    assert "Elles ne sont pas comparées aux vôtres : vous avez refusé le profilage." in baker.ecart
    assert (baker.manquantes, baker.accessibles) == ([], None)
    assert "accessible" not in baker.attendre


def test_errors(local: Engine) -> None:
    write(local, profile())
    with pytest.raises(NotFound):
        careers(local, "nobody", {}, ALL)
    with pytest.raises(UnknownParameter, match="nouveaux"):
        careers(local, "p1", {"nouveau": "true"}, ALL)
    with pytest.raises(BadParameter, match="« ZZ »"):
        careers(local, "p1", {"grandDomaine": "ZZ"}, ALL)
    with pytest.raises(BadParameter, match="offresMin"):
        careers(local, "p1", {"offresMin": "0"}, ALL)


def test_lists_of_the_town_add_up_and_differ(engine: Engine, town: House) -> None:
    rome = engine.lookups.reference.rome
    people = list(every(town.store, Profile).values())[:100]
    lengths = []
    for person in people:
        found = careers(engine, person.id, {}, ALL)
        lengths.append(found.total)
        scores = [each.score for each in found.shown]
        assert all(one >= other - 1e-6 for one, other in pairwise(scores))
        new = [each for each in found.shown if not each.is_project]
        families = Counter(rome.parents[each.occupation] for each in new)
        domains = Counter(rome.codes[each.occupation][:3] for each in new)
        assert max(families.values(), default=0) <= 1
        assert max(domains.values(), default=0) <= OF_A_DOMAIN
        for each in found.shown:
            assert 0 <= each.score <= 1 + 1e-6
            assert each.open_offers <= each.offers
            assert each.is_project or each.offers > 0
            for text in (
                *reasons(each, engine.lookups, placed=True, profiled=found.profiled),
                gap(each, engine.lookups, found.profiled),
                expect(each, True, found.profiled),
            ):
                assert "None" not in text
                assert "nan" not in text.split()
    assert sum(length >= 3 for length in lengths) > 50
