"""``timeline spark``: the same fold on Apache Spark."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone
from timeline.cli.replay import events
from timeline.cli.session import Session


@click.group()
def spark() -> None:
    """Fold a log on Apache Spark, where one machine is not enough."""


def _settings(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f'"{text}" is not NAME=VALUE', ctx, param)
        found[name] = value
    return found


@spark.command(
    epilog=examples(
        "timeline spark replay --log tables --to market",
        "timeline spark replay --log tables --to market --verify --anchor anchor.txt",
    )
)
@click.option(
    "--log",
    required=True,
    metavar="DIR|jdbc:URL",
    help="An export as Parquet, or a store on PostgreSQL over JDBC.",
)
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of versions, for --db parquet:DIR.",
)
@click.option("--verify", is_flag=True, help="Prove first that the log is what was appended.")
@click.option(
    "--anchor",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --verify: prove too that it goes on from where timeline anchor saw it.",
)
@click.option("--whole", is_flag=True, help="Fold every subject, also those without new events.")
@click.option(
    "--master",
    default="local[*]",
    show_default=True,
    metavar="URL",
    help="The cluster, as Spark names it.",
)
@click.option(
    "--partitions", type=click.IntRange(min=1), metavar="N", help="Parts that the work is cut into."
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="Versions that stay, the new one among them.",
)
@click.option(
    "--conf",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_settings,
    help="A setting of Spark; as often as needed.",
)
@tone
@click.pass_obj
def replay(
    session: Session,
    /,
    log: str,
    folder: Path,
    verify: bool,
    file: Path | None,
    whole: bool,
    master: str,
    partitions: int | None,
    keep: int,
    settings: dict[str, str],
) -> None:
    """Fold a log into a folder that --db parquet:DIR asks, by the same rules.

    A later run folds only the subjects that have new events.
    """
    if file is not None and not verify:
        raise click.UsageError("--anchor is for --verify")
    from timeline.spark.session import session as started
    from timeline.store.anchor import load_anchor

    anchor = None if file is None else load_anchor(file)
    with started(master, settings) as spark:
        from timeline.spark.replay import replay as run

        done = run(
            spark, log, folder, verify=verify, anchor=anchor, whole=whole, partitions=partitions,
            keep=keep,
        )  # fmt: skip
    what = "folded" if done.whole else "folded anew"
    session.note(
        f"{events(done.position)}, {done.subjects:,} subjects {what}; {folder} is at version {done.version}"
    )
