"""Ways to reach somebody, plain and disguised, and honest sentences that have none."""

import pytest

from features.contact_details import ADDRESS, NAME, NUMBER, SITE, way_round


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Appelez le 06 12 34 56 78", NUMBER),
        ("06.12.34.56.78", NUMBER),
        ("06/12/34/56/78", NUMBER),
        ("06:12:34:56:78", NUMBER),
        ("06 - 12 - 34 - 56 - 78", NUMBER),
        ("0 6 1 2 3 4 5 6 7 8", NUMBER),
        ("tel.0612345678merci", NUMBER),
        ("06\n12\n34\n56\n78", NUMBER),
        ("O6 I2 34 56 78 ou O6 12 34 56 78", NUMBER),
        ("+33 (0)6 12 34 56 78", NUMBER),
        ("0033 6 12 34 56 78", NUMBER),
        ("+32 470 12 34 56", NUMBER),
        ("joignable au 6 12 34 56 78", NUMBER),
        ("０６ １２ ３４ ５６ ７８", NUMBER),
        ("0️⃣6️⃣ 1️⃣2️⃣ 3️⃣4️⃣ 5️⃣6️⃣ 7️⃣8️⃣", NUMBER),
        ("٠٦ ١٢ ٣٤ ٥٦ ٧٨", NUMBER),
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", NUMBER),
        ("zéro six un deux trois quatre cinq six sept huit", NUMBER),
        ("Zéro six, puis quatre-vingt-douze, soixante et onze, zéro trois, quatre vingt dix neuf", NUMBER),
        ("zerosixdouzetrentequatrecinquantesixsoixantedixhuit", NUMBER),
        ("zéro 6 douze 34 cinquante-six 78", NUMBER),
        ("06 douze 34, cinquante-six, 78", NUMBER),
        ("rh@exemple.fr", ADDRESS),
        ("rh ＠ exemple . fr", ADDRESS),
        ("rh (at) exemple.fr", ADDRESS),
        ("rh arobase exemple point fr", ADDRESS),
        ("rh [arobase] exemple [point] fr", ADDRESS),
        ("rh at exemple dot com", ADDRESS),
        ("camille.exemple chez gmail", ADDRESS),
        ("r h @ e x e m p l e . f r", ADDRESS),
        ("r h a r o b a s e e x e m p l e p o i n t f r", ADDRESS),
        ("https://exemple.fr", SITE),
        ("exemple point fr", SITE),
        ("exemple (point) com", SITE),
        ("exemple . fr", SITE),
        ("t.me/exemple", SITE),
        ("bit.ly/abc", SITE),
        ("Retrouvez-nous : @exemple_rh", NAME),
    ],
)
def test_found(text: str, found: str) -> None:
    assert way_round(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "12 heures par semaine, deux postes, contactez-nous par le service.",
        "Bonjour, votre parcours nous intéresse pour un poste de nuit, 35 h, à partir du 12/01/2027.",
        "Contrat du 01/02/2027 - 31/07/2027, horaires 08:00 - 12:00 / 14:00 - 18:00.",
        "Salaire : 2 100 € brut. Net : 1 640 € environ, sur 13 mois.",
        "De zéro à six mois d'expérience ; dix à douze personnes, cinquante lits, quatre-vingts salariés.",
        "SIRET 812 049 123 00012, convention 3248, 23000 Guéret.",
        "Un point com chaque lundi, un point info le vendredi. Le point net : vous êtes au complet.",
        "Vous utiliserez Outlook, Gmail et les réseaux sociaux (Facebook, LinkedIn).",
        "Équipe de 6, 12 lits, 34 résidents.",
        "Travail en 3 x 8, CDI, C D D possible ; poste 06, atelier 12.",
        "Le 06 et le 12, de 8 h à 16 h, puis les 20, 27 et 28.",
        "",
    ],
)
def test_honest_sentences_have_none(text: str) -> None:
    assert way_round(text) is None
