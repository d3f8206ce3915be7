"""Fictitious people, firms and numbers: ordinary first names, made-up family names, ranges that nobody can hold."""

from features.text import normalise
from features.world.draws import pick

FIRST_NAMES_F: tuple[str, ...] = (
    "Adèle", "Aïcha", "Alice", "Aminata", "Anaïs", "Anne", "Awa", "Béatrice", "Camille", "Carole", "Céline", "Chloé",
    "Claire", "Delphine", "Élodie", "Émilie", "Fatima", "Fatou", "Florence", "Françoise", "Hélène", "Inès", "Isabelle",
    "Jade", "Jeanne", "Julie", "Karine", "Khadija", "Laetitia", "Laura", "Léa", "Leïla", "Linda", "Lucie", "Manon",
    "Margot", "Maria", "Marie", "Marion", "Martine", "Mathilde", "Mélanie", "Nadia", "Nathalie", "Nora", "Océane",
    "Pauline", "Rachel", "Romane", "Rosa", "Sabrina", "Samira", "Sandrine", "Sarah", "Sophie", "Stéphanie", "Sylvie",
    "Valérie", "Vanessa", "Yasmine", "Zoé",
)  # fmt: skip
FIRST_NAMES_M: tuple[str, ...] = (
    "Abdel", "Adrien", "Ahmed", "Alain", "Alexandre", "Antoine", "Arnaud", "Bakary", "Benjamin", "Bruno", "Cédric",
    "Christophe", "Clément", "Damien", "David", "Didier", "Éric", "Fabien", "Florian", "Franck", "François", "Gabriel",
    "Guillaume", "Hamza", "Hugo", "Ibrahim", "Jean", "Jérôme", "João", "Jonathan", "Julien", "Karim", "Kévin",
    "Laurent", "Léo", "Lucas", "Ludovic", "Malik", "Marc", "Mathieu", "Maxime", "Mehdi", "Mickaël", "Mohamed",
    "Moussa", "Nicolas", "Olivier", "Patrick", "Paul", "Philippe", "Pierre", "Quentin", "Rachid", "Romain",
    "Samuel", "Sébastien", "Stéphane", "Théo", "Thierry", "Thomas", "Vincent", "Xavier", "Yanis", "Youssef",
)  # fmt: skip
_NAME_STARTS = (
    "Bel", "Brun", "Cal", "Char", "Cor", "Dal", "Dor", "Fal", "Fon", "Gar", "Gri", "Hal", "Jol", "Kar", "Lam", "Lor",
    "Mal", "Mar", "Mor", "Nav", "Orm", "Pel", "Quin", "Ral", "Rou", "Sal", "Ser", "Tar", "Tor", "Val", "Ver", "Yv",
)  # fmt: skip
_NAME_ENDS = (
    "andier", "arnel", "aubin", "avelle", "ebert", "elin", "embourg", "enac", "ertin", "esquin", "eval", "icourt",
    "ignon", "imart", "ivelle", "obert", "olet", "ondin", "onval", "oubert", "ouzec", "ufort", "umel", "uzanne",
)  # fmt: skip
STREETS: tuple[str, ...] = (
    "rue de l'Exemple", "rue des Essais", "avenue du Modèle", "place Imaginaire", "chemin de la Fiction",
    "boulevard du Spécimen", "impasse de l'Épreuve", "allée du Brouillon",
)  # fmt: skip

