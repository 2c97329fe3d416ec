"""The words of headers, in the languages of the days that are read: what each says of its column.

English, German, French, Spanish, Italian, Dutch; without accents, as slugs are. A phrase wins over a word.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from timeline.importers.profile import Profile
from timeline.importers.slugs import slug_of

ENOUGH: Final = 0.8
"""The share of a column's cells that must look alike: tables have damaged cells."""

ROLES: Final[dict[str, str]] = {
    "acquirer": (
        "acquirer acquiror buyer bidder purchaser acquirers buyers acquired-by bought-by "
        "purchased-by taken-over-by sold-to kaufer erwerber bieter ubernehmer acquereur "
        "gekauft-von gekauft-durch erworben-von erworben-durch ubernommen-von ubernommen-durch "
        "verkauft-an achete-par acquis-par rachete-par vendu-a adquirida-por comprada-por vendida-a "
        "acquisita-da comprata-da venduta-a overgenomen-door gekocht-door verkocht-aan "
        "acheteur adquirente comprador adquiriente acquirente compratore koper overnemer"
    ),
    "target": (
        "target targets acquiree acquired acquired-company bought-company target-company "
        "acquisition-company acquisition-name acquisition-target ziel "
        "zielunternehmen zielgesellschaft ubernommene cible objetivo adquirida bersaglio "
        "acquisita doelwit overgenomen"
    ),
    "seller": (
        "seller sellers vendor divestor sold-by verkauft-von verkauft-durch verkaufer verausserer "
        "vendeur cedant vendedor venditore verkoper"
    ),
    "investor": (
        "investor investors lead-investor invested-by backer investisseur investisseurs "
        "inversor inversores investitore investitori investeerder investeerders anleger "
        "geldgeber"
    ),
    "investee": "investee portfolio-company startup start-up",
    "supplier": (
        "supplier suppliers provider manufacturer lieferant hersteller fournisseur proveedor "
        "fornitore leverancier"
    ),
    "customer": "customer customers client clients kunde kunden abnehmer cliente clientes klant",
    "licensor": "licensor lizenzgeber",
    "licensee": "licensee lizenznehmer",
    "parent": (
        "parent parent-company owned-by owner owners shareholder mutter muttergesellschaft "
        "gesellschafter eigentumer aktionar maison-mere matriz proprietario eigenaar "
        "moederbedrijf"
    ),
    "subsidiary": (
        "subsidiary subsidiaries child child-company tochter tochtergesellschaft filiale filial "
        "controllata dochter"
    ),
    "partner": "partner partners partner1 party partei partenaire socio",
}
"""Words and phrases of a header by the part that the company plays."""

PAIRS: Final[tuple[tuple[str, str, str], ...]] = (
    ("acquirer", "target", "acquisition"),
    ("investor", "investee", "investment"),
    ("supplier", "customer", "supply"),
    ("licensor", "licensee", "licence"),
    ("partner", "other_partner", "strategic_alliance"),
)
"""Two parts that make a deal, and its kind."""

TIES: Final = {
    ("parent", "subsidiary"): "parent_of",
    ("supplier", "customer"): "supplies",
}
"""Two parts that make a relationship, and its kind."""

OTHER_SIDE: Final = {"acquirer": "target", "investor": "investee", "parent": "subsidiary"}
"""The part of a plain "company" beside another one."""

COMPANY: Final = (
    "company company-name name firm organisation organization unternehmen firma gesellschaft "
    "societe entreprise empresa compania azienda societa bedrijf"
)
"""Words of a header that name a company without saying which part it plays."""

BESIDE: Final = (
    "country city region state category sector industry location business type kind status "
    "currency url link website source note notes description land stadt ort branche art wahrung "
    "quelle pays ville pais ciudad paese citta"
)
"""Words of a header whose column says something else of a company than its name."""

