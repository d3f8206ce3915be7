"""The words of the documents. They follow the order of the AI Act (regulation (EU) 2024/1689): annex IV for the card,
article 10 for the data, 9 for risks, 13 for the instructions, 12 for logging; a service of recruitment and of access to
work is of high risk by annex III, point 4."""

from collections.abc import Mapping
from typing import Final

from models.documents.facts import Facts, Kind

PURPOSES: Final[Mapping[Kind, str]] = {
    Kind.RANKER: "Il met dans un ordre les résultats d'une recherche déjà filtrée par les conditions des "
    "personnes et des "
    "employeurs. Il n'ajoute ni ne retire aucun résultat.",
    Kind.ENCODER: "Il lit les mots du travail : il rapproche un intitulé des métiers du ROME, et deux textes "
    "qui parlent du "
    "même travail. Il ne lit rien d'autre d'une personne.",
    Kind.HIRING: "Il prévoit combien d'embauches un établissement fera dans les six mois, avec un intervalle. "
    "Il ne porte "
    "sur aucune personne.",
}
NOT_FOR: Final[Mapping[Kind, str]] = {
    Kind.RANKER: "Décider d'une candidature, écarter quelqu'un, noter une personne hors d'une recherche, contrôler une "
    "recherche d'emploi.",
    Kind.ENCODER: "Juger la qualité d'un texte ou de son auteur, deviner une identité, traduire.",
    Kind.HIRING: "Prédire les départs, juger un employeur, décider d'une aide.",
}
LISTS: Final[Mapping[str, str]] = {
    "offres": "des offres proposées à une personne",
    "formations": "des formations proposées à une personne",
    "profils": "des personnes proposées à un employeur",
    "etablissements": "des établissements proposés à un conseiller",
}
_LIMITS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.RANKER: (
        "Il a appris de ce que l'on a fait de listes passées : ce que ces listes montraient peu, il le connaît peu.",
        "Un score compare les résultats d'une même liste. Il n'est pas une chance d'embauche.",
        "Les personnes qui ont refusé le profilage ne sont connues que par leur projet et leurs conditions.",
    ),
    Kind.ENCODER: (
        "Il ne connaît que le français. Une négation n'est pas vue.",
        "Un intitulé qui ne nomme aucun travail (« agent polyvalent ») demande une description.",
        "Une probabilité est celle que la famille de métiers soit la bonne, telle que le réseau code ses "
        "propres offres.",
    ),
    Kind.HIRING: (
        "Il suppose que les six mois à venir ressemblent aux années passées de son secteur.",
        "Un établissement sans passé connu est prévu comme ses pareils.",
        "Celui qui est livré avec le logiciel a appris d'embauches simulées : un déploiement apprend des siennes.",
    ),
}
_RISKS: Final[Mapping[Kind, tuple[tuple[str, str, str], ...]]] = {
    Kind.RANKER: (
        (
            "Un groupe protégé par la loi est moins bien servi.",
            "Aucun critère de l'article L1132-1 n'est lu (liste fermée, tenue par des tests). Le contrôle avant "
            "mise en "
            "service refuse un modèle sous quatre cinquièmes, ou qui creuse les écarts de salaire ou de trajet.",
            "Rapport d'équité (`vivier fairness report`), au moins à chaque mise en service.",
        ),
        (
            "Un critère permis en cache un qui ne l'est pas.",
            "Le rapport mesure si le sexe et l'âge se devinent d'après ce que lit le modèle.",
            "Retirer le critère, apprendre de nouveau.",
        ),
        (
            "L'attention se porte sur quelques offres, quelques personnes.",
            "Le nombre de fois qu'une offre a été montrée est un critère ; la répartition par prix existe.",
            "Combien de fois les offres les plus montrées le sont par poste (`python -m benchmarks.allocation`).",
        ),
        (
            "Le modèle apprend de ses propres listes et s'y enferme.",
            "Les rangs sont corrigés par l'inverse de la chance d'être vu ; des personnes et des offres sans "
            "passé sont "
            "simulées pendant l'apprentissage.",
            "Comparaison sur des listes tenues à part, de personnes jamais apprises.",
        ),
        (
            "On suit la liste sans la lire.",
            "Chaque résultat dit ses raisons, ce qui manque et le plus petit changement ; aucune décision n'est prise.",
            "La fiche de chaque liste dit à qui s'adresser.",
        ),
        (
            "Le fichier du modèle est abîmé ou remplacé.",
            "Somme sha256 de chaque fichier, vérifiée avant lecture ; le dernier bon modèle continue de servir.",
            "`/health/ready`, `vivier doctor`.",
        ),
    ),
    Kind.ENCODER: (
        (
            "Un intitulé féminin est lu autrement que le masculin.",
            "Les mots sont ramenés à un seul genre avant d'être lus, et ce qui est dit de la personne est laissé.",
            "`python -m benchmarks.flip` : dix mille personnes, part des listes inchangées.",
        ),
        (
            "Un métier rare ou nouveau est mal lu.",
            "Sous le seuil, le modèle dit qu'il ne sait pas ; le métier lu est montré et peut être corrigé.",
            "Figures sur des appellations jamais apprises.",
        ),
        (
            "Un texte hostile ralentit le service.",
            "Longueurs bornées, motifs en temps linéaire.",
            "Tests sur des textes faits pour nuire.",
        ),
    ),
    Kind.HIRING: (
        (
            "Des établissements sont démarchés en vain, d'autres jamais.",
            "L'intervalle est donné avec la moyenne ; le temps écoulé depuis le dernier échange compte.",
            "Figures sur les six derniers mois, tenus à part.",
        ),
        (
            "La prévision est lue comme une promesse.",
            "L'intervalle et la part du secteur sont toujours montrés.",
            "Retour des conseillers.",
        ),
    ),
}


