"""The text of an offer: a few French sentences put together from what the occupation, the firm and the place are."""

from collections.abc import Sequence

from features.world import phrases
from features.world.facts import WorldFacts
from features.world.summaries import LONGEST_SKILL, spoken_place
from features.world.wording import Gender, a, of, plain_form, sentence_item

CONTRACT_WORDS = ("CDI", "CDD", "mission d'intérim", "contrat saisonnier", "activité indépendante")


class AdvertWriter:
    """Writes descriptions; the words for each occupation, place and skill are made once."""

    def __init__(self, facts: WorldFacts) -> None:
        rome = facts.reference.rome
        self._rome = rome
        self._skills = facts.skills
        self._know_how = facts.skills.know_how.tolist()
        self._words = tuple(sentence_item(label) for label in rome.skill_labels)
        names = [spoken_place(name) for name in facts.reference.communes.names]
        self._names = tuple(names)
        self._at = tuple(a(name) for name in names)
        self._contexts = tuple(
            tuple(sentence_item(label) for _, label in rome.contexts_of(row)) for row in range(rome.n_occupations)
        )
        self._employers = tuple(phrases.EMPLOYERS.get(naf[:2], "entreprise") for naf in facts.industry.naf_codes)
        self._temporary = facts.industry.temporary.tolist()

    def write(
        self,
        *,
        occupation: int,
        label: str,
        commune: int,
        naf: int,
        firm_name: str | None,
        skills: Sequence[int],
        soft_skills: Sequence[str],
        conditions: tuple[str, str, str],
        experience: tuple[str, str] | None,
        demands: Sequence[str],
        numbers: Sequence[int],
    ) -> str:
        """Three to seven sentences. `conditions` are the words for contract, hours and pay ("" when not said);
        `experience` the length and whether it is wished or required, None for beginners; `demands` ready sentences."""
        sentences = [self._opening(label, commune, naf, firm_name, numbers[0])]
        actions = [
            self._words[row]
            for row in dict.fromkeys(skills)
            if self._know_how[row] and len(self._words[row]) <= LONGEST_SKILL
        ]
        if len(actions) >= 3:
            template = phrases.OFFER_TASKS[numbers[1] % len(phrases.OFFER_TASKS)]
            s1, s2, s3 = actions[:3]
            sentences.append(template.replace("de {s1}", of(s1)).replace("de {s2}", of(s2)).format(s1=s1, s2=s2, s3=s3))
        elif self._rome.definitions[occupation]:
            sentences.append(f"Le poste : {sentence_item(_first_sentence(self._rome.definitions[occupation]))}.")
        knowledge = [self._words[row] for row in dict.fromkeys(skills) if not self._know_how[row]]
        if knowledge and numbers[2] % 3 == 0:
            sentences.append(_one(phrases.OFFER_KNOWLEDGE, numbers[2]).format(k=", ".join(knowledge[:2])))
        contexts = self._contexts[occupation]
        if contexts and numbers[3] % 5 < 2:
            sentences.append(
                _one(phrases.OFFER_CONTEXTS, numbers[3]).format(c=contexts[numbers[3] // 16 % len(contexts)])
            )
        if experience is None:
            sentences.append(_one(phrases.OFFER_BEGINNERS, numbers[4]))
        else:
            years, wanted = experience
            sentences.append(
                _one(phrases.OFFER_EXPERIENCED, numbers[4]).format(years=years, of_years=of(years), wanted=wanted)
            )
        sentences.extend(demands)
        contract, hours, pay = conditions
        if numbers[5] % 10 < 6:
            template = _one(phrases.OFFER_CONDITIONS, numbers[5] // 10)
            sentences.append(
                template.format(contract=contract, hours=hours, pay=sentence_item(pay) if pay else "à définir")
            )
        if soft_skills and numbers[6] % 10 < 4:
            sentences.append(_one(phrases.OFFER_SOFT, numbers[6]).format(q=", ".join(soft_skills[:3])))
        if numbers[6] % 7 < 3:
            sentences.append(_one(phrases.OFFER_CLOSINGS, numbers[6] // 8))
        return (" " if numbers[7] % 4 else "\n").join(sentences)

    def place_name(self, commune: int) -> str:
        """The commune as people say it."""
        return self._names[commune]

    def _opening(self, label: str, commune: int, naf: int, firm_name: str | None, number: int) -> str:
        masculine, feminine = plain_form(label, Gender.MASCULINE), plain_form(label, Gender.FEMININE)
        bare = masculine[:1].lower() + masculine[1:]
        kind = number // 8 % 5
        if kind == 0 or masculine == feminine:
            job = f"un(e) {bare}"
        elif kind == 1:
            job = f"une {feminine[:1].lower() + feminine[1:]} ou un {bare}"
        elif kind == 2:
            job = f"{bare} H/F"
        else:
            job = f"un {bare} (H/F)"
        if firm_name is None or naf < 0:
            templates = phrases.OFFER_OPENINGS_ANONYMOUS
        elif self._temporary[naf]:
            templates = phrases.OFFER_OPENINGS_TEMPORARY
        else:
            templates = phrases.OFFER_OPENINGS
        sentence = _one(templates, number).format(
            firm=firm_name,
            employer=self._employers[naf],
            job=job,
            of_bare=of(bare),
            place=self._at[commune],
            where=self._names[commune],
        )
        return sentence[:1].upper() + sentence[1:]


def _one(templates: Sequence[str], number: int) -> str:
    return templates[number % len(templates)]


def _first_sentence(text: str) -> str:
    head, _, _ = text.partition(". ")
    return head
