"""Offers written out from their columns: demands, pay, contract, the firm that recruits, and where it was published."""

import datetime as dt
from collections.abc import Iterator

from features.pay import MONTHLY_HOURS
from features.records import (
    Contract,
    EducationDemand,
    Exigence,
    ExperienceDemand,
    LanguageDemand,
    Licence,
    LicenceDemand,
    Offer,
    OfferSource,
    Pay,
    SkillDemand,
    WorkingTime,
)
from features.text import without_accents
from features.world import phrases
from features.world.adverts import CONTRACT_WORDS, AdvertWriter
from features.world.demands import MINIMUM_WAGE
from features.world.draws import BLOCK
from features.world.facts import WorldFacts
from features.world.firms import Firms, name_of
from features.world.names import siret
from features.world.offers import NO_CODE, OfferColumns
from features.world.wording import offer_title, sentence_item

CONTRACTS = (Contract.CDI, Contract.CDD, Contract.INTERIM, Contract.SEASONAL, Contract.SELF_EMPLOYED)
CDD_MONTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 6.0, 8.0, 9.0, 12.0, 12.0, 18.0)
OWN_SOURCE = "monde-reseau"
PARTNER_SOURCE = "monde-partenaire"
LEVEL_WORDS = {3: "CAP, BEP", 4: "Bac", 5: "Bac+2", 6: "Bac+3 ou 4", 7: "Bac+5", 8: "Doctorat"}
BEGINNERS_WELCOME = " débutant accepté"
TITLE_ENDINGS = ("", "", "", "", "", "", "", " - {place}", " {place}", " URGENT", BEGINNERS_WELCOME, " - {contract}")


