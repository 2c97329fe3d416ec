"""What can be asked by the parameters of an address: the options of the command line, by their names.

A parameter that a question does not have is refused, not ignored: the answer would be to another question.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model, model_validator

from timeline import parameters
from timeline.answers.asked import LensAsked
from timeline.parameters import Parameter
from timeline.questions import question as questions
from timeline.web.paging import FOR_PEOPLE
from timeline.web.settings import MOST_ROWS

Text = Annotated[str, StringConstraints(max_length=500)]
Texts = Annotated[list[Text], Field(max_length=100)]
Certainty = Literal["definite", "possible", "contested"]


def about(text: str, **more: Any) -> Any:
    """A parameter that may be left out."""
    return Field(None, description=text, **more)


def declared(parameter: Parameter, *, needed: bool = False) -> Any:
    """A parameter of the library, with what it is called and what it does."""
    words: dict[str, Any] = {"description": parameter.sentence}
    if parameter.public:
        words["alias"] = parameter.public
    if parameter.several:
        return Field(default_factory=list, **words)
    if needed:
        return Field(**words)
    default = False if parameter.flag else parameter.number and parameter.number.default
    return Field(default, **words)


def lens_fields(*, source: bool = True) -> dict[str, Any]:
    """The fields of a lens; without ``source`` where the question has one of its own."""
    literal: Any = Literal
    return {
        each.name: (list[literal[each.choices]] if each.choices else Texts, declared(each))
        for each in parameters.lens_parameters(source=source)
    }


class Asked(BaseModel):
    """The parameters of an address; an empty one counts as left out (a form sends them)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        kept = {}
        for name, value in given.items():
            if isinstance(value, list):
                value = [each for each in value if each != ""]
            if value not in ("", []):
                kept[name] = value
        return kept

    def address(self) -> dict[str, Any]:
        """The parameters as they stand in an address."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


def asked_of(question: type[questions.Question[Any]], without: Container[str] = ()) -> Any:
    """The parameters of an address that is a question's, but for those that stand in its path."""
    literal: Any = Literal
    fields: dict[str, Any] = {}
    for each in question.takes():
        if each.name in without:
            continue
        kind: Any = literal[each.choices] if each.choices else Text
        if each.flag:
            kind = bool
        elif each.number is not None:
            ends: dict[str, Any] = {"ge": each.number.least, "le": each.number.most}
            kind = Annotated[int, Field(**{n: end for n, end in ends.items() if end is not None})]
        if each.several:
            kind = list[kind] if each.choices else Texts
        elif each.name not in question.needs() and not each.flag:
            kind = kind | None
        fields[each.name] = (kind, declared(each, needed=each.name in question.needs()))
    return create_model(f"Of{question.__name__}", __base__=Asked, **fields)


def limited(what: str, rows: int) -> Any:
    """How many rows a page has unless that is said: of data so many, of what people read fewer."""
    said = f"The most {what} of one page: {rows:,}, or {FOR_PEOPLE} for people."
    return about(said, ge=1, le=MOST_ROWS)


def skipped() -> Any:
    """How far into many items a page is; data has them all."""
    return Field(0, ge=0, description="How many items of the page were shown before.")


class Paged(Asked):
    """Which part of many rows; each page names its rows by :func:`limited`."""

    of_data: ClassVar[int] = 200
    limit: int | None = limited("rows", of_data)

    def most(self, *, for_people: bool) -> int:
        """The most rows of one page."""
        return self.limit or (FOR_PEOPLE if for_people else self.of_data)


class Recorded(Asked):
    """What our log held."""

    recorded: Text | None = declared(parameters.RECORDED)


class Horizon(Recorded):
    """What of the log counts."""

    known: Text | None = declared(parameters.KNOWN)


class At(Horizon):
    """A coordinate."""

    on: Text | None = declared(parameters.ON)
    as_of: Text | None = declared(parameters.AS_OF)

    def at(self) -> dict[str, Any]:
        """The coordinate as the façade takes it."""
        return {name: getattr(self, name) for name in ("on", "known", "recorded", "as_of")}