FIGURES: Final[Mapping[str, str]] = {
    "held_out_at_1": "appellations jamais apprises : bonne fiche en premier",
    "held_out_at_5": "appellations jamais apprises : bonne fiche parmi cinq",
    "held_out_typos_at_1": "les mêmes avec une faute de frappe : en premier",
    "held_out_typos_at_5": "les mêmes avec une faute de frappe : parmi cinq",
    "pairs": "paires apprises",
    "questions": "questions qui règlent le lecteur",
    "offers_for_settings": "offres réelles qui règlent les seuils",
    "ndcg_at_10": "nDCG@10 de listes ultérieures, d'autres personnes",
    "ndcg_at_10_as_shown": "nDCG@10 des mêmes listes dans l'ordre où elles furent montrées",
    "rows": "résultats montrés appris",
    "top_tenth_capture": "part des embauches que font les établissements du premier dixième",
    "expected_over_came": "embauches prévues sur embauches constatées",
    "mean_absolute_error": "erreur moyenne, en embauches",
    "interval_coverage": "part des établissements dans l'intervalle à 80 %",
    "establishments": "établissements appris",
    "months": "mois d'embauches appris",
    "kappa": "fidélité d'un établissement aux métiers de son secteur",
}
"""What figures are called; others go by their own name."""


def card(facts: Facts) -> str:
    """Annex IV, points 1 to 3: what the system is, how it was made, how well it does."""
    what = f"classement {LISTS[facts.list]}" if facts.list is not None else facts.name
    return _page(
        f"Fiche du modèle : {what}",
        facts,
        "## À quoi il sert",
        PURPOSES[facts.kind],
        "## À quoi il ne doit pas servir",
        NOT_FOR[facts.kind],
        "## Ce qu'il lit",
        _bullets([f"`{name}`" if facts.kind is Kind.RANKER else name for name in facts.inputs]),
        "Jamais : nom, sexe, âge, nationalité, origine, religion, opinions, adresse, famille, santé, handicap "
        "(`docs/equity.md`).",
        "## Comment il a été appris",
        _table(("réglage", "valeur"), [(f"`{name}`", value) for name, value in sorted(facts.parameters.items())]),
        "## Ce qu'il vaut",
        "Mesuré sur ce qui n'a pas servi à apprendre.",
        _table(
            ("mesure", "valeur"),
            [(FIGURES.get(name, f"`{name}`"), _figure(value)) for name, value in sorted(facts.figures.items())],
        ),
        "## Limites",
        _bullets(_LIMITS[facts.kind]),
    )


def datasheet(facts: Facts) -> str:
    """Article 10: the data, where they come from, what they lack."""
    people = (
        "Des personnes y figurent par un numéro d'ordre, sans identité. Les groupes que la loi protège n'en font pas "
        "partie ; ils ne sont joints qu'aux listes tenues à part pour le contrôle."
        if facts.kind is Kind.RANKER
        else "Aucune personne n'y figure."
    )
    return _page(
        "Fiche des données",
        facts,
        "## D'où elles viennent",
        _bullets(facts.data),
        f"Empreinte des données : `{facts.data_hash}`. Les mêmes données et les mêmes réglages redonnent le "
        "même modèle.",
        "## Qui y figure",
        people,
        "## Comment elles sont préparées",
        "Chaque ligne est vérifiée à l'entrée ; ce qui est refusé est compté avec sa raison. Une valeur inconnue reste "
        "inconnue : elle n'est ni devinée, ni remplacée par zéro.",
        "## Ce qui leur manque",
        _bullets(_LIMITS[facts.kind]),
        "## Combien de temps",
        "Les événements suivent la durée de conservation du déploiement. Un modèle ne permet de retrouver "
        "personne ; il "
        "est remplacé par apprentissage nouveau après un effacement qui le justifie.",
    )


