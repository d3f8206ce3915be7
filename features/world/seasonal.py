"""How much of an occupation is hired for a season: orders of magnitude from BMO's seasonal projects."""

SHARES: dict[str, float] = {
    "A11": 0.30, "A12": 0.15, "A13": 0.05, "A14": 0.35, "G11": 0.25, "G12": 0.30, "G13": 0.10, "G14": 0.08,
    "G15": 0.22, "G16": 0.18, "G17": 0.15, "G18": 0.22, "L12": 0.20, "D15": 0.08, "N31": 0.10,
}  # fmt: skip


def seasonal_share(rome_code: str) -> float:
    """Share of the offers of an occupation that are seasonal, 0 to 1."""
    return SHARES.get(rome_code[:3], 0.01)
