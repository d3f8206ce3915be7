"""Words that a problem repeats, without what joins or names a person: e-mail addresses, phone numbers, NIR.

A problem tells its sender which value was wrong; proxies and clients keep problems in their logs.
"""

import re
from typing import Final

MASKED: Final = "•••"

_EMAIL: Final = re.compile(r"[^\s@«»\"'<>,;:/?&=]{1,64}(?:@|%40)[^\s@«»\"'<>,;:/?&=]{1,255}")
_NIR: Final = re.compile(
    r"(?<!\d)[12378] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AaBb]) ?\d{3} ?\d{3}(?: ?\d{2})?(?!\d)"
)
_PHONE: Final = re.compile(r"(?<![\d+])(?:\+|00)?(?:33[ .-]?\(?0?\)?|0)[ .-]?[1-9](?:[ .-]?\d{2}){4}(?!\d)")


def masked(text: str) -> str:
    """`text` with each of them replaced by `•••`."""
    for pattern in (_EMAIL, _NIR, _PHONE):
        text = pattern.sub(MASKED, text)
    return text
