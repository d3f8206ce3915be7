"""What is wrong with an incoming record: the field in its public name, the value, the reason and the remedy.

One table of texts, in French for those who call the API and in English for the command line's rejects.
"""

import dataclasses
from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

VALUE_LIMIT: Final = 80
"""Characters of a refused value that are repeated: enough to recognise it, too few to copy a CV."""


class Texts(NamedTuple):
    reason_fr: str
    remedy_fr: str
    reason_en: str
    remedy_en: str


_NUMBER = Texts(
    "la valeur n'est pas un nombre", "Écrire un nombre, avec un point décimal", "not a number", "write a number"
)
_WHOLE = Texts("la valeur n'est pas un nombre entier", "Écrire un entier", "not a whole number", "write an integer")
_DATE = Texts(
    "la valeur n'est pas une date", "Écrire la date AAAA-MM-JJ (ISO 8601)", "not a date", "write YYYY-MM-DD (ISO 8601)"
)
_TEXT = Texts(
    "la valeur n'est pas un texte", "Écrire une chaîne de caractères", "not a text", "write a character string"
)
_YES_NO = Texts("la valeur n'est ni vrai ni faux", "Écrire true ou false", "neither true nor false", "write true/false")
_CHOICE = Texts(
    "la valeur n'est pas dans la liste", "Choisir parmi : {expected}", "not one of the allowed values", "use {expected}"
)
_LIST = Texts("la valeur n'est pas une liste", "Écrire une liste [...]", "not a list", "write a list [...]")
_OBJECT = Texts("la valeur n'est pas un objet", "Écrire un objet {{...}}", "not an object", "write an object {{...}}")

