"""The grounds on which an offer may not choose, and the words that speak of each, with a neutral wording.

The grounds are those of the Code du travail, art. L1132-1 (read with art. 1 of loi no. 2008-496); L5321-2 and L5331-2
forbid them, and age limits, in offers. Exceptions are said where they exist: sex for artists, models and performers
(L1142-2, R1142-1), age where the law protects minors (L1133-2, L4153-8), work-study contracts (L6222-1), jobs reserved
for disabled people (L5212-13, L1133-4), residents of priority areas (L1133-5), languages of foreigners' services
(L5331-4). Patterns are precise rather than many: a rule that cries wolf is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import re2


class Ground(StrEnum):
    """A ground of art. L1132-1; the value is the code that the API gives."""

    AGE = "age"
    SEX = "sexe"
    FAMILY = "situation_famille"
    PREGNANCY = "grossesse"
    ORIGIN = "origine"
    RELIGION = "religion"
    HEALTH = "sante"
    DISABILITY = "handicap"
    LOOKS = "apparence_physique"
    RESIDENCE = "lieu_residence"
    OPINIONS = "opinions"
    MORALS = "moeurs"
    POVERTY = "vulnerabilite_economique"


GROUND_NAMES: Final[Mapping[Ground, str]] = {
    Ground.AGE: "l'âge",
    Ground.SEX: "le sexe",
    Ground.FAMILY: "la situation de famille",
    Ground.PREGNANCY: "la grossesse",
    Ground.ORIGIN: "l'origine",
    Ground.RELIGION: "les convictions religieuses",
    Ground.HEALTH: "l'état de santé",
    Ground.DISABILITY: "le handicap",
    Ground.LOOKS: "l'apparence physique",
    Ground.RESIDENCE: "le lieu de résidence",
    Ground.OPINIONS: "les opinions politiques ou l'activité syndicale",
    Ground.MORALS: "les mœurs ou l'orientation sexuelle",
    Ground.POVERTY: "la vulnérabilité économique",
}


@dataclass(frozen=True)
class Rule:
    ground: Ground
    pattern: Any
    """Its first group, where it has one, is the passage: what stands around it speaks of another ground."""
    rewriting: str
    forbidden: bool = True
    exception: str | None = None
    unless: Any = None
    """A pattern that, in the same sentence, makes the passage lawful or about something else."""


_WORK_STUDY: Final = r"apprentissage|apprenti|alternan|professionnalisation|contrat d.avenir|service civique"


_MINORS: Final = (
    "Une limite d'âge n'est permise que si la loi l'impose pour protéger les mineurs (travaux dangereux, débit de "
    "boissons, travail de nuit) : écrire alors la règle qui l'impose."
)


_STAGE: Final = (
    "Le sexe ne peut être exigé que pour les artistes qui tiennent un rôle, les mannequins et les modèles (R1142-1)."
)


_PERSON: Final = r"(?:candidat(?:e)?s?|personnes?|profils?|collaborateur(?:s)?|collaboratrice(?:s)?|salarie(?:e)?s?)"


_SOLDIERS: Final = r"droits civiques|service national|militaire|armee|gendarmerie|concours|jdc"
"""Of soldiers and officials the law itself sets age and nationality (Code de la défense, L4132-1)."""


_SERVED: Final = (
    r"enfants?|eleves?|accueill\w+|accompagn\w+|publics?|beneficiaires?|residents?|patients?|usagers?"
    r"|personnes? agees?"
    r"|adolescents?|jeunesse|animat\w+|jeunes de|clients?|sejours?|colonie"
)
"""People whom the job serves: their age is not the candidate's."""


_EITHER_SEX: Final = (
    r"femmes? ou (?:une? |des )?(?:jeunes? )?hommes?|hommes? ou (?:une? |des )?(?:jeunes? )?femmes?"
    r"|femmes? et (?:des )?(?:jeunes? )?hommes?|hommes? et (?:des )?(?:jeunes? )?femmes?"
    r"|filles? (?:et|ou) (?:une? |des )?(?:jeunes? )?garcons?|garcons? (?:et|ou) (?:une? |des )?(?:jeunes? )?filles?"
    r"|homme\s?/\s?femme|femme\s?/\s?homme"
)
"""Words that name both sexes."""


