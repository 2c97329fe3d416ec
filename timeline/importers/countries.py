"""Countries as tables write them: codes, names in many languages, former codes, places with their country.

The names are those of `countrynames <https://github.com/opensanctions/countrynames>`_, which knows a country
by what people call it; nothing is matched by likeness.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SUCCESSORS: Final = {
    "BUR": "MM", "BU": "MM", "DDR": "DE", "DD": "DE", "DHY": "BJ", "DY": "BJ", "FXX": "FR", "FX": "FR",
    "GEL": "KI", "HVO": "BF", "HV": "BF", "NHB": "VU", "NH": "VU", "RHO": "ZW", "RH": "ZW", "ROM": "RO",
    "SKM": "IN", "TMP": "TL", "TP": "TL", "VDR": "VN", "VD": "VN", "YMD": "YE", "YD": "YE", "ZAR": "CD",
    "ZR": "CD",
}  # fmt: skip
"""Former codes of ISO 3166 (3166-3) with one successor. A state that became several has none."""

_COMMON_CODES: Final = frozenset({"UK", "US"})
"""Codes of two letters that people use inside a longer text; others there are states and provinces."""

_ALSO_A_STATE: Final = frozenset({"georgia"})
"""Names of countries that are states of another one, so that a place does not tell which."""


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country; None for what is no country, or may be several.

    A text with commas is a place: its country is the last part, or a code in front.
    """
    said = " ".join(text.split())
    found = _code(said)
    if found is not None or "," not in said:
        return found
    parts = [part.strip() for part in said.split(",")]
    first, last = parts[0].replace(".", ""), parts[-1]
    found = None
    if re.fullmatch(r"[A-Z]{3}", first) or first in _COMMON_CODES:
        found = _code(first)
    plain = last.replace(".", "")
    if found is None and last.casefold() not in _ALSO_A_STATE:
        found = _code(last) if len(plain) > 2 or plain in _COMMON_CODES else None
    return found


def _code(text: str) -> str | None:
    import countrynames
    import pycountry

    plain = text.replace(".", "") if re.fullmatch(r"(\w\.)+\w?", text) else text
    upper = plain.upper()
    if len(upper) == 2 and pycountry.countries.get(alpha_2=upper) is not None:
        return upper
    if len(upper) == 3 and (country := pycountry.countries.get(alpha_3=upper)) is not None:
        return str(country.alpha_2)
    if upper in _SUCCESSORS:
        return _SUCCESSORS[upper]
    found = countrynames.to_code(plain)
    if found is None:
        return None
    found = str(found).partition("-")[0]  # a part of a country, such as GB-SCT
    found = _SUCCESSORS.get(found, found)
    return found if pycountry.countries.get(alpha_2=found) is not None else None
