"""Deals: agreements of two or more parties, from talks to their end.

Progress follows the deal databases (talks, announced, signed, in force, completed); it never goes
backwards, and withdrawn, terminated and expired are different ends that are never mixed up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import UNSET, Meta, UnsetType

from timeline.errors import FormNotBinding
from timeline.model.kinds.event import (
    DEAL_NOUNS,
    DEAL_SIDES,
    NOTED,
    At,
    DealKind,
    Event,
    Flaw,
    Kind,
    Noted,
    Phase,
    Term,
    given_parties,
    hold,
    with_itself,
)
from timeline.model.values import (
    UNDISCLOSED,
    BreakFee,
    CompanyRef,
    Consideration,
    EdtfText,
    Horizon,
    Money,
    Parties,
    Quantity,
    Share,
    SubjectRef,
    Tranche,
)

Form = Literal["loi", "mou", "term_sheet", "definitive", "unspecified"]

_BINDING: Final = ("definitive", "unspecified")


def check_binding(form: str) -> None:
    """Raise FormNotBinding for the form of a paper that binds nobody yet."""
    if form not in _BINDING:
        raise FormNotBinding(form)


BindingForm = Annotated[
    Form, Meta(extra={"check": check_binding}, extra_json_schema={"enum": list(_BINDING)})
]


_OPPOSED: Final = (("acquirer", "target"), ("seller", "acquirer"), ("lender", "borrower"))
"""Pairs of roles that one company cannot have in one deal."""


class DealEvent(Event, frozen=True, kw_only=True):
    """Terms of a deal."""

    kind: DealKind | UnsetType = UNSET
    parties: Parties | UnsetType = UNSET
    title: str | UnsetType = UNSET
    form: Form | UnsetType = UNSET
    binding: bool | UnsetType = UNSET
    value: Money | UnsetType = UNSET
    equity_value: Money | UnsetType = UNSET
    enterprise_value: Money | UnsetType = UNSET
    consideration: list[Consideration] | UnsetType = UNSET
    stake: Share | UnsetType = UNSET
    price_per_share: Money | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    scope: list[str] | UnsetType = UNSET
    activities: list[str] | UnsetType = UNSET
    products: list[str] | UnsetType = UNSET
    sites: list[str] | UnsetType = UNSET
    rationale: list[str] | UnsetType = UNSET
    conditions: list[str] | UnsetType = UNSET
    tranches: list[Tranche] | UnsetType = UNSET
    break_fees: list[BreakFee] | UnsetType = UNSET
    term: Horizon | UnsetType = UNSET
    expected_completion: EdtfText | UnsetType = UNSET
    outside_date: EdtfText | UnsetType = UNSET
    venture: CompanyRef | UnsetType = UNSET
    independent_of: list[SubjectRef] | UnsetType = UNSET
    replaces: list[SubjectRef] | UnsetType = UNSET

    @staticmethod
    def rules(fields: Mapping[str, Any]) -> Iterable[Flaw]:
        """No company buys from, sells to or lends to itself; of those that nobody named there may be two."""
        for company, roles in fields.get("parties", {}).items():
            for one, other in _OPPOSED:
                if one in roles and other in roles and company != UNDISCLOSED:
                    yield with_itself(company, one, other, "parties")


class DealTalksConfirmed(DealEvent, frozen=True, kw_only=True, tag="deal_talks_confirmed"):
    """The parties confirm that they are talking."""


class DealAnnounced(DealEvent, frozen=True, kw_only=True, tag="deal_announced"):
    """The deal is made public."""

    opens: ClassVar[bool] = True


class DealAgreedInPrinciple(DealEvent, frozen=True, kw_only=True, tag="deal_agreed_in_principle"):
    """The parties agree on what they want to sign: a letter of intent, a term sheet."""

    opens: ClassVar[bool] = True

    form: Literal["loi", "mou", "term_sheet", "unspecified"] | UnsetType = UNSET


class DealSigned(DealEvent, frozen=True, kw_only=True, tag="deal_signed"):
    """The parties sign what binds them."""

    opens: ClassVar[bool] = True

    form: BindingForm | UnsetType = UNSET


class DealTookEffect(DealEvent, frozen=True, kw_only=True, tag="deal_took_effect"):
    """The agreement is in force."""


class JointVentureFormed(DealEvent, frozen=True, kw_only=True, tag="joint_venture_formed"):
    """The joint venture exists and works."""

    opens: ClassVar[bool] = True


class DealCompleted(DealEvent, frozen=True, kw_only=True, tag="deal_completed"):
    """The deal is closed; ``assumed`` when the source infers it."""

    step: ClassVar[str] = "completed"

    opens: ClassVar[bool] = True

    assumed: bool | UnsetType = UNSET


class DealTermsDisclosed(DealEvent, frozen=True, kw_only=True, tag="deal_terms_disclosed"):
    """More of the terms becomes known."""


class DealAmended(DealEvent, frozen=True, kw_only=True, tag="deal_amended"):
    """The parties change the terms."""

    amends: ClassVar[bool] = True


class DealApprovalDecided(DealEvent, frozen=True, kw_only=True, tag="deal_approval_decided"):
    """An authority, or a body of a party, grants or refuses its approval."""

    step: ClassVar[str] = "approval {outcome} by {authority}"

    step_fields: ClassVar[tuple[str, ...]] = ("conditions",)

    authority: str
    outcome: Literal["granted", "granted_with_conditions", "refused"]
    conditions: list[str] | UnsetType = UNSET


class DealBidRejected(DealEvent, frozen=True, kw_only=True, tag="deal_bid_rejected"):
    """The company that was asked says no; the bidder may come back."""

    step: ClassVar[str] = "bid rejected"

    by: CompanyRef | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class DealPaymentMade(DealEvent, frozen=True, kw_only=True, tag="deal_payment_made"):
    """Money flows under the deal."""

    step: ClassVar[str] = "{amount} paid"

    amount: Money
    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    to: CompanyRef | list[CompanyRef] | UnsetType = UNSET


class DealMilestoneReached(DealEvent, frozen=True, kw_only=True, tag="deal_milestone_reached"):
    """Something that the agreement foresees is reached."""

    step: ClassVar[str] = "milestone reached: {milestone}"

    step_fields: ClassVar[tuple[str, ...]] = ("quantity",)

    milestone: str
    quantity: Quantity | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class DealBreachAlleged(DealEvent, frozen=True, kw_only=True, tag="deal_breach_alleged"):
    """One party says that another broke the agreement."""

    step: ClassVar[str] = "breach alleged"

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    against: CompanyRef | list[CompanyRef] | UnsetType = UNSET


class DealSuspended(DealEvent, frozen=True, kw_only=True, tag="deal_suspended"):
    """The deal is put on hold."""

    step: ClassVar[str] = "suspended"

    reason: str | UnsetType = UNSET


class DealResumed(DealEvent, frozen=True, kw_only=True, tag="deal_resumed"):
    """The deal goes on where it was suspended."""

    follow_up: ClassVar[bool] = True


class DealRevived(DealEvent, frozen=True, kw_only=True, tag="deal_revived"):
    """A deal that had ended is back where it was."""

    step: ClassVar[str] = "revived"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


class DealWithdrawn(DealEvent, frozen=True, kw_only=True, tag="deal_withdrawn"):
    """The deal is given up before it was in force."""

    step: ClassVar[str] = "withdrawn"

    follow_up: ClassVar[bool] = True

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class DealTerminated(DealEvent, frozen=True, kw_only=True, tag="deal_terminated"):
    """The deal is ended by a decision."""

    step: ClassVar[str] = "terminated"

    follow_up: ClassVar[bool] = True

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    fee: Money | UnsetType = UNSET


class DealExpired(DealEvent, frozen=True, kw_only=True, tag="deal_expired"):
    """The deal ends because its time is over."""

    follow_up: ClassVar[bool] = True


Progress = Noted | At
"""How far a deal has come, whatever else holds."""


class Suspended(Phase, frozen=True, tag="suspended"):
    """On hold, with the status to resume to."""

    resumes_to: Progress

    @property
    def status(self) -> str:
        """``suspended``."""
        return "suspended"


class Over(Phase, frozen=True, tag="over"):
    """Withdrawn, terminated or expired, with the status that a revival leads back to."""

    end: str
    before: Progress

    @property
    def status(self) -> str:
        """The way in which it ended."""
        return self.end


_RANK: Final = {
    "noted": 0, "talks": 1, "announced": 2, "agreed_in_principle": 3, "signed": 4, "in_force": 5,
    "completed": 6,
}  # fmt: skip


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Progress only forwards, suspension and back, three ends, and the way back from them."""
    match event:
        case DealTalksConfirmed():
            return _reach(phase, "talks")
        case DealAnnounced():
            return _reach(phase, "announced")
        case DealAgreedInPrinciple():
            return _reach(phase, "agreed_in_principle")
        case DealSigned():
            return _reach(phase, "signed")
        case DealTookEffect() | JointVentureFormed():
            return _reach(phase, "in_force")
        case DealCompleted():
            return _reach(phase, "completed")
        case DealWithdrawn():
            if _progress(phase).status in ("in_force", "completed"):
                return phase if phase.status == "withdrawn" else None  # that would be a termination
            return _end(phase, "withdrawn")
        case DealTerminated():
            return _end(phase, "terminated")
        case DealExpired():
            return _end(phase, "expired")
        case DealSuspended():
            return _suspend(phase)
        case DealResumed():
            return phase.resumes_to if isinstance(phase, Suspended) else None
        case DealRevived():
            return _revive(phase)
        case _:
            return phase


