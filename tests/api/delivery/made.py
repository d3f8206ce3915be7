"""A digest, its person and a house, written by hand."""

from pathlib import Path

from api.delivery.base import House, Recipient
from api.delivery.links import Signer
from api.settings import Settings
from features.records import Channel, Consents, Identity, Profile, Project, Subscription
from matching.digests.digest import Digest, Item

KEY = "k" * 32


def house(data_dir: Path = Path("var"), **settings: object) -> House:
    given = {"public_url": "https://vivier.exemple", "mail_from": "Vivier <nepasrepondre@vivier.exemple>", **settings}
    made = Settings(data_dir=data_dir, link_key=KEY, **given)  # type: ignore[arg-type]
    return House(made, Signer.of(made))


def item(key: str = "o1", title: str = "Aide-soignant de nuit", **more: object) -> Item:
    given = {
        "reasons": ("C'est le métier que vous visez", "À 4,2 km de chez vous"),
        "obstacles": ("Permis B exigé, non déclaré",),
        "place": "Guéret (23)",
        "distance_km": 4.2,
        "firm": "Résidence des Tilleuls",
        "contract": "Contrat à durée indéterminée",
        "pay": "2 050 € brut par mois",
        "url": "https://offres.exemple/1",
        **more,
    }
    return Item(id=key, title=title, score=0.83, **given)  # type: ignore[arg-type]


def digest(*offers: Item, trainings: tuple[Item, ...] = (), channel: Channel = Channel.EMAIL) -> Digest:
    return Digest("d" * 32, "s1", "p1", channel, "2026-09-01", "2026-09-01", offers or (item(),), trainings)


def training(key: str = "t1", title: str = "Diplôme d'État d'aide-soignant") -> Item:
    return Item(
        id=key,
        title=title,
        score=0.7,
        reasons=("Mène au métier que vous visez",),
        place="Limoges (87)",
        starts_on="2026-10-01",
        training_id="f1",
    )


def recipient(
    channel: Channel = Channel.EMAIL, address: str | None = "camille@exemple.fr", **more: object
) -> Recipient:
    subscription = Subscription(id="s1", profile_id="p1", channel=channel, **more)  # type: ignore[arg-type]
    profile = Profile(
        id="p1",
        projects=(Project(rome_code="J1501", label="aide-soignante"),),
        consents=Consents(contact_by_email=True),
    )
    return Recipient(subscription, profile, Identity(id="p1", first_name="Camille", email=address))
