"""A wrong fact file is refused with its name, the place and the value."""

from pathlib import Path

import pytest

from features.sample.loader import SampleFactError, read_facts

OCCUPATIONS = """
[grand_domain]
code = "J"
label = "Santé"

[[domain]]
code = "J15"
label = "Soins paramédicaux"

[[occupation]]
code = "J1501"
parent = "J1501"
label = "Aide-soignant / Aide-soignante"
definition = "Aide."
access = "Diplôme."
appellations = ["10891 Aide-soignant / Aide-soignante", "10892~ Aide-soignant à domicile"]
know_how = ["107740* Réaliser des soins", "400528 Trier les déchets", "485708+ Conseiller"]
soft = ["300465 Avoir l'esprit d'équipe"]
naf = [["8610Z", 40]]
market = { offers_weight = 170, difficult_share = 0.78, pay = [1850, 2250] }
titles = ["AS de nuit"]
"""
COMMUNES = """
[[commune]]
insee = "23096"
name = "Guéret"
departement = "23"
region = "75"
postcodes = ["23000"]
population = 12955
lat = 46.163
lon = 1.871
employment_area = "7543"
employment_area_name = "Guéret"
"""
CERTIFICATIONS = """
[[certification]]
code = "RNCP35830"
label = "DEAS"
level = 4
expires = 2025-09-01
rome_codes = ["J1501"]
"""
NAF = """
[labels]
"8610Z" = "Activités hospitalières"

[[section]]
code = "Q"
label = "Santé"
divisions = ["86"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "occupations_J.toml").write_text(OCCUPATIONS)
    (tmp_path / "communes.toml").write_text(COMMUNES)
    (tmp_path / "certifications.toml").write_text(CERTIFICATIONS)
    (tmp_path / "naf.toml").write_text(NAF)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_marks_after_codes_are_flags(folder: Path) -> None:
    facts = read_facts(folder)
    (found,) = facts.occupations
    assert [(skill.code, skill.core, skill.emerging) for skill in found.skills] == [
        ("107740", True, False),
        ("400528", False, False),
        ("485708", False, True),
        ("300465", False, False),
    ]
    assert [(title.code, title.rare) for title in found.appellations] == [("10891", False), ("10892", True)]
    assert found.requires.education is None
    assert facts.certifications[0].expires.isoformat() == "2025-09-01"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("occupations_J.toml", '"400528 Trier les déchets"', '"400528"', "'400528' in know_how of J1501"),
        ("occupations_J.toml", '"400528 Trier', '"40x528 Trier', "40x528"),
        ("occupations_J.toml", 'titles = ["AS de nuit"]', "", "J1501: Object missing required field `titles`"),
        ("occupations_J.toml", "pay = [1850, 2250]", 'pay = "1850"', "Expected `array`, got `str`"),
        ("occupations_J.toml", "naf =", "nafs =", "nafs"),
        ("occupations_J.toml", "[grand_domain]", "[domaine]", "no [grand_domain]"),
        ("communes.toml", "population = 12955", "population = -", "communes.toml cannot be read as TOML"),
        ("communes.toml", "lat = 46.163", 'lat = "46.163"', "Expected `float`, got `str`"),
        ("certifications.toml", "level = 4", "", "missing required field `level`"),
        ("naf.toml", "[labels]", "[libelles]", "no [labels]"),
    ],
)
def test_a_wrong_fact_is_named(folder: Path, file: str, old: str, new: str, said: str) -> None:
    edit(folder / file, old, new)
    with pytest.raises(SampleFactError) as refused:
        read_facts(folder)
    assert file in str(refused.value)
    assert said in str(refused.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "naf.toml").unlink()
    with pytest.raises(SampleFactError, match=r"naf\.toml cannot be read"):
        read_facts(folder)
