"""``timeline completion``: the script that teaches a shell to complete commands and ids."""

from __future__ import annotations

import click

from timeline.cli.options import examples


@click.command(
    epilog=examples(
        'eval "$(timeline completion bash)"        # in ~/.bashrc; likewise for zsh',
        "timeline completion fish > ~/.config/fish/completions/timeline.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, companies and subjects in a shell."""
    from click.shell_completion import ShellComplete, get_completion_class

    program = ctx.find_root().command
    found = get_completion_class(shell)
    assert found is not None
    # not found.source(), which starts a bash to see how old it is
    click.echo(ShellComplete.source(found(program, {}, "timeline", "_TIMELINE_COMPLETE")))
