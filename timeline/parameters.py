"""What a question may be asked with, declared once: every door makes its own parameters from this.

The command line makes options of it, the server parameters of addresses with their OpenAPI, the tools for
agents their arguments. Plain Python alone is imported, because the help of the program is made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from timeline.language import LANGUAGES, tr, tr_as

Completed = Literal["company", "source", "target", "event type"]


class Number(NamedTuple):
    """A number that is asked for, within its ends."""

    least: int | None = None
    most: int | None = None
    default: int | None = None
    served: int | None = None
    """The most that a server allows, which answers many."""


class Parameter(NamedTuple):
    """One parameter of a question, in the words that all doors use."""

    name: str
    """As the library calls it. The option has hyphens where the name has underscores."""
    help: str
    """What it does, without the full stop at the end."""
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    several: bool = False
    """Whether it may be given several times."""
    flag: bool = False
    number: Number | None = None
    """Of a whole number its ends."""
    completes: Completed | None = None
    public: str | None = None
    """What it is called by people, where the library has another name for it."""
    default: str = ""
    """What holds when it is left out, in words, or the choice that does."""
    longest: int = 500
    """Characters of a text that a server takes."""
    page: int | None = None
    """Of how many rows a page has, the most there are of data unless it is given; people get fewer."""
    cursor: bool = False
    """Whether it says where a page begins. A tool for agents has a cursor instead."""
    local: bool = False
    """Whether only who runs the program can say it; a server has settings instead."""
    seconds: bool = False
    pairs: bool = False
    """Whether it is values by their names: ``NAME=VALUE``, and in an address ``NAME`` itself."""

    @property
    def called(self) -> str:
        """Its name in an address; as an option it has hyphens."""
        return self.public or self.name

    @property
    def initial(self) -> Any:
        """What holds when it is left out; None: nothing, or what no parameter can say."""
        if self.flag:
            return False
        if self.several:
            return ()
        if self.number is not None:
            return self.number.default
        return self.default if self.default in self.choices else None

    @property
    def sentence(self) -> str:
        """What it does, and what holds when it is left out."""
        return f"{self.help}; default: {self.default}." if self.default else f"{self.help}."


class LensOption(NamedTuple):
    """One line of a lens: an event counts when every line that is given lets it pass."""

    name: str
    help: str
    words: str
    """What is left when it is given: "{}" stands for the values."""
    label: str
    """Before the field of a form."""
    field: str | None = None
    """The field of an event that has one of the values; None: the lens itself knows what to do."""
    choices: tuple[str, ...] = ()
    without: str | None = None
    """The value of an event that does not have the field."""
    any: str = "any"
    """What a form calls all of the choices."""

    def said(self, given: Sequence[str]) -> str:
        """What is left when these values are given: "only what is attributed to filings or media reports"."""
        said = (tr_as("lens", SEVERAL.get(each, each.replace("_", " "))) for each in given)
        *others, last = said
        if others:
            last = tr("{others} or {last}", others=", ".join(others), last=last)
        return tr_as("lens", self.words).format(last)

    @property
    def parameter(self) -> Parameter:
        """What a question is asked with."""
        metavar = None if self.choices else "SLUG"
        completes: Completed | None = None if self.choices or self.field else "source"
        return Parameter(
            self.name, self.help, metavar, self.choices, several=True, completes=completes
        )


ATTRIBUTIONS: Final = (
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background",
)  # fmt: skip
FACT_LEVELS: Final = ("fact", "forecast", "opinion")
SEVERAL: Final = {
    "company_statement": "company statements", "named_person": "named persons",
    "media_report": "media reports", "filing": "filings",
}  # fmt: skip
"""Whose word counts, as a sentence says it."""

LENS: Final = (
    LensOption(
        "source",
        "Only what this source reported",
        "only what {} told",
        "Only what this source reported",
    ),
    LensOption(
        "not_source",
        "Without what only this source reported",
        "nothing that {} told",
        "Without what only this source reported",
    ),
    LensOption(
        "attribution",
        "Only on this word",
        "only what is attributed to {}",
        "Only on the word of",
        "attribution",
        ATTRIBUTIONS,
    ),
    LensOption(
        "fact_level",
        "Only facts, forecasts or opinions",
        "only what is told as {}",
        "Only",
        "fact_level",
        FACT_LEVELS,
        "fact",
        "facts, forecasts and opinions",
    ),
)
"""The lens, in the order in which it is shown; nothing else in the program names all of its options."""


def lens_parameters(*, source: bool = True) -> tuple[Parameter, ...]:
    """The parameters of the lens; without ``source`` where the question has one of its own."""
    return tuple(each.parameter for each in LENS if source or each.name != "source")


# --- the coordinate -------------------------------------------------------------------------------

ON: Final = Parameter("on", "The day in the world", "DAY", default="today")
KNOWN: Final = Parameter(
    "known", "Only what was public by then", "DAY|INSTANT", default="everything"
)
RECORDED: Final = Parameter(
    "recorded",
    "Only what our log held by then; a position is the number of an entry",
    "INSTANT|POSITION",
    default="everything",
)
AS_OF: Final = Parameter("as_of", "Short for --on DAY --known DAY", "DAY")
HORIZON: Final = (KNOWN, RECORDED)
COORDINATE: Final = (ON, *HORIZON, AS_OF)

# --- which items ----------------------------------------------------------------------------------

CERTAINTY: Final = Parameter(
    "certainty", "Only items of this certainty", choices=("definite", "possible", "contested")
)
OPEN: Final = Parameter(
    "open_only", "Leave out what is done, over or denied", flag=True, public="open"
)
FILTER: Final = (CERTAINTY, OPEN)
GROUP: Final = Parameter(
    "group", "With every company that it controls at the coordinate", flag=True
)
STATUS: Final = Parameter(
    "status",
    "Only with this status, or of this group: pending, live, claimed, done, over, denied, noted",
    several=True,
)
KIND: Final = Parameter("item_kind", "Only of this kind", several=True, public="kind")
COMPANY: Final = Parameter(
    "company",
    "Only those of which this company is a party, by any of its names",
    completes="company",
)

SETTLED: Final = Parameter(
    "only", "Only questions that are settled, or still open", choices=("settled", "open")
)
TRACKED: Final = Parameter("kind", "Only rumours, or only deals", choices=("rumour", "deal"))
QUESTIONS: Final = Parameter(
    "limit", "The most questions that are shown", "N", number=Number(1, 500, 20)
)
SETTLED_DRAWN: Final = SETTLED._replace(
    name="settled",
    public="only",
    help="Of a tracker, only questions that are settled, or still open",
)
QUESTIONS_DRAWN: Final = QUESTIONS._replace(
    name="questions", public="limit", help="Of a tracker, the most questions that are shown",
    number=Number(1, 500, None), default="20",
)  # fmt: skip

# --- a network ------------------------------------------------------------------------------------

THEN: Final = Parameter("then", "Tell each day as it was known by its own evening", flag=True)
TIE_KINDS: Final = Parameter(
    "kinds",
    "Draw only ties of this kind: of a deal or a relationship its own (supply, parent_of), else the "
    "kind of subject (right, rumour …)",
    "KIND",
    several=True,
    public="kind",
)
OVER: Final = Parameter("over", "Draw what is over or denied, too", flag=True)
MATRIX: Final = Parameter(
    "matrix", "Draw a matrix, companies that deal with each other side by side", flag=True
)
NETWORK: Final = (THEN, TIE_KINDS, OVER, MATRIX)

# --- which events ---------------------------------------------------------------------------------

START: Final = Parameter(
    "start", "What may have happened on that day or later", "DAY", public="from"
)
END: Final = Parameter("end", "What may have happened on that day or earlier", "DAY", public="to")
TYPES: Final = Parameter(
    "types",
    "Only events of this type",
    "TYPE",
    several=True,
    completes="event type",
    public="type",
)
SOURCE: Final = Parameter("source", "Only what it reported", "SLUG", completes="source")
ORDER: Final = Parameter(
    "order", "Which events come first", choices=("oldest", "newest"), default="oldest"
)

# --- which page -----------------------------------------------------------------------------------


MOST_ROWS: Final = 1000
"""Rows of one page that a server allows; there is a link to the next."""


def most(rows: str, page: int, *, least: int = 1) -> Parameter:
    """How many rows there are at most, of which a page has so many."""
    number = Number(least, served=MOST_ROWS)
    return Parameter("limit", f"At most so many {rows}", "N", number=number, page=page)


def after(rows: str) -> Parameter:
    """The row before the first one, by its id."""
    return Parameter("after", f"Only {rows} that come after this one", "ID", cursor=True)


AFTER_ENTRY: Final = Parameter(
    "after", "Only events after this entry", "POSITION", number=Number(0, None, 0), cursor=True
)
BEFORE_ENTRY: Final = Parameter(
    "before", "Only events before this entry", "POSITION", number=Number(1), cursor=True
)
UNTIL: Final = Parameter("until", "The last day of the news to show", "DAY")
AFTER_OF_DAY: Final = Parameter(
    "after", "Of one day only events after this entry", "POSITION", number=Number(0), cursor=True
)
CITED: Final = Parameter(
    "cited", "Count the events and subjects that rest on each, which reads the whole log", flag=True
)

# --- a difference ---------------------------------------------------------------------------------

DIFF_ON: Final = Parameter("on", "What changed in the world; a day: about that day", "A..B|DAY")
DIFF_KNOWN: Final = Parameter(
    "known", "What was learned; a day: only what was public by then", "A..B|DAY"
)
DIFF_SOURCE: Final = Parameter("source", "What only it told", "SLUG", completes="source")
DIFF_RECORDED: Final = RECORDED._replace(default="")
DIFF: Final = (DIFF_ON, DIFF_KNOWN, DIFF_SOURCE, DIFF_RECORDED, GROUP)

# --- what a question is about ---------------------------------------------------------------------

WHOSE: Final = Parameter("company", "A company, by any of its names", completes="company")
OTHER: Final = Parameter(
    "other", "The other company, by any of its names", completes="company", public="with"
)
SUBJECT: Final = Parameter("subject", "kind:slug, as other answers name it", completes="target")
TARGET: Final = Parameter(
    "target",
    "Only events of this company (by any of its names) or subject",
    "[COMPANY|SUBJECT]",
    completes="target",
)
TEXT: Final = Parameter(
    "text", "A name or identifier of a company, or words of an item, event or source", public="q"
)
FOUND: Final = Parameter(
    "limit", "The most of each kind", "N", number=Number(1, None, 20, served=100), default="20"
)
ONLY: Final = Parameter(
    "only", "Only this kind", choices=("companies", "items", "events", "sources"), several=True
)

# --- queries --------------------------------------------------------------------------------------

QUERY: Final = Parameter(
    "query", "One query; :on and :known are known to it", "QUERY|FILE|-", public="q", longest=4000
)
REPORT: Final = Parameter("name", "A report")
PARAMS: Final = Parameter(
    "params", "The value of :NAME in the query; as often as needed", "NAME=VALUE", pairs=True
)
TIMEOUT: Final = Parameter(
    "timeout", "Give up after that time", "SECONDS", seconds=True, local=True
)
ARCHIVE: Final = Parameter(
    "archive",
    "Count the quotes that the texts of their sources, which lie there, say",
    "DIR",
    local=True,
)

# --- pictures -------------------------------------------------------------------------------------

DRAWN: Final = Parameter("target", "A company, or a subject", "COMPANY|SUBJECT", completes="target")
PICTURE: Final = Parameter(
    "kind",
    "What the picture shows",
    choices=("timeline", "then-and-now", "belief", "two-axes", "tracker", "network"),
    default="a timeline of a company, two axes of a subject; network is drawn as by timeline graph",
)
FIRST_DRAWN: Final = Parameter(
    "start",
    "The first day of the world to draw",
    "DAY",
    public="from",
    default="the first there is",
)
LAST_DRAWN: Final = Parameter("end", "The last day of the world to draw", "DAY", public="to")
THEME: Final = Parameter(
    "theme", "The colours of a picture", choices=("light", "dark"), default="light"
)
WIDTH: Final = Parameter(
    "width",
    "How wide a picture is",
    "PIXELS",
    number=Number(served=4000),
    default="780",
)
TIED_TO: Final = Parameter(
    "company",
    "Only what is tied to this company, by any of its names",
    completes="company",
)
DEPTH: Final = Parameter(
    "depth", "So many ties away from the company", "N", number=Number(1, served=10), default="1"
)

# --- for whom ---

LANG: Final = Parameter(
    "lang",
    "The language of what people read; data has none",
    choices=LANGUAGES,
    default="on a page what the browser prefers, else en",
)

# --- proof ----------------------------------------------------------------------------------------

SINCE: Final = Parameter(
    "since",
    "Prove only what came after, and its subjects; needs an anchor from there or later",
    "POSITION",
    number=Number(0, None, 0),
)
SAMPLE: Final = Parameter(
    "sample",
    "Compare the history of N subjects with the log, instead of that of all",
    "N",
    number=Number(0),
)
SEED: Final = Parameter("seed", "Which ones", number=Number(default=0), default="0")
