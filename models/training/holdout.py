"""Which appellations are kept from training, so that a model can be asked what it has not seen."""

from collections.abc import Mapping
from hashlib import sha256

from features.rome.referential import Rome
from features.text import normalise

TENTHS = 10
FIGURES = 0
"""The tenth that the published figures are asked of."""
WEIGHING = 1
"""The tenth that the tagger's network is fitted on."""


def appellations_of_tenth(rome: Rome, tenth: int) -> frozenset[int]:
    """Appellation rows of one tenth of the referential, by a digest of the OGR code.

    The draw follows the code, so it stays when the referential grows. An appellation worded like the label of a fiche
    (its main one, as a rule) is in no tenth: the fiche would give it away.
    """
    known = {normalise(label) for label in rome.labels}
    return frozenset(
        row
        for row, (code, label) in enumerate(zip(rome.appellation_codes, rome.appellation_labels, strict=True))
        if int.from_bytes(sha256(code.encode()).digest()[:8], "big") % TENTHS == tenth and normalise(label) not in known
    )


def in_calibration_half(row: Mapping[str, str]) -> bool:
    """Whether a row of the real offers is one on which settings are chosen: half of those with a text and a code."""
    usable = row["avec_texte"] == "1" and row["code_rome"] and row["source_code_rome"] != "titre=appellation"
    return bool(usable) and sha256(row["id_offre"].encode()).digest()[0] % 2 == 0