class OfferWriter:
    """Writes the offers of one world."""

    def __init__(self, facts: WorldFacts, firms: Firms, seed: int, today: dt.date) -> None:
        self._facts = facts
        self._firms = firms
        self._seed = seed
        self._today = today
        self._adverts = AdvertWriter(facts)
        rome = facts.reference.rome
        self._spoken = [facts.hints[code].titles if code in facts.hints else () for code in rome.codes]
        self._words = tuple(sentence_item(label) for label in rome.skill_labels)

    def write(self, columns: OfferColumns, block: int, last: int) -> Iterator[Offer]:
        """The first `last` offers of the block."""
        facts, firms, today = self._facts, self._firms, self._today
        rome, communes = facts.reference.rome, facts.reference.communes
        occupations, appellations = columns.occupation.tolist(), columns.appellation.tolist()
        places, contracts, originals = columns.commune.tolist(), columns.contract.tolist(), columns.original.tolist()
        numbers_of, uniform = columns.numbers.tolist(), columns.uniform.tolist()
        firm_of, anonymous, days_old = columns.firm.tolist(), columns.anonymous.tolist(), columns.days_old.tolist()
        skill_rows = facts.skills.at(columns.occupation[:, None].repeat(7, axis=1), columns.uniform[:, 5:12]).tolist()
        lat, lon = communes.lat.tolist(), communes.lon.tolist()
        for i in range(last):
            occupation, commune, firm, u, numbers = occupations[i], places[i], firm_of[i], uniform[i], numbers_of[i]
            asks = facts.asks[occupation]
            naf = int(firms.naf[firm]) if firm >= 0 else -1
            firm_name = None if firm < 0 or anonymous[i] else name_of(facts, firms, self._seed, firm)
            label = rome.appellation_labels[appellations[i]] if appellations[i] >= 0 else rome.labels[occupation]
            contract = CONTRACTS[contracts[i]]
            months = _contract_months(contract, numbers[0])
            part_time = u[0] < (0.12 if asks.level >= 5 else 0.24) and contract is not Contract.SELF_EMPLOYED
            hours = (20.0, 24.0, 25.0, 28.0, 30.0)[numbers[1] % 5] if part_time else 39.0 if u[0] > 0.9 else 35.0
            demand, demanded_months = _experience(asks.level, u[1], numbers[2])
            pay = _pay(asks.pay_low, asks.pay_high, demanded_months, u[2], u[3])
            licences = self._licences(asks.licence, occupation, u[4])
            education = _education(asks.level, asks.needs_diploma, u[5])
            skills = list(dict.fromkeys(row for row in skill_rows[i][: 3 + numbers[3] % 5] if row >= 0))
            soft = facts.skills.soft[occupation]
            soft_labels = tuple(
                rome.skill_labels[row] for row in soft[numbers[4] % max(len(soft), 1) :][: numbers[4] % 4]
            )
            relayed = originals[i] >= 0
            number = block * BLOCK + i + 1
            description = self._adverts.write(
                occupation=occupation,
                label=label,
                commune=commune,
                naf=naf,
                firm_name=firm_name,
                skills=[*skills, *facts.skills.first(occupation, 12)[numbers[5] % 6 :]],
                soft_skills=[sentence_item(text) for text in soft_labels],
                conditions=(
                    _contract_words(contracts[i], months),
                    f"{'temps partiel' if part_time else 'temps plein'}, {hours:g} h par semaine",
                    pay.label or "",
                ),
                experience=_experience_words(demand, demanded_months),
                demands=[_licence_sentence(licence) for licence in licences if licence.exigence is Exigence.REQUIRED],
                numbers=numbers,
            )
            coded = u[6] >= NO_CODE
            published = today - dt.timedelta(days=days_old[i])
            placed = u[7] >= 0.02
            yield Offer(
                id=f"offre-{number:06d}",
                title=self._title(
                    occupation, label, commune, contract, numbers[6], beginners=demanded_months is None, relayed=relayed
                ),
                description=f"{description} {phrases.OFFER_RELAYED}" if relayed else description,
                source=OfferSource(
                    name=PARTNER_SOURCE if relayed else OWN_SOURCE,
                    id=f"{'P' if relayed else 'R'}{number:07d}",
                    url=f"https://offres.exemple.invalid/{number}",
                ),
                rome_code=rome.codes[occupation] if coded else None,
                appellation_code=(
                    rome.appellation_codes[appellations[i]] if coded and appellations[i] >= 0 and u[8] < 0.75 else None
                ),
                commune_insee=communes.insee[commune] if placed else None,
                departement=communes.departements[commune],
                lat=round(lat[commune], 4) if placed and lat[commune] == lat[commune] else None,
                lon=round(lon[commune], 4) if placed and lon[commune] == lon[commune] else None,
                place_label=(
                    f"{communes.departements[commune]} - {communes.names[commune]}"
                    if placed
                    else communes.departements[commune]
                ),
                contract=contract,
                contract_months=months,
                apprenticeship=contract is Contract.CDD and u[9] < 0.10,
                working_time=WorkingTime.PART if part_time else WorkingTime.FULL,
                weekly_hours=hours,
                experience=demand,
                experience_months=demanded_months,
                skills=tuple(self._skill(row, position, numbers[7]) for position, row in enumerate(skills)),
                soft_skills=soft_labels,
                languages=_languages(rome.codes[occupation], u[10]),
                licences=licences,
                education=education,
                pay=pay,
                posts=1 if u[11] < 0.88 else 2 + numbers[1] % 6,
                siret=siret(firm) if firm >= 0 and not anonymous[i] else None,
                firm_name=firm_name,
                naf=facts.industry.naf_codes[naf] if naf >= 0 else None,
                published_on=published,
                updated_on=min(today, published + dt.timedelta(days=numbers[2] % 10)) if numbers[2] % 3 == 0 else None,
                expires_on=published + dt.timedelta(days=90) if numbers[3] % 2 else None,
                open_to_rqth=u[9] > 0.78,
            )

    def _title(
        self,
        occupation: int,
        label: str,
        commune: int,
        contract: Contract,
        number: int,
        *,
        beginners: bool,
        relayed: bool,
    ) -> str:
        spoken = self._spoken[occupation]
        varied = number + 5 if relayed else number
        if spoken and varied % 100 < 30:
            base = spoken[varied // 100 % len(spoken)]
            title = f"{base} H/F" if varied // 1000 % 3 == 0 else base
        else:
            title = offer_title(label, varied // 128 % 96)
        ending = TITLE_ENDINGS[number // 4096 % len(TITLE_ENDINGS)]
        if ending == BEGINNERS_WELCOME and not beginners:
            ending = ""
        return title + ending.format(place=self._adverts.place_name(commune), contract=contract.value)

    def _skill(self, row: int, position: int, number: int) -> SkillDemand:
        rome = self._facts.reference.rome
        manner = (number >> position) % 8
        label = rome.skill_labels[row]
        if manner >= 6:
            label = without_accents(self._words[row]) if manner == 7 else self._words[row]
        return SkillDemand(
            label=label,
            code=rome.skill_codes[row] if (number >> (position + 3)) % 4 else None,
            exigence=Exigence.REQUIRED if position < 2 else Exigence.WISHED,
        )

    def _licences(self, asked: Licence | None, occupation: int, u: float) -> tuple[LicenceDemand, ...]:
        if asked is not None and asked is not Licence.B:
            return (LicenceDemand(licence=asked, exigence=Exigence.REQUIRED),)
        outdoors = self._facts.reference.rome.codes[occupation][:3] in OUTDOORS
        if u < (0.55 if asked is Licence.B else 0.30 if outdoors else 0.06):
            return (LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),)
        if u < (0.95 if asked is Licence.B else 0.45 if outdoors else 0.12):
            return (LicenceDemand(licence=Licence.B),)
        return ()


OUTDOORS = frozenset({"A12", "D14", "F15", "F16", "F17", "I13", "K13", "C15", "I12"})
"""Domains whose people drive from one customer or site to another."""


def _contract_months(contract: Contract, number: int) -> float | None:
    if contract is Contract.CDD:
        return CDD_MONTHS[number % len(CDD_MONTHS)]
    if contract is Contract.INTERIM:
        return (0.5, 1.0, 1.0, 2.0, 3.0, 6.0)[number % 6]
    if contract is Contract.SEASONAL:
        return float(2 + number % 6)
    return None


def _contract_words(kind: int, months: float | None) -> str:
    words = CONTRACT_WORDS[kind]
    if months is None:
        return words
    return f"{words} de {'deux semaines' if months < 1 else f'{months:g} mois'}"


def _experience(level: int, u: float, number: int) -> tuple[ExperienceDemand, int | None]:
    beginner, wished = (0.22, 0.55) if level >= 5 else (0.56, 0.78)
    if u < beginner:
        return ExperienceDemand.BEGINNER, None
    months = (6, 12, 12, 24, 24, 36, 60)[number % 7]
    return (ExperienceDemand.WISHED if u < wished else ExperienceDemand.REQUIRED), months


def _experience_words(demand: ExperienceDemand, months: int | None) -> tuple[str, str] | None:
    if months is None:
        return None
    length = f"{months} mois" if months < 12 else "un an" if months == 12 else f"{months // 12} ans"
    return length, "souhaitée" if demand is ExperienceDemand.WISHED else "exigée"


def _pay(low: float, high: float, months: int | None, place: float, manner: float) -> Pay:
    """Within the usual pay of the occupation, higher with experience; a third says nothing."""
    if manner < 0.30:
        return Pay(label="Selon profil") if manner < 0.08 else Pay()
    start = low + (high - low) * (0.45 * place + 0.25 * min(months or 0, 60) / 60)
    if manner < 0.62:
        floor = max(round(start / 10) * 10.0, MINIMUM_WAGE)
        if manner < 0.46:
            return Pay(min_monthly=floor, label=f"Mensuel de {floor:.2f} Euros sur 12 mois")
        top = round(floor * (1.06 + 0.12 * place) / 10) * 10.0
        return Pay(
            min_monthly=floor, max_monthly=top, label=f"Mensuel de {floor:.2f} Euros à {top:.2f} Euros sur 12 mois"
        )
    if manner < 0.84:
        hourly = max(round(start / MONTHLY_HOURS, 2), 11.88)
        return Pay(min_monthly=round(hourly * MONTHLY_HOURS, 2), label=f"Horaire de {hourly:.2f} Euros")
    yearly = max(round(start * 12 / 500) * 500, 22_000)
    top_yearly = round(yearly * 1.12 / 500) * 500
    return Pay(
        min_monthly=round(yearly / 12, 2),
        max_monthly=round(top_yearly / 12, 2),
        label=f"Annuel de {yearly:.2f} Euros à {top_yearly:.2f} Euros sur 12 mois",
    )


def _education(level: int, needed: bool, u: float) -> tuple[EducationDemand, ...]:
    if level < 3 or not (needed or u < 0.35):
        return ()
    required = needed or u < 0.15
    return (
        EducationDemand(
            level=level, label=LEVEL_WORDS[level], exigence=Exigence.REQUIRED if required else Exigence.WISHED
        ),
    )


def _languages(code: str, u: float) -> tuple[LanguageDemand, ...]:
    abroad = code[:3] in {"G17", "G13", "M17", "D14", "M18", "E14", "N32", "G11"}
    if u < (0.18 if abroad else 0.03):
        return (LanguageDemand(language="en", exigence=Exigence.REQUIRED if u < 0.05 and abroad else Exigence.WISHED),)
    return ()


def _licence_sentence(demand: LicenceDemand) -> str:
    return f"Permis {demand.licence.value} exigé."