def risks(facts: Facts) -> str:
    """Article 9: what may go wrong, what is done about it, how it is watched."""
    return _page(
        "Dossier de risques",
        facts,
        "Système à haut risque au sens de l'annexe III, point 4, du règlement (UE) 2024/1689 : emploi et accès "
        "à l'emploi.",
        _table(("ce qui peut arriver", "ce qui est fait", "ce qui est surveillé"), _RISKS[facts.kind]),
        "## Ce qui reste",
        "Les listes reflètent un marché du travail inégal. Le contrôle refuse un modèle qui creuse ces écarts ; "
        "rien ici ne les comble.",
        "## Quand le revoir",
        "À chaque apprentissage, à chaque mise en service, et dès qu'une réclamation fait apparaître un cas nouveau.",
    )


def instructions(facts: Facts) -> str:
    """Articles 13 and 14: how it is used, by whom, under whose eyes."""
    commands = {
        Kind.RANKER: f"`vivier models promote {facts.list}` le met en service si le contrôle le permet ; "
        "`vivier models "
        f"rollback {facts.list}` le retire.",
        Kind.ENCODER: "`VIVIER_ENCODER` nomme son dossier ; `vivier index build` refait les index après un changement.",
        Kind.HIRING: "`vivier train hiring` le met en service ; `vivier index build` reprend ses prévisions.",
    }
    return _page(
        "Mode d'emploi",
        facts,
        "## Qui s'en sert",
        "Les personnes en recherche d'emploi, les employeurs et les conseillers, par les listes du service. "
        "Chacune a sa "
        "fiche : `GET /v1/listes/{service}/fiche`.",
        "## Mettre en service et retirer",
        commands[facts.kind],
        "## Contrôle humain",
        "Aucune décision n'est automatique. Une personne lit, choisit, et peut ne pas suivre. Le conseiller "
        "peut toujours "
        "chercher sans le classement, par les filtres. Un modèle se retire en une commande, sans interruption.",
        "## Lire un score",
        _bullets(_LIMITS[facts.kind]),
        "## Exactitude, robustesse, sécurité",
        "Les mesures sont dans la fiche du modèle. Les fichiers sont vérifiés par leur somme avant lecture, sans code "
        "exécutable. Le service répond avec le dernier bon modèle si celui-ci ne peut être lu.",
        "## Réclamations",
        "L'adresse est celle que le déploiement a réglée (`VIVIER_FAIRNESS_CONTACT`), et que chaque fiche de "
        "liste répète.",
    )


def logging(facts: Facts) -> str:
    """Article 12: what is written down while it is used, and where."""
    extra = {
        Kind.RANKER: (
            "Chaque liste dit le modèle et la version qui l'ont classée (`modele`).",
            "Ce qui est montré, ouvert, gardé, écarté et ce qui s'ensuit est un événement, avec son rang.",
            "Chaque apprentissage et chaque verdict du contrôle sont gardés par le registre des modèles.",
        ),
        Kind.ENCODER: (
            "Un métier lu dans des mots est gardé avec son score et la version qui l'a lu (`metierDeduit`).",
        ),
        Kind.HIRING: ("Chaque génération d'index dit la prévision dont elle est faite.",),
    }
    return _page(
        "Journalisation",
        facts,
        "## Ce qui est consigné",
        _bullets(
            [
                *extra[facts.kind],
                "Qui a consulté, cherché, contacté ou changé quoi est au journal d'audit du service, chaîné et "
                "vérifiable (`vivier audit verify`).",
                "Les journaux techniques ne contiennent aucune donnée personnelle.",
            ]
        ),
        "## Combien de temps",
        "La durée réglée par le déploiement, douze mois par défaut pour les journaux.",
        "## Retrouver ce qui s'est passé",
        "La version du modèle, l'empreinte de ses fichiers (en tête de ce document) et celle de ses données "
        "suffisent à "
        "refaire le même modèle et la même liste.",
    )


def _page(title: str, facts: Facts, *parts: str) -> str:
    head = (
        f"Modèle : {facts.name}. Appris le {_day(facts.trained_on)}, code {facts.code_version}.\n"
        f"Empreinte du modèle : `{facts.hash}`"
    )
    return "\n\n".join([f"# {title}", head, *(part for part in parts if part)]) + "\n"


def _bullets(items: "tuple[str, ...] | list[str]") -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(names: tuple[str, ...], rows: "list[tuple[str, str]] | tuple[tuple[str, str, str], ...]") -> str:
    if not rows:
        return "Rien n'a été consigné."
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _figure(value: float) -> str:
    return f"{value:,.4g}".replace(",", "\u202f").replace(".", ",") if abs(value) < 10_000 else f"{value:.0f}"


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"
