"""The facts of each kind of model, from what its training leaves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.documents.facts import Facts, Kind, model_hash
from models.ranked import Ranked

SHOWN: Final = "Ce qui a été montré par le service, à quel rang, et ce qui s'est ensuivi (événements du déploiement)."
SIMULATED: Final = "Des embauches simulées : {about}."
OBSERVED: Final = "Les embauches constatées par mois et par établissement : {about}."
OWN_NAMES: Final = "Des noms courants de métiers, écrits pour ce projet, Apache-2.0."
READ_OF_FIRMS: Final = ("secteur (NAF)", "taille", "département", "tension du bassin", "embauches passées", "mois")


def encoder_facts(folder: Path, manifest: Mapping[str, Any], code_version: str) -> Facts:
    """Of the encoder and the tagger in `folder`, by its manifest."""
    parameters = {name: str(value) for name, value in manifest["parameters"].items()}
    data = [f"{licence}." for licence in sorted(set(manifest["licences"].values()))]
    data += [OWN_NAMES, f"ROME {parameters['rome']} (France Travail), Licence Ouverte."]
    if parameters.get("own_offers", "0") != "0":
        data.append("Les offres du déploiement publiées avec un code ROME.")
    return Facts(
        kind=Kind.ENCODER,
        name="encodeur et lecteur de métiers",
        trained_on=str(manifest["trained_on"]),
        code_version=code_version,
        data=tuple(data),
        data_hash=parameters["data"],
        parameters=parameters,
        figures={name: float(value) for name, value in manifest["figures"].items()},
        inputs=("mots d'un intitulé, d'une description ou d'un projet",),
        files=tuple(sorted(manifest["files"])),
        hash=model_hash(folder, manifest["files"]),
    )


def hiring_facts(
    folder: Path,
    file: str,
    *,
    about: str,
    is_simulated: bool,
    figures: Mapping[str, float],
    trained_on: str,
    code_version: str,
    data_hash: str,
) -> Facts:
    """Of the forecast of hirings in `folder`."""
    return Facts(
        kind=Kind.HIRING,
        name="prévision des embauches",
        trained_on=trained_on,
        code_version=code_version,
        data=((SIMULATED if is_simulated else OBSERVED).format(about=about),),
        data_hash=data_hash,
        figures=dict(figures),
        inputs=READ_OF_FIRMS,
        files=(file,),
        hash=model_hash(folder, [file]),
    )


def ranker_facts(
    folder: Path,
    ranked: Ranked,
    *,
    names: Sequence[str],
    parameters: Mapping[str, object],
    figures: Mapping[str, float],
    data_hash: str,
    trained_on: str,
    code_version: str,
) -> Facts:
    """Of the ranker whose files, and no others, are in `folder`."""
    files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    return Facts(
        kind=Kind.RANKER,
        name=ranked.registered_name,
        list=ranked.value,
        trained_on=trained_on,
        code_version=code_version,
        data=(SHOWN,),
        data_hash=data_hash,
        parameters={name: str(value) for name, value in parameters.items()},
        figures=dict(figures),
        inputs=tuple(names),
        files=files,
        hash=model_hash(folder, files),
    )