TEXTS: Final[dict[str, Texts]] = {
    "missing": Texts("le champ est obligatoire", "Ajouter le champ", "required field is missing", "add the field"),
    "extra_forbidden": Texts(
        "le champ est inconnu", "Retirer le champ ou corriger son nom", "unknown field", "remove it or fix its name"
    ),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_long": Texts(
        "le texte est trop long",
        "Raccourcir à {max_length} caractères au plus",
        "text too long",
        "shorten to {max_length} characters",
    ),
    "string_too_short": Texts("le texte est vide", "Renseigner le champ", "empty text", "fill in the field"),
    "string_pattern_mismatch": Texts(
        "la valeur n'a pas la forme attendue", "Suivre la forme {pattern}", "unexpected form", "follow {pattern}"
    ),
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _YES_NO,
    "bool_type": _YES_NO,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_parsing": _DATE,
    "datetime_type": _DATE,
    "datetime_from_date_parsing": _DATE,
    "date_too_late": Texts(
        "la date est trop lointaine",
        "Donner une date jusqu'au {last}",
        "date too far ahead",
        "give a date up to {last}",
    ),
    "timezone_aware": Texts(
        "l'heure n'a pas de fuseau", "Ajouter le fuseau (Z ou +02:00)", "time without a zone", "add Z or +02:00"
    ),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_long": Texts(
        "la liste est trop longue", "Garder {max_length} éléments au plus", "list too long", "keep {max_length} items"
    ),
    "too_short": Texts(
        "la liste est trop courte", "Donner au moins {min_length} élément", "list too short", "give {min_length} item"
    ),
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "json_invalid": Texts("le JSON est illisible", "Corriger le JSON", "unreadable JSON", "fix the JSON"),
    "greater_than_equal": Texts(
        "la valeur est trop petite", "Donner au moins {ge}", "value too small", "give at least {ge}"
    ),
    "greater_than": Texts("la valeur est trop petite", "Donner plus de {gt}", "value too small", "give more than {gt}"),
    "less_than_equal": Texts(
        "la valeur est trop grande", "Donner au plus {le}", "value too large", "give at most {le}"
    ),
    "unknown_rome": Texts(
        "le code ROME est inconnu",
        "Utiliser un code ROME 4.0 ou v3{nearest}",
        "unknown ROME code",
        "use a ROME 4.0 or v3 code{nearest}",
    ),
    "unknown_appellation": Texts(
        "l'appellation est inconnue du ROME",
        "Utiliser un code appellation (OGR) du ROME",
        "unknown appellation",
        "use an appellation (OGR) code of ROME",
    ),
    "unknown_skill": Texts(
        "la compétence est inconnue du ROME",
        "Utiliser un code compétence (OGR) du ROME",
        "unknown skill",
        "use a skill (OGR) code of ROME",
    ),
    "unknown_commune": Texts(
        "la commune est inconnue",
        "Utiliser le code INSEE d'une commune actuelle{nearest}",
        "unknown commune",
        "use the INSEE code of a current commune{nearest}",
    ),
    "unknown_contract": Texts(
        "le type de contrat n'est pas reconnu",
        "Utiliser un code du référentiel typesContrats (CDI, CDD, MIS, SAI...)",
        "contract type not recognised",
        "use a code of the typesContrats referential (CDI, CDD, MIS, SAI...)",
    ),
    "unknown_language": Texts(
        "la langue n'est pas reconnue",
        "Utiliser un code ISO 639-1 (fr, en...) ou un nom de langue en français",
        "language not recognised",
        "use an ISO 639-1 code (fr, en...) or the language's French name",
    ),
    "unknown_licence": Texts(
        "le permis n'est pas reconnu",
        "Utiliser une catégorie du Code de la route (B, C, CE...)",
        "driving licence not recognised",
        "use a category (B, C, CE...)",
    ),
    "bad_siret": Texts("le SIRET est faux", "Écrire ses 14 chiffres", "wrong SIRET", "write its 14 digits"),
    "unknown_siret": Texts(
        "aucun établissement connu n'a ce SIRET",
        "Vérifier les 14 chiffres, ou créer d'abord l'établissement (POST /v1/etablissements)",
        "no establishment has this SIRET",
        "check its 14 digits, or create the establishment first",
    ),
    "unknown_profile": Texts(
        "aucun profil n'a cet identifiant",
        "Vérifier l'identifiant, ou créer d'abord le profil (POST /v1/profils)",
        "no profile has this id",
        "check the id, or create the profile first",
    ),
    "private_webhook": Texts(
        "l'adresse est refusée{hint}",
        "Donner une adresse https:// joignable depuis l'internet public",
        "not an address of the public internet",
        "give an https:// address of the public internet",
    ),
    "bad_naf": Texts(
        "le code NAF est faux",
        "Écrire quatre chiffres et une lettre (1071C ou 10.71C)",
        "wrong NAF code",
        "write four digits and a letter (1071C or 10.71C)",
    ),
    "bad_webhook": Texts(
        "l'adresse n'est pas de celles où l'on peut poster",
        "Écrire une adresse https://hôte/chemin, sans identifiant ni fragment",
        "not an address that may be posted to",
        "write https://host/path, without user or fragment",
    ),
    "bad_criterion": Texts(
        "la recherche d'offres refuse ce critère",
        "Employer un paramètre de la recherche d'offres{hint}",
        "refused by the search of offers",
        "use a parameter of the search of offers{hint}",
    ),
    "bad_order": Texts(
        "la fin précède le début", "Corriger l'une des deux bornes", "the end precedes the start", "fix one of them"
    ),
    "erased": Texts(
        "cette personne a été effacée à sa demande",
        "Ne plus l'envoyer ; si elle revient d'elle-même, lui donner un autre identifiant",
        "this person was erased, as is their right",
        "stop sending them; one who comes back by themselves takes another id",
    ),
    "liked_and_unliked": Texts(
        "le même profil est dans « commeProfils » et dans « pasCommeProfils »",
        "Le garder dans une seule des deux listes",
        "the same profile is both liked and unliked",
        "keep it in one of the two lists",
    ),
    "past_day": Texts(
        "ce jour est passé", "Donner un jour à partir du {hint}", "this day is past", "give a day from {hint} on"
    ),
    "repeated": Texts(
        "l'identifiant est déjà dans le fichier",
        "Ne garder qu'une ligne par identifiant",
        "this id is already in the file",
        "keep one row an id",
    ),
    "given_twice": Texts(
        "l'identifiant vient deux fois", "Ne le donner qu'une fois", "this id comes twice", "give it once"
    ),
    "not_in_plan": Texts(
        "le conseiller n'est pas dans « conseillers »",
        "L'y ajouter, ou déverrouiller la visite",
        "the counsellor is not in `conseillers`",
        "add them, or unlock the visit",
    ),
}
_OTHER = Texts("la valeur est refusée", "Corriger la valeur", "value refused", "fix the value")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One wrong field. `field` is its public path (`lieuTravail.commune`, `projets[0].codeROME`)."""

    field: str
    value: str
    code: str
    context: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, path: str, value: object, code: str, **context: object) -> "Problem":
        return cls(path, str(value)[:VALUE_LIMIT], code, context)

    @property
    def reason_fr(self) -> str:
        return self._fill(self._texts.reason_fr)

    @property
    def remedy_fr(self) -> str:
        remedy = self._fill(self._texts.remedy_fr)
        return remedy.replace("' or '", "' ou '")  # the validator's own list of choices is in English

    @property
    def reason_en(self) -> str:
        return self._fill(self._texts.reason_en)

    @property
    def remedy_en(self) -> str:
        return self._fill(self._texts.remedy_en)

    @property
    def _texts(self) -> Texts:
        return TEXTS.get(self.code, _OTHER)

    def _fill(self, text: str) -> str:
        return text.format_map(_Context(self.context))


class _Context(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


class BorderError(ValueError):
    """An incoming record that is refused, with every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.reason_en} ({p.value!r}); {p.remedy_en}" for p in problems))

    @classmethod
    def one(cls, path: str, value: object, code: str, **context: object) -> "BorderError":
        return cls((Problem.of(path, value, code, **context),))


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """The problems of a pydantic error, fields in their public names, in the order of the model.

    A list that pydantic finds too short because its elements are refused is not told: the elements are.
    """
    return tuple(
        Problem.of(
            _path(details["loc"]),
            "" if details["type"] == "missing" else details["input"],
            details["type"],
            **details.get("ctx", {}),
        )
        for details in error.errors(include_url=False)
        if not _only_refused(details)
    )


def _only_refused(details: ErrorDetails) -> bool:
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "(document)"
