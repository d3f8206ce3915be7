"""Employers' needs as they are typed, written by hand, and how each is to be read.

Paths are those of the need's fields; lists are "value:exigence". What is not named is expected to be absent, but for
the title and the skills that ROME's reader finds, which are judged apart (`rome`: the code, or the family it is of).
Today is Thursday 26 November 2026.
"""

from dataclasses import dataclass, field
from typing import Any, Final

TODAY: Final = "2026-11-26"

HERE = "lieuTravail.commune"
AROUND = "criteres.commune"
KM = "criteres.distance"
BY = "criteres.disponibleAvant"
LOW, HIGH = "salaire.minMensuel", "salaire.maxMensuel"
HOURS, FULL = "dureeHebdomadaireHeures", "tempsPlein"
EXPERIENCE, MONTHS = "experienceExige", "experienceMois"


@dataclass(frozen=True)
class Request:
    """A need and its reading."""

    text: str
    rome: str
    """ROME code of the job; "" where none can be told."""
    expected: dict[str, Any] = field(default_factory=dict)


NAZAIRE, GUERET, LYON, RENNES, LILLE, BORDEAUX, MENDE = "44184", "23096", "69123", "35238", "59350", "33063", "48095"

REQUESTS: Final[tuple[Request, ...]] = (
    Request(
        "soudeur TIG à 20 km de Saint-Nazaire, dispo tout de suite, débutant accepté",
        "H2916",
        {HERE: NAZAIRE, AROUND: NAZAIRE, KM: "20", BY: TODAY, EXPERIENCE: "D"},
    ),
    Request(
        "je cherche un boulanger pour Gueret, CDI 35h, permis B obligatoire",
        "D1102",
        {HERE: GUERET, "typeContrat": "CDI", HOURS: 35, FULL: True, "permis": ["B:E"]},
    ),
    Request(
        "Nous recherchons 3 serveurs (H/F) à Rennes pour la saison d'été, anglais courant",
        "G1803",
        {"nombrePostes": 3, HERE: RENNES, "typeContrat": "SAI", "langues": ["Anglais:E"]},
    ),
    Request(
        "aide soignante de nuit a Guéret cdi temps plein 2000 € brut par mois",
        "J1501",
        {
            HERE: GUERET,
            "dureeTravailLibelle": "Travail de nuit",
            "typeContrat": "CDI",
            FULL: True,
            LOW: 2000,
            HIGH: 2000,
        },
    ),
    Request(
        "chauffeur SPL FIMO à jour, région parisienne, 13€/h",
        "N4115",
        {"permis": ["CE:E"], "competences": ["FIMO à jour:E"], "criteres.region": "11", LOW: 1972, HIGH: 1972},
    ),
    Request(
        "comptable bac+2 avec 2 ans d'expérience à Lyon 3e, CDD de 6 mois, 30-35k€",
        "M1203",
        {
            "formations": ["5:E"],
            EXPERIENCE: "E",
            MONTHS: 24,
            HERE: "69383",
            "typeContrat": "CDD",
            "dureeContratMois": 6,
            LOW: 2500,
            HIGH: 2917,
        },
    ),
    Request("maçon sur Bordeaux, pas de permis, salaire 1900 net", "F1703", {HERE: BORDEAUX, LOW: 2436, HIGH: 2436}),
    Request(
        "développeur web full remote, bac+5 souhaité, anglais apprécié",
        "M1855",
        {"formations": ["7:S"], "langues": ["Anglais:S"]},
    ),
    Request(
        "vendeuse en boulangerie mi-temps le week-end à Rennes",
        "D1106",
        {FULL: False, "dureeTravailLibelle": "Travail le week-end", HERE: RENNES},
    ),
    Request(
        "cariste caces 1 3 5 en interim sur Lille 59",
        "N1101",
        {"competences": ["caces 1 3 5:E"], "typeContrat": "MIS", HERE: LILLE},
    ),
    Request(
        "URGENT cherche plongeur pour restaurant Bordeaux, CDD 3 mois, 24h/semaine, 12,50 €/h",
        "G1605",
        {
            BY: TODAY,
            HERE: BORDEAUX,
            "typeContrat": "CDD",
            "dureeContratMois": 3,
            HOURS: 24,
            FULL: False,
            LOW: 1896,
            HIGH: 1896,
        },
    ),
    Request(
        "garde d'enfants à Rennes, sans diplôme, dispo à partir du 1er septembre",
        "K1303",
        {HERE: RENNES, BY: "2027-09-01"},
    ),
    Request(
        "deux maçons confirmés sur Mende et alentours 30km, véhiculés",
        "F1703",
        {"nombrePostes": 2, EXPERIENCE: "E", HERE: MENDE, AROUND: MENDE, KM: "30", "permis": ["B:E"]},
    ),
    Request(
        "secretaire medicale bac pro souhaité temps partiel 80% Lyon",
        "M1609",
        {"formations": ["4:S"], FULL: False, HOURS: 28, HERE: LYON},
    ),
    Request(
        "electricien batiment habilitation électrique B2V intérim, 5 ans exp minimum",
        "F1602",
        {"competences": ["habilitation électrique B2V:E"], "typeContrat": "MIS", EXPERIENCE: "E", MONTHS: 60},
    ),
    Request(
        "technicien de maintenance 3x8 BTS exigé dans le 44",
        "I1304",
        {"dureeTravailLibelle": "Travail en 3x8", "formations": ["5:E"], "lieuTravail.departement": "44"},
    ),
    Request(
        "infirmière remplacement congé maternité Guéret dès janvier",
        "J1506",
        {"typeContrat": "CDD", HERE: GUERET, BY: "2027-01-01"},
    ),
    Request("professeur d'anglais à Paris 12e", "K2107", {HERE: "75112"}),
    Request("cuisinier cuisine italienne, Lille, 2500€ brut mensuel", "G1602", {HERE: LILLE, LOW: 2500, HIGH: 2500}),
    Request(
        "conducteur de bus permis D FCO voyageurs Saint-Denis 974",
        "N4103",
        {"permis": ["D:E"], "competences": ["FCO voyageurs:E"], HERE: "97411"},
    ),
    Request(
        "menuisier en alternance, Sochaux, permis B souhaité",
        "H2206",
        {"alternance": True, HERE: "25547", "permis": ["B:S"]},
    ),
    Request(
        "aide à domicile ouvert aux travailleurs handicapés, débutants ok, Saint Nazaire 44600",
        "K1304",
        {"accessibleTH": True, EXPERIENCE: "D", HERE: NAZAIRE},
    ),
    Request(
        "assistant commercial trilingue anglais allemand, 28-32 k€, télétravail 2 jours par semaine, à 45 min de Lyon",
        "D1401",
        {
            "langues": ["Anglais:E", "Allemand:E"],
            LOW: 2333,
            HIGH: 2667,
            "criteres.tempsTrajet": "45",
            HERE: LYON,
            AROUND: LYON,
        },
    ),
    Request(
        "agent d'entretien quelques heures par semaine à Talence, pas besoin d'expérience, pas de permis",
        "K2204",
        {FULL: False, HERE: "33522", EXPERIENCE: "D"},
    ),
    Request(
        "On recrute un mécanicien auto à Montbéliard en CDI, 39h, 2 100 à 2 400 € brut",
        "I1604",
        {HERE: "25388", "typeContrat": "CDI", HOURS: 39, FULL: True, LOW: 2100, HIGH: 2400},
    ),
    Request(
        "plombier chauffagiste, Rennes, CAP exigé, 3 ans d'expérience exigée",
        "F1603",
        {HERE: RENNES, "formations": ["3:E"], EXPERIENCE: "E", MONTHS: 36},
    ),
    Request(
        "besoin de 10 préparateurs de commandes à Bruz en intérim, horaires 2x8",
        "N1103",
        {"nombrePostes": 10, HERE: "35047", "typeContrat": "MIS", "dureeTravailLibelle": "Travail en 2x8"},
    ),
    Request(
        "ambulancier diplôme exigé Guéret temps plein CDI", "J1305", {HERE: GUERET, FULL: True, "typeContrat": "CDI"}
    ),
    Request(
        "coiffeuse Mérignac BP souhaité, temps partiel 24 heures par semaine",
        "D1202",
        {HERE: "33281", "formations": ["4:S"], FULL: False, HOURS: 24},
    ),
    Request(
        "Je cherche quelqu'un pour faire le ménage 3 heures par semaine chez moi à Pessac", "K1304", {HERE: "33318"}
    ),
    Request(
        "agent de sécurité SSIAP 1 carte pro, nuits et week-ends, Villeneuve d'Ascq",
        "K2503",
        {
            "competences": ["SSIAP 1:E", "carte pro:E"],
            "dureeTravailLibelle": "Travail de nuit, travail le week-end",
            HERE: "59009",
        },
    ),
    Request(
        "un couvreur pour la Creuse, rayon de 40 km autour de Guéret", "F1610", {HERE: GUERET, AROUND: GUERET, KM: "40"}
    ),
    Request(
        "chef de chantier bac+3 minimum, expérience indispensable, Bordeaux, 38000 € par an",
        "F1202",
        {"formations": ["6:E"], EXPERIENCE: "E", HERE: BORDEAUX, LOW: 3167, HIGH: 3167},
    ),
    Request(
        "caissière cdd 2 mois cet été Marvejols", "D1505", {"typeContrat": "CDD", "dureeContratMois": 2, HERE: "48092"}
    ),
    Request(
        "magasinier cariste CACES R489 1A 3, permis B, Donges",
        "N1103",
        {"competences": ["CACES R489 1A 3:E"], "permis": ["B:E"], HERE: "44052"},
    ),
    Request("éducateur de jeunes enfants diplômé d'État, crèche à Cayenne", "K1202", {HERE: "97302"}),
    Request(
        "technico-commercial itinérant, anglais indispensable, permis B, véhicule de fonction, Bretagne",
        "D1407",
        {"langues": ["Anglais:E"], "permis": ["B:E"], "criteres.region": "53"},
    ),
    Request(
        "pâtissier h/f fort-de-france cdi 1950 euros brut mensuel experience souhaitée",
        "D1104",
        {HERE: "97209", "typeContrat": "CDI", LOW: 1950, HIGH: 1950, EXPERIENCE: "S"},
    ),
    Request("peintre en bâtiment débutants s'abstenir, Lambersart", "F1606", {EXPERIENCE: "E", HERE: "59328"}),
    Request(
        "femme de chambre, saisonnier, Saint-Nazaire, 35 heures, logée",
        "G1501",
        {"typeContrat": "SAI", HERE: NAZAIRE, HOURS: 35, FULL: True},
    ),
    Request(
        "soudeur tuyauteur en CDI pas d'interim, 15 euros de l'heure, Montoir de Bretagne",
        "H2914",
        {"typeContrat": "CDI", HERE: "44103", LOW: 2275, HIGH: 2275},
    ),
    Request(
        "chargé de recrutement, master RH, 2 à 3 ans d'expérience, Paris 11e",
        "M1502",
        {"formations": ["7:E"], EXPERIENCE: "E", MONTHS: 24, HERE: "75111"},
    ),
    Request("assistante maternelle, expérience non exigée, Pontchâteau", "K1303", {EXPERIENCE: "D", HERE: "44129"}),
    Request(
        "barman anglais et espagnol parlés, le soir, Bordeaux",
        "G1801",
        {"langues": ["Anglais:E", "Espagnol:E"], "dureeTravailLibelle": "Horaires du soir", HERE: BORDEAUX},
    ),
    Request(
        "conducteur d'engins de chantier CACES pelle, Guéret, prise de poste immédiate",
        "F1302",
        {"competences": ["CACES pelle:E"], HERE: GUERET, BY: TODAY},
    ),
    Request(
        "livreur permis B, à 15 km maxi de Lille, 6 jours sur 7",
        "N4105",
        {"permis": ["B:E"], HERE: LILLE, AROUND: LILLE, KM: "15"},
    ),
    Request(
        "vendeur en prêt-à-porter, CDD, 25h/semaine, Rennes, anglais un plus",
        "D1214",
        {"typeContrat": "CDD", HOURS: 25, FULL: False, HERE: RENNES, "langues": ["Anglais:S"]},
    ),
    Request(
        "jardinier paysagiste, CAP ou expérience, en Lozère",
        "A1203",
        {"formations": ["3:E"], "lieuTravail.departement": "48"},
    ),
    Request(
        "poste de secrétaire à mi-temps à Sainte-Feyre (23), débutant(e) accepté(e)",
        "M1607",
        {FULL: False, HERE: "23193", EXPERIENCE: "D"},
    ),
    Request(
        "technicien informatique, bts ou dut, entre 1900 et 2200 € brut/mois, Rennes",
        "I1401",
        {"formations": ["5:E"], LOW: 1900, HIGH: 2200, HERE: RENNES},
    ),
    Request(
        "poissonnier fin décembre Rennes cdd 1 mois",
        "D1105",
        {BY: "2026-12-28", HERE: RENNES, "typeContrat": "CDD", "dureeContratMois": 1},
    ),
    Request(
        "aide cuisine, horaires coupés, Lyon 7, débutant possible, 1850€",
        "G1602",
        {"dureeTravailLibelle": "Horaires décalés", HERE: "69387", EXPERIENCE: "D", LOW: 1850, HIGH: 1850},
    ),
    Request("géomètre, permis B exigé, toute la France", "F1107", {"permis": ["B:E"]}),
    Request(
        "animateur périscolaire BAFA, temps partiel, Valentigney",
        "G1203",
        {"competences": ["BAFA:E"], FULL: False, HERE: "25580"},
    ),
    Request(
        "moniteur éducateur en CDI à temps complet à Mamoudzou",
        "K1207",
        {"typeContrat": "CDI", FULL: True, HERE: "97611"},
    ),
    Request("kinésithérapeute libéral à Guéret", "J1404", {"typeContrat": "LIB", HERE: GUERET}),
    Request(
        "opérateur de production, pas de diplôme exigé, pas d'expérience exigée, Loos, 12 €/heure",
        "H2909",
        {EXPERIENCE: "D", HERE: "59360", LOW: 1820, HIGH: 1820},
    ),
    Request(
        "charpentier bois dans les 20 km de Mende dispo dans 2 semaines",
        "F1503",
        {HERE: MENDE, AROUND: MENDE, KM: "20", BY: "2026-12-10"},
    ),
    Request("opticien, à 5 km de Rennes", "J1405", {HERE: RENNES, AROUND: RENNES, KM: "10"}),
    Request(
        "responsable d'exploitation agricole, bac+2, expérience 5 ans souhaitée, Creuse",
        "A1416",
        {"formations": ["5:E"], EXPERIENCE: "S", MONTHS: 60, "lieuTravail.departement": "23"},
    ),
    Request(
        "gardien d'immeuble logé, Paris, CDI, sans condition de diplome", "K2501", {HERE: "75056", "typeContrat": "CDI"}
    ),
    Request("apprentie coiffeuse Basse-Terre", "D1202", {"alternance": True, HERE: "97105"}),
    Request(
        "ouvrier viticole saisonnier pour les vendanges, Bordeaux, septembre, logement fourni",
        "A1405",
        {"typeContrat": "SAI", HERE: BORDEAUX},
    ),
    Request(
        "traducteur anglais russe bilingue, en freelance, à distance",
        "E1108",
        {"typeContrat": "LIB", "langues": ["Anglais:E", "Russe:E"]},
    ),
    Request("zzz blop 3000", "", {}),
)