class _Lensed(At):
    """A coordinate, and what of the news counts."""

    def asked(self) -> dict[str, Any]:
        """The coordinate and the lens as the façade takes them."""
        return {**self.at(), "lens": self.lens()}

    def lens(self) -> LensAsked | None:
        """What counts; None: everything."""
        return _lens(self, source=True)


def _lens(asked: Asked, *, source: bool) -> LensAsked | None:
    declared = parameters.lens_parameters(source=source)
    return LensAsked(**{each.name: tuple(getattr(asked, each.name)) for each in declared}) or None


if TYPE_CHECKING:
    Lensed = _Lensed
else:
    Lensed = create_model("Lensed", __base__=_Lensed, __doc__=_Lensed.__doc__, **lens_fields())


class OfCompany(Lensed):
    """Which items of a company are asked for."""

    group: bool = declared(parameters.GROUP)
    certainty: Certainty | None = declared(parameters.CERTAINTY)
    open_only: bool = declared(parameters.OPEN)

    def filters(self) -> dict[str, Any]:
        """The filters as the façade takes them."""
        return {"group": self.group, "certainty": self.certainty, "open_only": self.open_only}


class OfCompanyPage(OfCompany):
    """Which part of a company's page is asked for."""

    tab: (
        Literal["deal", "relationship", "right", "commitment", "rumour", "proceeding", "fact"]
        | None
    ) = about("The kind of items that the page shows; data has them all.")
    kind: Text | None = about("Only items of this kind on the page; data has them all.")
    status: Text | None = about("Only items of this group of statuses on the page: live, over …")
    with_: Text | None = about(
        "Only items with this counterparty, by its id, on the page.", alias="with"
    )
    year: Text | None = about("Only items since this year on the page.")
    sort: Literal["newest", "oldest", "status", "name", "amount"] | None = about(
        "The order of the items on the page; by their kind unless given."
    )
    skip: int = skipped()

    def facets(self) -> dict[str, str | None]:
        """What the items of the page are narrowed by."""
        return {"kind": self.kind, "status": self.status, "with": self.with_, "year": self.year}


class OfList(Paged, OfCompany):
    """Which items of a kind are asked for, and which page of them."""

    company: Text | None = declared(parameters.COMPANY)
    status: Texts = declared(parameters.STATUS)
    item_kind: Texts = declared(parameters.KIND)
    after: Text | None = about("Only subjects that come after this one: the next page.")
    limit: int | None = limited("items", Paged.of_data)


class Drawn(Lensed):
    """How a picture looks."""

    theme: Literal["light", "dark"] = Field("light", description="The colours of a picture.")
    width: int | None = about("The width of a picture in pixels.", ge=280, le=4000)

    def look(self) -> dict[str, Any]:
        """The look as the façade takes it."""
        return {"theme": self.theme, "width": self.width}


class OfTracker(Drawn):
    """Which questions are tracked."""

    company: Text | None = declared(parameters.COMPANY)
    only: Literal["settled", "open"] | None = declared(parameters.SETTLED)
    kind: Literal["rumour", "deal"] | None = declared(parameters.TRACKED)
    limit: int = Field(20, ge=1, le=500, description="The most questions that are shown.")

    def chosen(self) -> dict[str, Any]:
        """The choice as the façade takes it."""
        return {name: getattr(self, name) for name in ("company", "only", "kind", "limit")}


class OfPicture(Drawn):
    """Which days a picture shows."""

    start: Text | None = declared(parameters.FIRST_DRAWN)
    end: Text | None = declared(parameters.LAST_DRAWN)

    def look(self) -> dict[str, Any]:
        """The look and the days as the façade takes them."""
        return {**super().look(), "start": self.start, "end": self.end}


class OfStory(OfPicture):
    """Which items of a company a picture shows."""

    certainty: Certainty | None = declared(parameters.CERTAINTY)
    open_only: bool = declared(parameters.OPEN)

    def look(self) -> dict[str, Any]:
        """The look, the days and the items as the façade takes them."""
        return {**super().look(), "certainty": self.certainty, "open_only": self.open_only}


