"""The console script `echolot`: commands, and what people see when something fails.

Commands import what they need when they run, so that help and usage errors come at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.commands import (
    audit,
    check,
    classify,
    demo,
    evaluate,
    flink,
    generations,
    migrate,
    replay,
    sniff,
    sql,
    stream,
    thresholds,
    train,
    version,
)

app = typer.Typer(
    name="echolot",
    help="Listens for brand mentions, says which of them need somebody, and why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    stream,
    replay,
    sniff,
    flink,
    check,
    migrate,
    sql,
    classify,
    train,
    evaluate,
    thresholds,
    audit,
    generations,
    demo,
    version,
):
    module.add_to(app)


@app.callback(invoke_without_command=True)
def echolot(
    show_version: Annotated[bool, typer.Option("--version", help="Print the versions and exit.")] = False,
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of a failure; may stand anywhere in the line.")
    ] = False,
) -> None:
    """Listens for brand mentions, says which of them need somebody, and why."""
    if show_version:
        version.version()


def main() -> None:
    """Exit codes: 0 done, 1 failed, 2 bad usage or configuration. A stack trace only with --debug."""
    debug = "--debug" in sys.argv
    sys.argv = [a for a in sys.argv if a != "--debug"]
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except Exception as error:
        if hasattr(error, "show"):  # a usage error; typer brings its own copy of click, whose classes are private
            error.show()
            sys.exit(2)
        if debug:
            raise
        sys.exit(_explain(error))
    except KeyboardInterrupt:
        sys.exit(1)


def _explain(error: Exception) -> int:
    from configs.base import ConfigError
    from schemas.errors import EcholotError

    if isinstance(error, ConfigError):
        print(f"echolot: {error}", file=sys.stderr)
        return 2
    if isinstance(error, EcholotError):
        print(f"echolot: {error}", file=sys.stderr)
        return 1
    kind = type(error).__name__
    print(f"echolot: unexpected {kind}: {error}. Run again with --debug for the trace.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
