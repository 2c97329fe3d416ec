"""What became public, day by day, and how much of it there was on each day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Question, given

if TYPE_CHECKING:
    from timeline.answers.asked import Day
    from timeline.answers.news import DayOfNews
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class DailyNews(Question["list[DayOfNews]"]):
    """The news of the last days on which there was any, up to one, newest first.

    Of each day ``most`` events, the subjects of which are told once before any of them again; with
    ``after`` those after that position, in the order of the log.
    """

    about = About("news", "What became public, day by day", command=False, address="/news")

    days: int = 10
    until: Day | None = given(parameters.UNTIL)
    most: int = 4
    after: int | None = given(parameters.AFTER_OF_DAY)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.news import DayOfNews

        return list[DayOfNews]

    def ask(self, reader: StoreReader) -> list[DayOfNews]:
        """The days, newest first."""
        from timeline.answers.news import news_of_days

        last = reader.day(self.until)
        with reader.session() as connection:
            activity = reader.activity(connection)
            there = sorted(
                (day for day in activity.days(reader.timezone) if last is None or day <= last),
                reverse=True,
            )
            return news_of_days(
                connection, activity, there[: self.days], self.most, reader.timezone, self.after
            )


@dataclass(frozen=True)
class Active(Question["dict[str, int]"]):
    """How many events became public on each day; registrations are no news."""

    def ask(self, reader: StoreReader) -> dict[str, int]:
        """The counts, by day."""
        with reader.session() as connection:
            return dict(reader.activity(connection).days(reader.timezone))


QUESTIONS: Final = (DailyNews,)