HELD_OUT: Final[tuple[Request, ...]] = (
    Request(
        "Cherche couturière à Lille, temps partiel, 20h, débutante acceptée",
        "B1803",
        {HERE: LILLE, FULL: False, HOURS: 20, EXPERIENCE: "D"},
    ),
    Request(
        "carrossier peintre CDI Bordeaux 2300 brut",
        "I1606",
        {"typeContrat": "CDI", HERE: BORDEAUX, LOW: 2300, HIGH: 2300},
    ),
    Request(
        "nous avons besoin d'une auxiliaire de vie à Mende, permis b et véhicule, week-end",
        "K1302",
        {HERE: MENDE, "permis": ["B:E"], "dureeTravailLibelle": "Travail le week-end"},
    ),
    Request(
        "boucher expérimenté, salaire 2500 à 2800 € net, Rennes",
        "D1101",
        {EXPERIENCE: "E", LOW: 3205, HIGH: 3590, HERE: RENNES},
    ),
    Request(
        "Ingénieur commercial, allemand obligatoire, 45K annuel, Lyon ou télétravail",
        "D1407",
        {"langues": ["Allemand:E"], LOW: 3750, HIGH: 3750, HERE: LYON},
    ),
    Request(
        "5 vendangeurs dans le 33 pour septembre",
        "A1401",
        {"nombrePostes": 5, "lieuTravail.departement": "33", BY: "2027-09-01"},
    ),
    Request(
        "pompiste nuit CDD 4 mois Pontchateau",
        "D1505",
        {"dureeTravailLibelle": "Travail de nuit", "typeContrat": "CDD", "dureeContratMois": 4, HERE: "44129"},
    ),
    Request(
        "dessinateur projeteur autocad bac +2 minimum a 30 minutes de Rennes",
        "H1203",
        {"formations": ["5:E"], "criteres.tempsTrajet": "30", HERE: RENNES, AROUND: RENNES},
    ),
    Request(
        "chauffeur livreur PL Guéret, FCO exigée, départ 5h du matin",
        "N4105",
        {
            "permis": ["C:E"],
            HERE: GUERET,
            "competences": ["FCO exigée:E"],
            "dureeTravailLibelle": "Horaires du matin",
        },
    ),
    Request(
        "réceptionniste trilingue anglais espagnol Paris 20",
        "G1703",
        {"langues": ["Anglais:E", "Espagnol:E"], HERE: "75120"},
    ),
    Request(
        "conseiller en insertion, licence souhaitée, Cayenne, CDD 12 mois",
        "K1801",
        {"formations": ["6:S"], HERE: "97302", "typeContrat": "CDD", "dureeContratMois": 12},
    ),
    Request(
        "monteur câbleur intérim 3 mois Sochaux 2x8 12,20€ de l'heure",
        "H2602",
        {
            "typeContrat": "MIS",
            "dureeContratMois": 3,
            HERE: "25547",
            "dureeTravailLibelle": "Travail en 2x8",
            LOW: 1850,
            HIGH: 1850,
        },
    ),
    Request("je veux embaucher un apprenti mécanicien à Marvejols", "I1604", {"alternance": True, HERE: "48092"}),
    Request("dentiste collaborateur libéral Fort de France", "J1103", {"typeContrat": "LIB", HERE: "97209"}),
    Request(
        "hôte de caisse 30h hebdo, étudiants bienvenus, Mérignac", "D1505", {HOURS: 30, FULL: False, HERE: "33281"}
    ),
    Request("moniteur de ski diplômé saison hiver", "G1204", {"typeContrat": "SAI"}),
    Request(
        "facteur permis B Bretagne, CDD, pas d'expérience nécessaire",
        "M1603",
        {"permis": ["B:E"], "criteres.region": "53", "typeContrat": "CDD", EXPERIENCE: "D"},
    ),
    Request(
        "veilleur de nuit hôtel Lyon, anglais souhaité, disponible de suite",
        "G1703",
        {"dureeTravailLibelle": "Travail de nuit", HERE: LYON, "langues": ["Anglais:S"], BY: TODAY},
    ),
    Request(
        "grutier CACES R487, 2 ans minimum d'expérience, dans un rayon de 50km de Lille",
        "F1301",
        {"competences": ["CACES R487:E"], EXPERIENCE: "E", MONTHS: 24, HERE: LILLE, AROUND: LILLE, KM: "50"},
    ),
    Request("formateur français langue étrangère, vacations, Loos", "K2111", {HERE: "59360"}),
)
"""Written once the rules were; they are not to be read while rules are changed, or others must be written."""
