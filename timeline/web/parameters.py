"""What can be asked by the parameters of an address: the options of the command line, by their names.

A parameter that a question does not have is refused, not ignored: the answer would be to another question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from timeline.answers.asked import LensAsked
from timeline.web.settings import MOST_ROWS

Text = Annotated[str, StringConstraints(max_length=500)]
Texts = Annotated[list[Text], Field(max_length=100)]
Certainty = Literal["definite", "possible", "contested"]
Attribution = Literal[
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background"
]
FactLevel = Literal["fact", "forecast", "opinion"]


def about(text: str, **more: Any) -> Any:
    """A parameter that may be left out."""
    return Field(None, description=text, **more)


def several(text: str, **more: Any) -> Any:
    """A parameter that may be given several times."""
    return Field(default_factory=list, description=text, **more)


class Question(BaseModel):
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


class Recorded(Question):
    """What our log held."""

    recorded: Text | None = about("Only what our log held by then: a position or an instant.")


class Horizon(Recorded):
    """What of the log counts."""

    known: Text | None = about("Only what was public by then: a day or an instant.")


class At(Horizon):
    """A coordinate."""

    on: Text | None = about("The day in the world; today, unless given.")
    as_of: Text | None = about("Short for the same day as on and known.")

    def at(self) -> dict[str, Any]:
        """The coordinate as the façade takes it."""
        return {name: getattr(self, name) for name in ("on", "known", "recorded", "as_of")}


class Lensed(At):
    """A coordinate, and what of the news counts."""

    source: Texts = several("Only what this source reported.")
    not_source: Texts = several("Without what only this source reported.")
    attribution: list[Attribution] = several("Only on this word.")
    fact_level: list[FactLevel] = several("Only facts, forecasts or opinions.")

    def asked(self) -> dict[str, Any]:
        """The coordinate and the lens as the façade takes them."""
        return {**self.at(), "lens": self.lens()}

    def lens(self) -> LensAsked | None:
        """What counts; None: everything."""
        names = ("source", "not_source", "attribution", "fact_level")
        given = {name: tuple(getattr(self, name)) for name in names}
        return LensAsked(**given) or None


class OfCompany(Lensed):
    """Which items of a company are asked for."""

    group: bool = Field(False, description="With every company that it controls.")
    certainty: Certainty | None = about("Only items of this certainty.")
    open: bool = Field(False, description="Leave out what is done, over or denied.")

    def filters(self) -> dict[str, Any]:
        """The filters as the façade takes them."""
        return {"group": self.group, "certainty": self.certainty, "open_only": self.open}


class OfCompanyPage(OfCompany):
    """Which part of a company's page is asked for."""

    tab: (
        Literal["deal", "relationship", "right", "commitment", "rumour", "proceeding", "fact"]
        | None
    ) = about("The kind of items that the page shows; data has them all.")
    skip: int = Field(
        0, ge=0, description="Of a tab of the page, how many items were shown before."
    )


class OfList(OfCompany):
    """Which items of a kind are asked for, and which page of them."""

    company: Text | None = about(
        "Only those of which this company is a party, by any of its names."
    )
    status: Texts = several("Only with this status.")
    kind: Texts = several("Only of this kind.")
    after: Text | None = about("Only subjects that come after this one: the next page.")
    limit: int = Field(200, ge=1, le=MOST_ROWS, description="The most items of one page.")


class Drawn(Lensed):
    """How a picture looks."""

    theme: Literal["light", "dark"] = Field("light", description="The colours of a picture.")
    width: int | None = about("The width of a picture in pixels.", ge=280, le=4000)

    def look(self) -> dict[str, Any]:
        """The look as the façade takes it."""
        return {"theme": self.theme, "width": self.width}


class OfPicture(Drawn):
    """Which days a picture shows."""

    start: Text | None = about("The first day of the world to draw.", alias="from")
    end: Text | None = about("The last day of the world to draw.", alias="to")

    def look(self) -> dict[str, Any]:
        """The look and the days as the façade takes them."""
        return {**super().look(), "start": self.start, "end": self.end}


