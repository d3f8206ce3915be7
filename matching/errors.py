"""What can go wrong with a question. These errors know nothing about HTTP; their texts are for the person who asked."""


class VivierError(Exception):
    """Base of the domain errors; `str(error)` is a French sentence with the value and the remedy."""


class UnknownParameter(VivierError):
    def __init__(self, name: str, nearest: str | None) -> None:
        hint = f" Vouliez-vous dire « {nearest} » ?" if nearest is not None else ""
        super().__init__(f"Le paramètre « {name} » n'existe pas.{hint}")
        self.name, self.nearest = name, nearest


class BadParameter(VivierError):
    def __init__(self, name: str, value: str, expected: str) -> None:
        wrong = f"La valeur « {value[:80]} » du paramètre « {name} » n'est pas valable"
        super().__init__(f"{wrong if value else f'Le paramètre « {name} » est absent ou vide'} : {expected}.")
        self.name, self.value, self.expected = name, value[:80], expected


class NotFound(VivierError):
    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"{what} « {key[:80]} » n'existe pas, ou plus.")
        self.what, self.key = what, key[:80]


class NotReady(VivierError):
    """No usable index; the message says which command builds one."""


class ClusterUnreachable(VivierError):
    """The vector cluster does not answer, or refuses."""

    def __init__(self, uri: str, reason: str) -> None:
        super().__init__(
            "La recherche est interrompue : le serveur de vecteurs ne répond pas. Réessayez dans quelques instants."
        )
        self.uri, self.reason = uri, reason
