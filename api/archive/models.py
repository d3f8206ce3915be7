"""By what the person is read and ranked, and for how long each thing is kept."""

from collections.abc import Iterator

from api.archive.base import Asked, Item, Section
from features.border.base import compact
from features.retention.registry import RULES


def models(asked: Asked) -> Iterator[Item]:
    engine = asked.service.engine
    yield {"role": "referentiel", "nom": "ROME 4.0", "version": asked.service.reference.rome.version}
    yield {"role": "lecture des textes", "version": engine.lookups.encoder.fingerprint}
    yield compact(
        role="index",
        version=engine.generation.get("id"),
        faitLe=engine.generation.get("built_at"),
        lesEcrituresJusqua=engine.watermark,
    )
    for ranked, status in engine.rankers.status().items():
        yield compact(
            role=f"classement : {ranked}",
            nom=status["model"],
            version=status["generation"],
        )


def kept(asked: Asked) -> Iterator[Item]:
    for rule in RULES:
        days = rule.days(asked.service.settings.durations)
        yield {"quoi": rule.what_fr, "dureeJours": days, "fondement": rule.because_fr}


MODELS = Section(
    "modeles", "Les modèles et les référentiels qui servent vos listes, avec leur version.", models, live=True
)
KEPT = Section("durees", "Combien de temps chaque chose est gardée, et pourquoi.", kept)