class OfStory(OfPicture):
    """Which items of a company a picture shows."""

    certainty: Certainty | None = about("Only items of this certainty.")
    open: bool = Field(False, description="Leave out what is done, over or denied.")

    def look(self) -> dict[str, Any]:
        """The look, the days and the items as the façade takes them."""
        return {**super().look(), "certainty": self.certainty, "open_only": self.open}


class OfNetwork(Drawn):
    """Whose network is shown, and how much of it."""

    company: Text | None = about("Only what is tied to this company, by any of its names.")
    depth: int | None = about("So many ties away from it; 1 unless given.", ge=1, le=10)


class OfCompanies(At):
    """Which companies are asked for, and which page of them."""

    after: Text | None = about("Only companies that come after this one: the next page.")
    limit: int = Field(200, ge=1, le=MOST_ROWS, description="The most companies of one page.")


class OfSources(Recorded):
    """Which page of the sources."""

    after: Text | None = about("Only sources that come after this one: the next page.")
    limit: int = Field(200, ge=1, le=MOST_ROWS, description="The most sources of one page.")


class OfDiff(Horizon):
    """Which two coordinates are compared."""

    on: Text | None = about("A..B: what changed in the world; a day: about that day.")
    known: Text | None = about("A..B: what was learned; a day: only what was public by then.")
    source: Text | None = about("What only this source told.")
    before_on: Text | None = about("The first day of the range, where on is its last.")
    before_known: Text | None = about("The first day of the range, where known is its last.")
    group: bool = Field(False, description="With every company that it controls.")
    not_source: Texts = several("Without what only this source reported.")
    attribution: list[Attribution] = several("Only on this word.")
    fact_level: list[FactLevel] = several("Only facts, forecasts or opinions.")

    def lens(self) -> LensAsked | None:
        """What counts on both sides; None: everything."""
        names = ("not_source", "attribution", "fact_level")
        return LensAsked(**{name: tuple(getattr(self, name)) for name in names}) or None


class OfPage(Horizon):
    """Which page of the log."""

    order: Literal["oldest", "newest"] = Field(
        "oldest", description="Which events come first, by position."
    )
    after: int = Field(0, ge=0, description="Only events after this position: the next page.")
    before: int | None = about("Only events before this position.", ge=1)
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="The most events of one page.")

    def page(self) -> dict[str, Any]:
        """The page as the façade takes it."""
        newest = self.order == "newest"
        return {"after": self.after, "before": self.before, "newest_first": newest}


class OfLog(OfPage):
    """Which events are asked for."""

    target: Text | None = about("Only events of this company (by any of its names) or subject.")
    start: Text | None = about("What may have happened on that day or later.", alias="from")
    end: Text | None = about("What may have happened on that day or earlier.", alias="to")
    type: Texts = several("Only events of this type.")
    source: Text | None = about("Only what it reported.")


class OfReport(Question):
    """What a report is asked: a coordinate, and its own parameters by their names."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    on: Text | None = about("The day in the world; today, unless given.")
    known: Text | None = about("Only what was public by then: a day or an instant.")
    limit: int = Field(MOST_ROWS, ge=1, le=MOST_ROWS, description="The most rows.")

    def given(self) -> dict[str, str]:
        """The report's own parameters."""
        return {name: str(value)[:500] for name, value in (self.model_extra or {}).items()}


class OfQuery(Question):
    """A query in SQL, and the coordinate that it may name."""

    q: Annotated[str, StringConstraints(max_length=4000)] | None = about(
        "One query; :on and :known are known to it."
    )
    on: Text | None = about("The day in the world, as :on.")
    known: Text | None = about("What was public by then, as :known.")
    limit: int = Field(MOST_ROWS, ge=1, le=MOST_ROWS, description="The most rows.")


class Search(Question):
    """What is looked for."""

    q: Text | None = about(
        "A name or identifier of a company, or words of an item, event or source."
    )
    limit: int = Field(20, ge=1, le=100, description="The most of each kind.")
