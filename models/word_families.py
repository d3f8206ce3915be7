"""Words of one family brought to one form: "encaissez", "encaissement" and "encaisser" say the same thing.

Cruder than `models/stems.py`, which keeps trades apart: an offer says a task now with a verb, now with a noun.
"""

from functools import lru_cache

from models.stems import stem
from models.words import MAX_WORD

FUNCTION_WORDS = frozenset(
    "a ai au aupres aussi aux avec c ce ces cet cette ceux chaque d dans de des divers diverses differents "  # noqa: SIM905
    "differentes du elle en ensemble es est et etc etes etre f h hf il ils j l la le les leur leurs lors m ma meme mes "
    "mon n nos notre nous on ou par plus pour q qu que qui s sa se ses si son sont sous sur t ta te tes ton tous tout "
    "toute toutes tu un une vers via vos votre vous y the bon bonne bonnes bons excellent excellente excellentes tres "
    "grand grande reel reelle fort forte quotidien quotidienne quotidiennement ainsi egalement bien".split()
)
"""Words that say nothing of a skill, articles and praise alike."""

_ROOTS = {
    root: words.split()
    for root, words in {
        "gest": "gerer gere gerez geres gestion gestions gerant",
        "condui": "conduire conduite conduites conduisez conduit conduisant",
        "vent": "vendre vente ventes vendez vends vend",
        "entret": "entretenir entretien entretiens entretenez entretient",
        "mainten": "maintenir maintenance maintenances maintien maintenez",
        "suiv": "suivre suivi suivis suivez suivie suit",
        "livr": "livrer livraison livraisons livrez",
        "recept": "recevoir reception receptions receptionner receptionnez receptionne recevez receptionnement",
        "communi": "communiquer communication communications communiquez communicant",
        "produ": "produire production productions produisez",
        "constru": "construire construction constructions construisez",
        "rigou": "rigueur rigoureux rigoureuse rigoureuses rigoureusement",
        "relation": "relation relations relationnel relationnelle relationnelles relationnels",
        "lect": "lire lecture lectures lisez",
        "mett": "mettre mise mises mettez met",
        "tenu": "tenir tenue tenez",
        "redig": "rediger redaction redactions redigez redactionnel redactionnelle redactionnelles",
        "autonom": "autonome autonomes autonomie",
        "responsab": "responsable responsables responsabilite responsabilites",
        "polyval": "polyvalent polyvalente polyvalence polyvalents",
        "disponib": "disponible disponibles disponibilite disponibilites",
        "curie": "curieux curieuse curieuses curiosite",
        "minuti": "minutieux minutieuse minutie minutieusement",
        "ponctu": "ponctuel ponctuelle ponctualite ponctuels",
        "adapt": "adapter adaptation adaptez adaptable adaptabilite adapte adaptes adaptees",
        "servi": "servir service services servez",
        "repond": "repondre reponse reponses repondez",
        "controle": "controle controles controler controlez",
        "nettoy": "nettoyer nettoyage nettoyages nettoyez nettoie",
        "achet": "acheter achat achats achetez",
        "accueil": "accueil accueillir accueillez accueillant accueilles",
        "transmett": "transmettre transmission transmissions transmettez",
        "respect": "respect respecter respectez respecte respectant",
        "securi": "securite securiser securisation securisez securites",
        "respond": "correspondre correspondance correspondances",
        "manage": "manager management managez managerial manageriale manageriales managers",
        "dynam": "dynamique dynamisme dynamiques dynamiser",
        "commerc": "commercial commerciale commerciaux commerciales commercialisation commercialiser",
        "soud": "souder soudage soudure soudures soudez",
        "distribu": "distribuer distribution distributions distribuez",
        "elabor": "elaborer elaboration elaborez",
        "reag": "reagir reactif reactive reactivite reactifs",
        "organis": "organiser organisation organise organisee organisez organisationnel organisationnelle",
        "telephon": "telephone telephonique telephoniques telephoner",
        "install": "installer installation installations installez",
        "factur": "facture factures facturation facturer",
        "commande": "commande commandes commander",
        "hygien": "hygiene",
        "cuisin": "cuisine cuisiner cuisines",
        "peind": "peindre peinture peintures peignez",
        "decoup": "decoupe decoupes decouper decoupage",
        "inform": "informer information informations informez",
        "informatiqu": "informatique informatiques",
        "resoud": "resoudre resolution resolvez",
        "etabl": "etablir etablissez",
        "defini": "definir definition definissez",
        "saisi": "saisir saisie saisies saisissez",
        "trie": "tri trier tris triez",
        "diagnosti": "diagnostic diagnostics diagnostiquer diagnostique diagnostiquez",
        "depann": "depanner depannage depannages depannez",
        "conseil": "conseil conseils conseiller conseillez conseille conseilles",
        "convain": "convaincre conviction convaincant",
        "equip": "equipe equipes",
        "equipement": "equipement equipements",
    }.items()
}
_ROOT_OF = {word: root for root, words in _ROOTS.items() for word in words}

_ENDINGS = (
    ("ifications", "ifi"), ("ification", "ifi"), ("isations", "is"), ("isation", "is"), ("issements", ""),
    ("issement", ""), ("ations", ""), ("ation", ""), ("ateurs", ""), ("ateur", ""), ("atrices", ""), ("atrice", ""),
    ("ivites", "if"), ("ivite", "if"), ("alites", "al"), ("alite", "al"), ("ements", ""), ("ement", ""),
    ("issez", ""), ("erez", ""), ("euses", "eu"), ("euse", "eu"), ("eux", "eu"), ("ages", ""), ("age", ""),
    ("ives", "if"), ("ive", "if"), ("ifs", "if"), ("iere", "i"), ("iers", "i"), ("ier", "i"), ("elles", "el"),
    ("elle", "el"), ("els", "el"), ("ites", ""), ("ite", ""), ("aux", "al"), ("ales", "al"), ("ale", "al"),
    ("ees", ""), ("ee", ""), ("ant", ""), ("ir", ""), ("er", ""), ("ez", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_SHORTEST = 4
_SHORTEST_OF_VERBS = 3


def family(word: str) -> str:
    """A normalised word without what makes it a verb, a noun, plural or feminine; its first `MAX_WORD` letters.

    >>> family("encaissez"), family("encaissement"), family("gestion"), family("gerer")
    ('encaiss', 'encaiss', 'gest', 'gest')
    """
    return _family(word[:MAX_WORD])


@lru_cache(maxsize=65_536)
def _family(word: str) -> str:
    irregular = _ROOT_OF.get(word)
    if irregular is not None:
        return irregular
    read = word[:MAX_WORD]
    for ending, kept in _ENDINGS:
        shortest = _SHORTEST_OF_VERBS if len(ending) <= 2 else _SHORTEST
        root = len(read) - len(ending)
        if read.endswith(ending) and root >= shortest and not (ending.startswith("iss") and read[root - 1] in "aeiou"):
            return read[:root] + kept
    return read


def content(words: list[str]) -> tuple[str, ...]:
    """Families of normalised words, in order, without function words."""
    return tuple(family(word) for word in words if word not in FUNCTION_WORDS)


def alone(word: str) -> str:
    """A normalised word that says a skill by itself, gender and number aside: "rapidement" is not "rapide".

    >>> alone("rigoureuses") == alone("rigoureux"), alone("encaissez") == alone("encaisser")
    (True, True)
    """
    read = word[:MAX_WORD]
    for ending, kept in (("euses", "eu"), ("euse", "eu"), ("eux", "eu"), ("ez", "er")):
        if read.endswith(ending):
            return read[: len(read) - len(ending)] + kept
    return stem(read)