EVENTS: Final[dict[str, str]] = {
    "deal_withdrawn": "withdrawn withdrawal zuruckgezogen retire retirada ritirata ingetrokken",
    "deal_terminated": (
        "terminated termination cancelled canceled ended end beendet gekundigt kundigung ende "
        "termine resilie terminada cessata beeindigd"
    ),
    "deal_expired": "expired expiry expiration abgelaufen ablauf expire expirada scaduta verlopen",
    "deal_completed": (
        "acquired acquisition completed completion closed closing effective close abgeschlossen abschluss "
        "vollzug vollzogen realise cloture completada cierre completata chiusura afgerond"
    ),
    "deal_signed": (
        "signed signing signature unterzeichnet unterzeichnung signe firmado firma-del firmata "
        "getekend"
    ),
    "deal_announced": (
        "announced announcement bekanntgabe angekundigt ankundigung annonce annoncee anunciado "
        "anuncio annunciata annuncio aangekondigd"
    ),
}
"""Words of a header by the event whose day the column has."""

DAY: Final = "date day datum tag jour fecha dia data giorno"
BEGIN: Final = "start started from since begin seit beginn debut inicio inizio"
FINISH: Final = "end ended until to bis ende fin fine"
YEARS: Final = "year jahr annee ano anno jaar"
MONTHS: Final = "month monat mois mes mese maand"
COARSE: Final = (
    "month quarter year monat quartal jahr mois trimestre annee mes ano mese anno maand "
    "kwartaal jaar"
)
"""Words of a header whose column has a part of the day that another one has."""

SCHEMES: Final = ("lei", "wikidata", "isin", "ticker", "cik", "permid")
OWN_SCHEMES: Final = "gvkey duns crn kvk siren siret ein"
"""Registers that number companies for everybody, besides those that the vocabulary checks."""

KEYS: Final = "id uuid permalink key slug kennung nummer identifiant"
"""Words of a header whose column names a company or a row within this list alone."""

AMOUNTS: Final = (
    "price amount value size sum consideration usd eur gbp kaufpreis preis betrag wert volumen "
    "prix montant valeur precio importe valor prezzo importo valore prijs bedrag waarde"
)
PER_SHARE: Final = (
    "per-share share-price je-aktie pro-aktie par-action por-accion per-azione per-aandeel"
)
SHARES: Final = (
    "stake percent percentage pct share shareholding anteil beteiligung quote participation "
    "participacion"
)
SHARES_MORE: Final = "quota partecipazione belang aandeel"
NO_SHARES: Final = (
    "premium discount growth margin interest rate return tax fee yield change aufschlag abschlag pramie "
    "wachstum marge zins zinssatz rendite steuer prime decote croissance prima descuento premio sconto premie"
)
"""Words of a header whose percentages are not of shares."""
SCALES: Final = {
    "thousand": "k thousand thousands tsd",
    "million": "m mn mio mm mil million millions millionen",
    "billion": "b bn mrd billion billions milliarden",
}
"""Words of a header by the scale of its numbers."""


class Column(Struct, frozen=True):
    """A column by the words of its header and the look of its cells."""

    profile: Profile
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The header as it is written."""
        return self.profile.name

    def has(self, words: str) -> bool:
        """Whether the header has one of these words, or phrases with hyphens."""
        joined = f"-{'-'.join(self.words)}-"
        return any(f"-{each}-" in joined for each in words.split())

    def mostly(self, count: int) -> bool:
        """Whether a number of cells is enough to say what the column is."""
        return bool(self.profile.said) and self.profile.share(count) >= ENOUGH

    def told(self, count: int, what: str) -> str:
        """How many cells speak for it, in words."""
        return f"{count:,} of {self.profile.said:,} cells {what}"

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.mostly(max(self.profile.numbers.values()))

    @property
    def is_dated(self) -> bool:
        """Whether the cells are dates, or parts of dates, and no bare numbers unless the header says so."""
        profile = self.profile
        dates = profile.dates + max(profile.formats.values(), default=0)
        return self.mostly(dates) and (not self.is_number or self.has(f"{DAY} {COARSE} at on"))

    @property
    def names_companies(self) -> bool:
        """Whether the cells can be names of companies: texts with letters, and nothing else."""
        return self.mostly(self.profile.names) and not self.is_dated


def role_of(column: Column) -> str | None:
    """The part that the header names. A phrase ("acquired by") wins over a word ("acquired")."""
    phrases = ((role, word) for role, words in ROLES.items() for word in words.split())
    for role, word in sorted(phrases, key=lambda each: -each[1].count("-")):
        if column.has(word):
            return role
    return None


def words_of(header: str) -> list[str]:
    """The words of a header: acquirer_name, Acquirer Name and acquirerName are the same two."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).replace("%", " percent ")
    return slug_of(spaced).split("-")
