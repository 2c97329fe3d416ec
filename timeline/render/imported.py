"""The report of an import for people: four counts that add up, and what there is to mend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from timeline.render.page import Page
from timeline.render.text import join

if TYPE_CHECKING:
    from timeline.importers.report import Imported, ValueCount

MOST: Final = 10
"""Lines of each list; the JSON of the report has more."""


def imported_lines(
    report: Imported, *, strict: bool = False, width: int = 80, color: bool = False
) -> Iterator[str]:
    """The report line by line, without ends of lines. ``strict``: one rejected row is one too many."""
    page = Page(width, color)
    yield from page.paragraph(
        f"{report.file}: {_count(report.rows, 'row')}, of which {report.taken:,} taken, "
        f"{report.already_there:,} already there, {report.left_out:,} left out, {report.rejected:,} rejected",
        "strong",
    )
    would = "would be " if report.dry_run else ""
    if strict and report.rejected:
        yield from page.paragraph("nothing is stored: --strict takes all rows or none")
    else:
        yield from page.paragraph(
            f"{_count(report.events, 'event')} {would}appended, "
            f"{_count(report.companies, 'company')} and {_count(report.sources, 'source')} {would}"
            f"registered, entry {report.position:,}"
        )
    kept = (
        (report.identified, "identifier"),
        (report.named, "name"),
        (report.described, "country or kind"),
    )
    if any(count for count, _ in kept):
        what = join((_count(count, word) for count, word in kept if count), "and")
        yield from page.paragraph(f"{what} of companies that were there {would}kept")
    if report.confirmed or report.corrected:
        yield from page.paragraph(
            f"{_count(report.confirmed, 'row')} confirmed and {report.corrected:,} corrected what earlier "
            "editions of the list said"
        )
    for note in report.notes:
        yield from page.block("note", note)
    yield from _rejected(report, page)
    if report.values_left_out:
        yield from page.section(f"values left out ({len(report.values_left_out):,})")
        yield from page.paragraph("their rows were taken without them")
        yield from _values(report.values_left_out, page)
    if report.gone:
        yield from page.section(f"gone from the list ({report.gone:,})")
        yield from page.paragraph(
            f"{_count(report.told_gone, 'event')} {would}ended or retracted"
            if report.told_gone
            else "nothing follows from it: --gone ended or --gone retracted says what does"
        )
        for event in report.first_gone[:MOST]:
            yield from page.item("", "", event.subject, [("", event.type)])
        yield from _more(report.gone, page)
    if report.likely_duplicates:
        yield from page.section(f"likely duplicates ({report.duplicates:,})")
        for pair in report.likely_duplicates[:MOST]:
            text = f"looks like {pair.like_name} ({pair.like}), {pair.score} of 100"
            yield from page.item(pair.company, "disputed", pair.name, [("", text)])
        yield from _more(report.duplicates, page)
        yield ""
        text = "timeline match lists them with the reasons; timeline judge says of two: same, or different"
        yield from page.paragraph(text)
    if report.other_spellings:
        yield from page.section(f"other spellings ({len(report.other_spellings):,})")
        for each in report.other_spellings[:MOST]:
            yield from page.item(each.company, "", f"also written {each.name}", [])
        yield from _more(len(report.other_spellings), page)


def _rejected(report: Imported, page: Page) -> Iterator[str]:
    if not report.rejected:
        return
    yield from page.section(f"rejected ({report.rejected:,})")
    for group in report.rejected_for:
        yield from page.item(f"{group.rows:,}", "disputed", ", ".join(group.reasons), [])
    yield from _values(report.rejected_values, page)
    if report.rejected_file is not None:
        yield ""
        text = f"the rows are in {report.rejected_file}: mend them there, and import it with the same mapping"
        yield from page.paragraph(text)


def _values(values: Sequence[ValueCount], page: Page) -> Iterator[str]:
    """Each value once, with the rows where it stands."""
    for each in values[:MOST]:
        where = f"{each.column}: " if each.column else ""
        rows = "" if each.rows == 1 else f", and {_count(each.rows - 1, 'row')} more"
        yield ""
        yield from page.paragraph(f"  {each.first}{rows}", "strong")
        yield from page.row("because", f"{where}{each.message} [{each.code}]")
    yield from _more(len(values), page)


def _more(count: int, page: Page) -> Iterator[str]:
    if count > MOST:
        yield from page.paragraph(f"  and {count - MOST:,} more", "faint")


def _count(count: int, what: str) -> str:
    if what == "country or kind":
        plural = "countries and kinds"
    else:
        plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
