"""What an audit line says that was done: a closed vocabulary."""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """The value is what the API and the files give."""

    SEEN = "vu"
    LISTED = "liste"
    SEARCHED = "cherche"
    EXPORTED = "exporte"
    CREATED = "cree"
    CHANGED = "modifie"
    DELETED = "supprime"
    CONTACTED = "contacte"
    ANSWERED = "repondu"
    SIGNED_IN = "connecte"
    SIGNED_OUT = "deconnecte"
    IMPORTED = "importe"
    PROMOTED = "promu"
    FORGOTTEN = "oublie"
    BACKED_UP = "sauvegarde"
    RESTORED = "restaure"
    PRUNED = "elague"
    REFUSED = "refuse"
    """The sender may not, or asked for what is not there or is not theirs: 401, 403, 404, 429."""
    FAILED = "echoue"
    """Nothing was done for another reason: a wrong value, a conflict, a fault."""


LABELS: Final = {
    Action.SEEN: "a consulté",
    Action.LISTED: "a listé",
    Action.SEARCHED: "a cherché",
    Action.EXPORTED: "a exporté",
    Action.CREATED: "a créé",
    Action.CHANGED: "a modifié",
    Action.DELETED: "a supprimé",
    Action.CONTACTED: "a contacté",
    Action.ANSWERED: "a répondu",
    Action.SIGNED_IN: "s'est connecté",
    Action.SIGNED_OUT: "s'est déconnecté",
    Action.IMPORTED: "a importé",
    Action.PROMOTED: "a mis un modèle en service",
    Action.FORGOTTEN: "a effacé une personne",
    Action.BACKED_UP: "a fait une sauvegarde",
    Action.RESTORED: "a restauré une sauvegarde",
    Action.PRUNED: "a retiré les lignes échues",
    Action.REFUSED: "s'est vu refuser",
    Action.FAILED: "n'a pas abouti",
}
CHANGES: Final = frozenset(
    {
        Action.CREATED,
        Action.CHANGED,
        Action.DELETED,
        Action.CONTACTED,
        Action.ANSWERED,
        Action.IMPORTED,
        Action.PROMOTED,
        Action.FORGOTTEN,
        Action.RESTORED,
    }
)
"""Those that leave something changed: their line goes into the transaction of the change."""
_REFUSALS: Final = frozenset({401, 403, 404, 429})


def outcome(attempted: Action, status: int) -> Action:
    """What a call that attempted something and got this HTTP status comes to."""
    if status < 400:
        return attempted
    return Action.REFUSED if status in _REFUSALS else Action.FAILED