_FIRM_WORDS = (
    "Horizon", "Cigale", "Belvédère", "Alizé", "Colibri", "Passerelle", "Grand Large", "Mistral", "Héron", "Cèdre",
    "Estuaire", "Lavande", "Trois Rivières", "Genêt", "Vallon", "Phare", "Tilleul", "Garrigue", "Arc-en-Ciel",
    "Moulin Neuf", "Source", "Étoile", "Châtaigne", "Hirondelle", "Bruyère", "Canopée", "Rivage", "Cormoran",
    "Pont Vieux", "Clairière", "Falaise", "Verger",
)  # fmt: skip
_FIRM_KINDS: dict[str, tuple[str, ...]] = {
    "01": ("GAEC du", "Domaine", "Ferme", "Vignobles"), "10": ("Fournil", "Maison", "Saveurs", "Ateliers"),
    "16": ("Scierie", "Menuiserie"), "25": ("Métallerie", "Mécanique"), "41": ("Bâti", "Constructions"),
    "43": ("Bâtiment", "Habitat", "Travaux", "Toitures"), "45": ("Garage", "Auto"), "46": ("Comptoir", "Négoce"),
    "47": ("Boutique", "Marché", "Maison", "Magasin"), "49": ("Transports", "Messagerie"), "52": ("Logistique",),
    "55": ("Hôtel", "Auberge", "Camping"), "56": ("Restaurant", "Brasserie", "Bistrot", "La Table du"),
    "62": ("Logiciels", "Atelier Numérique", "Données"), "64": ("Banque",), "66": ("Cabinet",), "69": ("Étude",),
    "70": ("Conseil", "Groupe"), "71": ("Bureau d'études", "Ingénierie"), "78": ("Intérim", "Emploi"),
    "80": ("Sécurité", "Vigilance"), "81": ("Propreté", "Nettoyage", "Jardins"), "84": ("Collectivité",),
    "85": ("École", "Institut", "Centre de formation"), "86": ("Clinique", "Cabinet", "Centre de soins"),
    "87": ("Résidence", "EHPAD", "Foyer"), "88": ("Association", "Services", "Crèche"), "90": ("Compagnie",),
    "93": ("Club", "Loisirs"), "94": ("Association",), "96": ("Salon", "Pressing", "Institut"),
}  # fmt: skip
_FIRM_DEFAULT = ("Société", "Ateliers", "Établissements", "Groupe", "Compagnie")

TRAINING_ORGANISATIONS: tuple[str, ...] = (
    "Centre de formation Horizon", "Institut des métiers du Vallon", "Atelier des compétences Colibri",
    "Campus Passerelle", "École des savoir-faire du Cèdre", "Formation Grand Large", "Pôle formation Mistral",
    "Académie du Phare", "Les Compagnons du Tilleul", "CFA des Trois Rivières", "Institut Canopée",
    "Maison des apprentissages Hirondelle",
)  # fmt: skip


def family_name(start: float, end: float) -> str:
    """A made-up family name from two uniform numbers."""
    return pick(_NAME_STARTS, start) + pick(_NAME_ENDS, end)


def email(first_name: str, last_name: str, number: int) -> str:
    """An address under `.invalid`, which no server can ever hold (RFC 2606)."""
    return f"{normalise(first_name).replace(' ', '-')}.{normalise(last_name)}{number}@exemple.invalid"


def phone(number: int) -> str:
    """A mobile number of the range that the ARCEP keeps for works of fiction: 06 39 98 00 00 to 06 39 98 99 99."""
    return f"06 39 98 {number // 100 % 100:02d} {number % 100:02d}"


def firm_name(naf: str, commune: str, uniform: tuple[float, float, float]) -> str:
    """A made-up trade name that tells the trade: "Boutique Alizé Guéret"."""
    kind = pick(_FIRM_KINDS.get(naf[:2], _FIRM_DEFAULT), uniform[0])
    word = pick(_FIRM_WORDS, uniform[1])
    return f"{kind} {word} {commune}" if uniform[2] < 0.3 else f"{kind} {word}"


def siret(number: int) -> str:
    """The SIRET of the world's firm `number` (from 0): valid by its key, and nobody's.

    Legal units are numbered 0000 xxxx k: no register entry starts with four zeros. Each gets up to 9,999
    establishments. Both the SIREN and the whole number satisfy Luhn's formula, as INSEE asks.
    Raises ValueError from 100 million less ten thousand on.
    """
    branch, unit = divmod(number, 10_000)
    if number < 0 or branch + 1 > 9_999:
        raise ValueError(f"firm number {number} is out of the fictitious range 0..99,989,999")
    siren = _with_key(f"0000{unit:04d}")
    return _with_key(f"{siren}{branch + 1:04d}")


def _with_key(digits: str) -> str:
    """`digits` and the check digit that makes Luhn's sum a multiple of ten."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


def is_siret(value: str) -> bool:
    """Whether `value` has 14 digits and the right key."""
    return len(value) == 14 and value.isdigit() and _with_key(value[:-1]) == value
