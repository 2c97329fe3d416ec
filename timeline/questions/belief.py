"""What was believed: of a subject evening by evening, and of a day then and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.errors import InvalidValue
from timeline.questions.question import About, Lensed, Located, Question, given

if TYPE_CHECKING:
    from timeline.answers.asked import Day, Moment
    from timeline.answers.story import BeliefAnswer, ThenAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Beliefs(Located, Lensed, Question["BeliefAnswer"]):
    """What was believed of a subject on each evening, by what was public by then."""

    about = About(
        "belief",
        "What was believed of a subject",
        command=False,
        address="/belief/{subject:path}",
    )

    subject: str = given(parameters.SUBJECT, needed=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import BeliefAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(BeliefAnswer)

    def ask(self, reader: StoreReader) -> BeliefAnswer:
        """The evenings at which the belief turned."""
        from timeline.answers.belief import belief

        with reader.viewing(self) as view:
            return belief(view, self.subject, reader.timezone)


@dataclass(frozen=True)
class ThenAndNow(Lensed, Question["ThenAnswer"]):
    """A day as it was reported by its evening, and as it is known since: today, or by ``known``.

    Of a company (by any of its names), of a subject, or of all of a kind ("rumours").
    """

    about = About(
        "then_and_now", "A day then and now", command=False, address="/then/{target:path}"
    )

    target: str = given(parameters.DRAWN, needed=True)
    on: Day | None = given(parameters.ON)
    known: Moment | None = given(parameters.KNOWN)
    recorded: str | int | None = given(parameters.RECORDED)

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import ThenAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(ThenAnswer)

    def ask(self, reader: StoreReader) -> ThenAnswer:
        """Both sides, and what differs."""
        from timeline.answers.then import then_and_now
        from timeline.answers.view import View

        with reader.session() as connection:
            now = reader.at(connection, on=self.on, known=self.known, recorded=self.recorded)
            then = reader.at(connection, as_of=now.on, recorded=self.recorded)
            if then.known_at > now.known_at:
                raise InvalidValue(
                    f"what was known by {self.known} is not yet what was reported by {now.on}",
                    "give a known that is later than on",
                )
            return then_and_now(
                View(connection, then, self.lens),
                View(connection, now, self.lens),
                self.target,
                reader.timezone,
            )


QUESTIONS: Final = (Beliefs, ThenAndNow)