def _rule(
    ground: Ground,
    pattern: str,
    rewriting: str,
    *,
    forbidden: bool = True,
    exception: str | None = None,
    unless: str | None = None,
) -> Rule:
    return Rule(
        ground,
        re2.compile(pattern),
        rewriting,
        forbidden,
        exception,
        None if unless is None else re2.compile(unless),
    )


RULES: Final[tuple[Rule, ...]] = (
    # ------------------------------------------------------------------ age
    _rule(
        Ground.AGE,
        r"\b(?:(?:personne|femme|homme|candidat|candidate|candidats|profil) |vous (?:avez|etes) )"
        r"(?:agee?s? )?(?:de |entre |d.au moins )?(?:(?:plus|moins) de )?\d{2}(?: ?(?:a|-|et) ?\d{2})? ans\b",
        "Retirer la limite d'âge et dire l'expérience ou les compétences attendues.",
        exception=_MINORS,
        unless=rf"experience|{_SOLDIERS}|{_WORK_STUDY}|comedien|figurant|mannequin",
    ),
    _rule(
        Ground.AGE,
        r"\b(?:age(?:e)?s? de |entre |de |moins de |plus de |maximum )?\d{2} ?(?:a|-|et|/) ?\d{2} ans\b"
        r"|\bage(?:e)?s? (?:de |entre |d.au moins |d.au plus |maxi(?:mum)? )?(?:moins de |plus de )?\d{2}\b"
        r"|\b(?:moins|plus) de (?:[2-6]\d) ans\b|\b\d{2} ans (?:maxi(?:mum)?|max|au plus)\b"
        r"|\bage (?:maxi(?:mum)?|minimum|ideal|souhaite|requis|limite) ?:? ?(?:de )?\d{2}\b",
        "Retirer la limite d'âge et dire l'expérience ou les compétences attendues.",
        exception=_MINORS,
        unless=rf"experience|anciennete|depuis (?:plus|moins) de|{_SOLDIERS}|exist\w+|creee? (?:il y a"
        rf"|depuis)|savoir.faire|permis|garantie|{_WORK_STUDY}"
        rf"|emplois? francs?|{_SERVED}|comedien|figurant|mannequin",
    ),
    _rule(
        Ground.AGE,
        r"\b(jeunes?) (?:femmes?|hommes?|filles?|garcons?)\b",
        "« débutants acceptés » ou « personne diplômée »",
        unless=rf"{_WORK_STUDY}|acceptee?|bienvenu|ouvert aux",
    ),
    _rule(
        Ground.AGE,
        rf"\b(?:un|une|de|des|recherchons|recrutons|recherche|recrute|cherche)? ?(?:jeunes? (?:{_PERSON}"
        rf"|retraitee?s?|talents?|salariees?|motivee?s?))\b",
        "« débutants acceptés » ou « personne diplômée »",
        unless=rf"{_WORK_STUDY}|acceptee?|bienvenu|ouvert aux",
    ),
    _rule(
        Ground.AGE,
        r"\bjeunes? (?:retraitee?s?|seniors?)\b|\b(?:seniors?|retraitee?s?|quinquas?) s.abstenir\b"
        r"|\bideal (?:pour )?(?:un |une |des )?(?:etudiante?s?|retraitee?s?)\b",
        "Dire les horaires et la durée du poste : chacun jugera s'ils lui conviennent.",
    ),
    _rule(
        Ground.AGE,
        r"\bjeunes? (?:vendeu(?:r|se)|serveu(?:r|se)|coiffeu(?:r|se)|caissi(?:er|ere)|hotesse|secretaire"
        r"|commercial(?:e)?"
        r"|assistante?|estheticienne|cuisini(?:er|ere)|employee?|ouvri(?:er|ere)|technicien(?:ne)?|ingenieure?"
        r"|receptionniste|barman|barmaid|boulang(?:er|ere)|bouch(?:er|ere)|patissi(?:er|ere)|comptable|chauffeur"
        r"|livreu(?:r|se)|developpeu(?:r|se)|aide[ -]soignante?|infirmi(?:er|ere))s?\b",
        "Retirer « jeune » ; « débutants acceptés » si l'expérience n'est pas demandée.",
        unless=rf"{_WORK_STUDY}|{_SERVED}",
    ),
    _rule(
        Ground.AGE,
        r"\bjeunes? diplomee?s?\b",
        "« débutants acceptés » ou « personne diplômée »",
        forbidden=False,
        unless=rf"{_WORK_STUDY}|acceptee?|bienvenu|ouvert aux|ou debutant|ou avec une (?:premiere )?experience",
    ),
    _rule(
        Ground.AGE,
        r"\bequipe (?:jeune|tres jeune)\b|\bjeune equipe\b|\bjeune et dynamique\b|\bambiance jeune\b",
        "« une équipe dynamique », ou dire comment l'équipe travaille",
        forbidden=False,
    ),
    # ------------------------------------------------------------------ sex
    _rule(
        Ground.SEX,
        r"\b(?:recherch\w+|recrut\w+|cherch\w+|embauch\w+|souhait\w+|poste pour|reserve a"
        r"|besoin d.?) ?(?:de |d.)?(?:une?|des) "
        r"(?:femme|homme|dame|fille|garcon|monsieur|demoiselle)s?\b",
        "« une personne », avec le titre du métier au masculin et au féminin ou suivi de « H/F »",
        exception=_STAGE,
        unless=rf"{_EITHER_SEX}|(?:hommes?|femmes?) cles?|mannequin|modele|comedien|figurant|acteur",
    ),
    _rule(
        Ground.SEX,
        r"\b(?:profil|poste|emploi|metier|candidature)s? (?:plutot |exclusivement |uniquement |strictement "
        r"|de preference )?"
        r"(?:feminine?s?|masculine?s?)\b|\b(?:uniquement|exclusivement|seulement) (?:des |les )?(?:femmes?|hommes?)\b"
        r"|\b(?:femmes?|hommes?) (?:uniquement|exclusivement|seulement|de preference)\b|\bhommes? s.abstenir\b"
        r"|\bfemmes? s.abstenir\b|\bsexe ?: ?(?:feminin|masculin|homme|femme)\b",
        "Retirer la mention : le poste est ouvert aux femmes et aux hommes.",
        exception=_STAGE,
        unless=r"mannequin|modele|comedien|figurant|acteur|coupe|vetement|collection|rayon|mode ",
    ),
    _rule(
        Ground.SEX,
        r"\bjeunes? (femmes?|hommes?|filles?|garcons?)\b",
        "« une personne », avec le titre du métier au masculin et au féminin ou suivi de « H/F »",
        exception=_STAGE,
        unless=rf"{_EITHER_SEX}|{_WORK_STUDY}|acceptee?|bienvenu|ouvert aux|{_SERVED}|mannequin|modele"
        r"|comedien|figurant|acteur",
    ),
    # ------------------------------------------------------------------ family, pregnancy
    _rule(
        Ground.FAMILY,
        r"\b(?:celibataires?|sans enfants?|mere de famille|pere de famille|meres? au foyer"
        r"|marie(?:e)?s? de preference"
        r"|libre de (?:toute )?(?:charge|contrainte|attache)s? familiales?|sans (?:charge|contrainte|attache)s?"
        r"(?: de famille| familiales?)|situation de famille ?: ?\w+|couple marie)\b",
        "Dire les contraintes du poste : « déplacements fréquents », « horaires décalés ».",
        unless=r"familles|personnes agees",
    ),
    _rule(
        Ground.PREGNANCY,
        r"\b(?:pas|non|sans|ni) (?:de )?(?:femmes? )?(?:enceintes?|grossesse|projet (?:de grossesse|d.enfant"
        r"|de maternite))\b",
        "Retirer la mention : la grossesse ne peut pas entrer dans un choix d'embauche (L1225-1).",
    ),
    # ------------------------------------------------------------------ origin
    _rule(
        Ground.ORIGIN,
        r"\b(?:de |ayant la |posseder la |avoir la )?nationalite (?:francaise|europeenne|ue)\b(?: exigee| requise"
        r"| obligatoire)?",
        "« droit de travailler en France »",
        exception="La nationalité ne peut être exigée que pour les emplois publics de souveraineté et les "
        "professions "
        "que la loi réserve (défense, sûreté…).",
        unless=rf"defense nationale|habilitation|souverainete|fonction publique|{_SOLDIERS}|police"
        rf"|interministerielle",
    ),
    _rule(
        Ground.ORIGIN,
        r"\b(?:langue maternelle|francais de naissance|native speakers?|locuteurs? natifs?|francais natif"
        r"|anglais natif"
        r"|d.origine (?:francaise|europeenne|africaine|maghrebine|asiatique|antillaise|etrangere)"
        r"|(?:type|profil) (?:europeen|caucasien|africain|asiatique|maghrebin)|francais de souche|bbr|sans accent)\b",
        "Dire le niveau de langue : « français courant », « anglais niveau C1 ».",
        unless=r"\b(?:groupe|entreprise|societe|produits?|marque|cuisine)\b",
    ),
    # ------------------------------------------------------------------ religion, opinions, morals
    _rule(
        Ground.RELIGION,
        r"\b(?:de confession|de religion|croyant(?:e)?s?|pratiquant(?:e)?s?|catholique|chretien(?:ne)?"
        r"|musulman(?:e)?|juif|juive"
        r"|sans voile|non voilee?s?|pas de voile|ne portant pas le voile) ?(?:catholique|chretienne|musulmane|juive"
        r"|exigee?|souhaitee?|uniquement|de preference)\b|\b(?:sans voile|non voilee?s?|pas de voile)\b",
        "Retirer la mention ; si la tenue est imposée par la sécurité ou l'hygiène, dire la règle et son motif.",
    ),
    _rule(
        Ground.OPINIONS,
        r"\b(?:non syndiquee?s?|pas de syndicalistes?|sans (?:engagement|activite|mandat) (?:syndicale?"
        r"|politique))\b",
        "Retirer la mention : l'engagement politique ou syndical relève de la vie privée.",
    ),
    _rule(
        Ground.MORALS,
        r"\b(?:bonne moralite|bonnes mœurs|bonnes moeurs|moralite irreprochable|non.?fumeurs?(?: exigee?)?"
        r"|non.?fumeuses?|heterosexuel(?:le)?s?)\b",
        "Retirer la mention ; dire « lieu de travail non-fumeur » si c'est le sujet, et ne demander un "
        "casier judiciaire "
        "que si la loi le prévoit.",
        unless=r"espace non.?fumeur|locaux non.?fumeur|vehicule non.?fumeur|chambre non.?fumeur|site non.?fumeur",
    ),
    # ------------------------------------------------------------------ health, disability
    _rule(
        Ground.HEALTH,
        r"\b(?:(?:en )?(?:parfaite|tres bonne|bonne|excellente) sante"
        r"|sans (?:probleme|souci|antecedent|restriction)s? (?:de sante|de dos|medica(?:l|le|ux|les)|physiques?)"
        r"|sante de fer|pas de (?:probleme|maladie|mal) (?:de (?:sante|dos)|chroniques?))\b",
        "Dire les gestes du poste : « port de charges jusqu'à 15 kg », « station debout » ; l'aptitude "
        "relève du médecin "
        "du travail.",
    ),
    _rule(
        Ground.HEALTH,
        r"\b(?:parfaite|tres bonne|bonne|excellente) (?:condition|forme) physique\b",
        "Dire les gestes du poste : « port de charges jusqu'à 25 kg », « travail debout et en extérieur ».",
        forbidden=False,
        unless=rf"entretenir|{_SOLDIERS}|soldat|pompier",
    ),
    _rule(
        Ground.DISABILITY,
        r"\b(?:personnes? valides?|etre valide|sans handicap|non handicapee?s?|handicapee?s? s.abstenir"
        r"|(?:poste|emploi) (?:non|pas|in)[ -]?(?:accessible|adapte|ouvert)s? (?:aux|a des|pour les) (?:personnes?"
        r"|travailleurs?) (?:handicapee?s?|en situation de handicap|a mobilite reduite))\b",
        "Dire les gestes et les accès du poste ; un aménagement peut être demandé et aidé.",
        unless=r"valides? (?:ou|et) |residence|accueille",
    ),
    _rule(
        Ground.DISABILITY,
        r"\b(?:rqth (?:obligatoire|exigee?|uniquement|requise)|reserve aux (?:personnes"
        r"|travailleurs) (?:rqth|handicapes|en situation"
        r" de handicap))\b",
        "« poste ouvert en priorité aux bénéficiaires de l'obligation d'emploi »",
        forbidden=False,
        exception="Réserver un poste est permis pour l'obligation d'emploi et dans les entreprises adaptées "
        "(L5212-13, "
        "L5213-13).",
        unless=r"entreprise adaptee|esat|\bea\b",
    ),
    # ------------------------------------------------------------------ looks
    _rule(
        Ground.LOOKS,
        r"\b(?:physique (?:agreable|avenant|attrayant|soigne)|belle apparence|allure sportive"
        r"|(?:taille|poids) (?:minimum|maximum|mannequin|souhaitee?)|(?:femme|homme|personne"
        r"|silhouette) (?:mince|elancee?|svelte)"
        r"|sans (?:tatouages?|piercings?)|pas de (?:tatouages?|piercings?|barbe)|photo (?:obligatoire|exigee"
        r"|indispensable)"
        r"|(?:cv )?avec photo)\b",
        "Dire ce que le poste demande, la tenue par exemple ; ne pas demander de photo.",
        exception="L'apparence ne peut compter que pour un rôle ou un défilé ; une règle d'hygiène ou de "
        "sécurité (bijoux, "
        "barbe sous masque) se dit avec son motif.",
        unless=r"mannequin|comedien|figurant|presentation (?:du|des|de la|de l|orale|des produits)|masque",
    ),
    _rule(
        Ground.LOOKS,
        r"\b(?:bonne|excellente|tres bonne|belle) presentation\b|\bpresentation (?:soignee|irreprochable"
        r"|impeccable)\b",
        "« tenue professionnelle exigée » ou « contact quotidien avec la clientèle »",
        forbidden=False,
        unless=r"mannequin|comedien|figurant|presentation (?:du|des|de la|de l|orale|des produits)",
    ),
    # ------------------------------------------------------------------ residence, poverty
    _rule(
        Ground.RESIDENCE,
        r"\b(?:(?:habit(?:er|ant|e|ez|ent)|resid(?:er|ant|e|ez|ent)|domiciliee?s?|logee?s?|vivant|vivre|demeurant)"
        r" (?:imperativement |obligatoirement |de preference )?(?:a proximite|pres d[eu]|sur place"
        r"|dans (?:le|la|les|l.)"
        r" (?:secteur|ville|commune|departement|region|quartier|coin|environs)|a moins de \d+ ?(?:km|minutes|min|kms)"
        r"|aux alentours|(?:le|la) (?:secteur|commune|ville))|habitants? (?:du secteur|de la commune"
        r"|du quartier) uniquement"
        r"|proximite (?:du domicile|geographique) (?:exigee|obligatoire|imperative|souhaitee)"
        r"|priorite aux habitants)\b",
        "Dire le lieu, les horaires et les astreintes : « prise de poste à 5 h », « intervention en moins de "
        "20 minutes ».",
        exception="Résider en quartier prioritaire peut être demandé pour un emploi franc (L1133-5).",
        unless=r"emplois? francs?|quartiers? prioritaires?|qpv|vous serez logee?|poste logee?"
        r"|residents? (?:de l|en|ages)"
        r"|personnes? agees?|beneficiaires?|patients?|aupres d",
    ),
    _rule(
        Ground.POVERTY,
        r"\b(?:sans domicile fixe s.abstenir|pas d.allocataires?|(?:beneficiaires?|allocataires?) du rsa s.abstenir"
        r"|non surendettee?s?|casier bancaire)\b",
        "Retirer la mention.",
    ),
)  # fmt: skip