def _progress(phase: Phase) -> Progress:
    """How far the deal has come, or had when it was suspended or ended."""
    match phase:
        case Suspended(resumes_to=progress) | Over(before=progress):
            return progress
        case At():
            return phase
        case _:
            return NOTED


def _reach(phase: Phase, status: str) -> Phase | None:
    if isinstance(phase, Over):
        return None
    if _RANK[status] <= _RANK[_progress(phase).status]:
        return phase
    return Suspended(At(status)) if isinstance(phase, Suspended) else At(status)


def _end(phase: Phase, end: str) -> Phase | None:
    if isinstance(phase, Over):
        return phase if phase.end == end else None
    return Over(end, _progress(phase))


def _suspend(phase: Phase) -> Phase | None:
    match phase:
        case Suspended():
            return phase
        case Over():
            return None
        case _:
            return Suspended(_progress(phase))


def _revive(phase: Phase) -> Phase | None:
    match phase:
        case Over(before=Noted()):
            return At("announced")
        case Over(before=before):
            return before
        case Noted():
            return None
        case _:
            return phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties = given_parties(terms)
    if "venture" in terms:
        hold(parties, terms["venture"], "venture")
    return parties


KIND = Kind(
    name="deal",
    base=DealEvent,
    evolve=evolve,
    plural="deals",
    rank=1,
    summary="the agreements between companies at a coordinate.",
    examples=("--company openai --on 2025-11-21", "--kind joint_venture --open --format csv"),
    words={
        "kind": Term("kind", "kind of deal", told_apart=True),
        "parties": Term("parties", "the companies and what each is in it", told_apart=True),
        "form": Term("form", "loi, mou, term_sheet, definitive or unspecified", told_apart=True),
        "binding": Term("binding", "whether it binds", told_apart=True),
        "title": Term("title", "its title"),
        "value": Term("value", "the value"),
        "equity_value": Term("equity", "the equity value"),
        "enterprise_value": Term("enterprise", "the enterprise value"),
        "consideration": Term("paid in", "in which forms it is paid"),
        "stake": Term("stake", "the stake"),
        "price_per_share": Term("per share", "the price of a share"),
        "quantity": Term("quantity", "the quantity"),
        "scope": Term("scope", "what it is about"),
        "activities": Term("activities", "what is done"),
        "products": Term("products", "which products"),
        "sites": Term("sites", "where"),
        "rationale": Term("rationale", "why"),
        "conditions": Term("conditions", "what it depends on"),
        "tranches": Term("tranches", "the parts in which it is paid or delivered"),
        "break_fees": Term("break fee", "who owes whom what when it fails"),
        "term": Term("term", "the duration"),
        "expected_completion": Term("completion", "when it should be completed", "expected {}"),
        "outside_date": Term("deadline", "the day by which it must be completed", "by {}"),
        "venture": Term("venture", "id of the company that it founds"),
        "independent_of": Term("independent", "subjects that it does not depend on", "of {}"),
        "replaces": Term("replaces", "subjects whose place it takes"),
    },
    money="value",
    nouns=DEAL_NOUNS,
    sides=DEAL_SIDES,
    required=("kind", "parties"),
    groups={
        "talks": "pending",
        "announced": "pending",
        "agreed_in_principle": "pending",
        "signed": "pending",
        "in_force": "live",
        "completed": "done",
        "suspended": "pending",
        "withdrawn": "over",
        "terminated": "over",
        "expired": "over",
    },
    final=frozenset({"withdrawn", "terminated", "expired"}),
    parties=_parties,
)  # fmt: skip