class OfNetwork(Drawn):
    """Whose network is shown, and how much of it."""

    company: Text | None = declared(parameters.TIED_TO)
    depth: Annotated[int, Field(ge=1, le=10)] | None = declared(parameters.DEPTH)
    then: bool = declared(parameters.THEN)
    kinds: Texts = declared(parameters.TIE_KINDS)
    over: bool = declared(parameters.OVER)
    matrix: bool = declared(parameters.MATRIX)


class OfCompanies(Paged, Lensed):
    """Which companies are asked for, and which page of them."""

    after: Text | None = about("Only companies that come after this one: the next page.")
    limit: int | None = limited("companies", Paged.of_data)


class OfSources(Paged, Recorded):
    """Which page of the sources."""

    after: Text | None = about("Only sources that come after this one: the next page.")
    limit: int | None = limited("sources", Paged.of_data)


class _OfDiff(Horizon):
    """Which two coordinates are compared."""

    on: Text | None = declared(parameters.DIFF_ON)
    known: Text | None = declared(parameters.DIFF_KNOWN)
    source: Text | None = declared(parameters.DIFF_SOURCE)
    before_on: Text | None = about("The first day of the range, where on is its last.")
    before_known: Text | None = about("The first day of the range, where known is its last.")
    group: bool = declared(parameters.GROUP)
    skip: int = skipped()

    def lens(self) -> LensAsked | None:
        """What counts on both sides; None: everything."""
        return _lens(self, source=False)


if TYPE_CHECKING:
    OfDiff = _OfDiff
else:
    OfDiff = create_model(
        "OfDiff", __base__=_OfDiff, __doc__=_OfDiff.__doc__, **lens_fields(source=False)
    )


class OfPage(Paged, Horizon):
    """Which page of the log."""

    order: Literal["oldest", "newest"] = Field(
        "oldest", description="Which events come first, by their entries."
    )
    after: int = Field(0, ge=0, description="Only events after this entry: the next page.")
    before: int | None = about("Only events before this entry.", ge=1)
    of_data: ClassVar[int] = 100
    limit: int | None = limited("events", of_data)

    def page(self) -> dict[str, Any]:
        """The page as the façade takes it."""
        newest = self.order == "newest"
        return {"after": self.after, "before": self.before, "newest_first": newest}


class OfNews(Asked):
    """Which days of the news."""

    until: Text | None = about("The last day of the news to show.")
    day: Text | None = about("All news of one day.")
    after: int | None = about("Of one day only events after this entry: the next page.", ge=0)


class OfLog(OfPage):
    """Which events are asked for."""

    target: Text | None = declared(parameters.TARGET)
    start: Text | None = declared(parameters.START)
    end: Text | None = declared(parameters.END)
    types: Texts = declared(parameters.TYPES)
    source: Text | None = declared(parameters.SOURCE)


class OfReport(Paged):
    """What a report is asked: a coordinate, and its own parameters by their names."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    on: Text | None = declared(parameters.ON)
    known: Text | None = declared(parameters.KNOWN)
    of_data: ClassVar[int] = MOST_ROWS
    limit: int | None = limited("rows", of_data)

    def given(self) -> dict[str, str]:
        """The report's own parameters."""
        return {name: str(value)[:500] for name, value in (self.model_extra or {}).items()}


class OfQuery(Paged):
    """A query in SQL, and the coordinate that it may name."""

    q: Annotated[str, StringConstraints(max_length=4000)] | None = about(
        "One query; :on and :known are known to it."
    )
    on: Text | None = declared(parameters.ON)
    known: Text | None = declared(parameters.KNOWN)
    of_data: ClassVar[int] = MOST_ROWS
    limit: int | None = limited("rows", of_data)


class Search(Asked):
    """What is looked for."""

    q: Text | None = declared(parameters.TEXT)
    only: list[Literal["companies", "items", "events", "sources"]] = declared(parameters.ONLY)
    limit: int = Field(parameters.FOUND, ge=1, le=100, description="The most of each kind.")
