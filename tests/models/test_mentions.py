"""Spans and codes by hand on the sample ROME, and texts that nobody writes in good faith."""

import itertools
import tracemalloc

import numpy as np
import pytest

from features.rome.referential import Rome
from features.rome.spoken_skills import spoken_skills
from features.text import normalise
from models.clauses import Section, runs, sentences
from models.mentions import LONGEST_TEXT, Mention, SkillReader
from models.published import published_models
from models.skill_phrases import Phrases
from models.skill_weights import OFFSET, as_table, likelihood, weights
from models.tagger import Tagger
from models.word_families import alone, family

OFFER = (
    "Employé libre-service H/F\nVos missions :\n- Encaisser les clients\n- Mise en rayon des produits\n"
    "Profil : vous êtes autonome et rigoureux, vous aimez travailler en équipe.\n"
    "Contrat : CDI, 35 heures, mutuelle, prime de fin d'année."
)
TITLE = "Employé libre-service H/F"


@pytest.fixture(scope="module")
def reader(rome: Rome, tagger: Tagger) -> SkillReader:
    return published_models().skill_reader(rome, tagger)


def said(text: str, mentions: list[Mention], rome: Rome) -> dict[str, str]:
    return {rome.skill_codes[each.skill]: text[each.start : each.end] for each in mentions}


def test_the_skills_of_an_offer(reader: SkillReader, rome: Rome) -> None:
    found = said(OFFER, reader.read(OFFER, TITLE), rome)
    assert "autonome" in found["300460"]
    assert "rigoureux" in found["300490"]
    assert "travailler en équipe" in found["300465"]
    assert any("Mise en rayon" in words for words in found.values())
    assert not any(word in words for words in found.values() for word in ("CDI", "mutuelle", "H/F", "prime"))


def test_mentions_come_in_order_and_do_not_overlap(reader: SkillReader) -> None:
    mentions = reader.read(OFFER, TITLE)
    assert mentions
    assert all(before.end <= after.start for before, after in itertools.pairwise(mentions))
    assert all(0 < mention.score <= 1 for mention in mentions)


@pytest.mark.parametrize(
    "opening",
    [
        "",
        "Nœuds, cœur, æther.\n",
        "Œuvre d’art à l’été.\n",
        "e\u0301te\u0301 decompose\u0301.\n",
        "🙂👩‍🔧\n",
        "\x00\x07\n",
    ],
)
def test_spans_are_those_of_the_text_as_given(reader: SkillReader, rome: Rome, opening: str) -> None:
    text = opening + "Profil :\n- Autonome\n- Esprit d’équipe"
    found = said(text, reader.read(text, "Cuisinier"), rome)
    assert normalise(found["300460"]) == "autonome"
    assert normalise(found["300465"]) == "esprit d equipe"


@pytest.mark.parametrize("text", ["", " \n\t", "...", "🙂🙂", "\x00\x01", "H/F", "(H/F) C D E", "日本語の求人"])
def test_nothing_is_read_where_nothing_is_said(reader: SkillReader, text: str) -> None:
    assert reader.read(text) == []
    assert reader.read(text, text) == []


def test_pay_hours_and_diplomas_are_no_skills(reader: SkillReader) -> None:
    text = "Contrat : CDD\nSalaire : 1 900 € brut\nHoraires : 35 heures\nBTS exigé\nPostulez par mail avec CV"
    assert reader.read(text, "Comptable") == []


def test_a_stuffed_text_says_no_more_than_one_phrase(reader: SkillReader) -> None:
    for separator in (" ", "\n", ", ", ". "):
        once = {mention.skill for mention in reader.read("Profil : esprit d'équipe", "Cuisinier")}
        often = {mention.skill for mention in reader.read("Profil : " + separator.join(["esprit d'équipe"] * 50))}
        assert len(often) <= max(1, len(once))


def test_a_repeated_title_is_not_read_as_skills(reader: SkillReader) -> None:
    assert len({mention.skill for mention in reader.read("Cuisinier H/F\n" * 50, "Cuisinier H/F")}) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "gérer " * 200_000,
        "gestion, " * 100_000,
        "((((" * 250_000,
        "a,b;" * 250_000,
        "\u0301" * 1_000_000,
    ],
)
def test_hostile_texts_take_bounded_memory(reader: SkillReader, text: str) -> None:
    tracemalloc.start()
    mentions = reader.read(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 * 2**20
    assert all(mention.end <= LONGEST_TEXT for mention in mentions)


def test_what_follows_the_longest_text_is_not_read(reader: SkillReader) -> None:
    assert reader.read("\n" * LONGEST_TEXT + OFFER, TITLE) == []


def test_families_and_lone_words() -> None:
    assert family("encaissez") == family("encaissement") == family("encaisser")
    assert family("gestion") == family("gerer")
    assert alone("rigoureuses") == alone("rigoureux")
    assert alone("rapidement") != alone("rapide")


def test_a_lone_word_does_not_stand_for_its_whole_family(rome: Rome) -> None:
    phrases = Phrases(rome, [(["300473", "000000"], "rapide")])
    (sentence,) = sentences("Vous serez rapidement formé")
    assert [said for _, said in phrases.within(sentence) if said.by_hand] == []
    (sentence,) = sentences("Vous êtes rapide")
    ((run, phrase),) = phrases.within(sentence)
    assert [word.plain for word in run.words] == ["rapide"]
    assert phrase.skills == (rome.skill_row_of("300473"),)


def test_a_heading_tells_what_follows() -> None:
    read = list(sentences("Vos missions :Le nettoyage des sols\nProfil :\nAutonome"))
    assert [sentence.section for sentence in read] == [Section.WORK, Section.WORK, Section.PERSON, Section.PERSON]
    assert [sentence.heading for sentence in read] == [True, False, True, False]


def test_runs_are_cut_at_commas_and_joints() -> None:
    (sentence,) = sentences("Assurer l'accueil, le tri et la vente")
    words = {" ".join(word.plain for word in run.words) for run in runs(sentence)}
    assert {"accueil", "tri", "vente", "assurer l accueil", "tri et la vente"} <= words


def test_the_table_of_phrases_is_sound() -> None:
    phrases = [phrase for _, phrase in spoken_skills()]
    assert len(phrases) == len(set(phrases))
    assert all(codes and all(code.isdigit() for code in codes) for codes, _ in spoken_skills())
    assert all(normalise(phrase) for phrase in phrases)


def test_the_weights_by_hand() -> None:
    table = weights()
    evidence = table[:, :-1] * 0
    ways = [0, 1, 2]
    expected = [1 / (1 + 2.718281828 ** -float(offset)) for offset in table[:, -1]]
    assert likelihood(evidence, np.array(ways)).tolist() == pytest.approx(expected, rel=1e-4)
    assert as_table({"cosine": [1, 2, 3]}, [0, -1, 0.5]) == (f"cosine\t1.00\t2.00\t3.00\n{OFFSET}\t0.00\t-1.00\t0.50\n")
