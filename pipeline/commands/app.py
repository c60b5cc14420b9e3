"""The console script `echolot`: commands, and what people see when something fails."""

from __future__ import annotations

import sys

import typer

from configs.base import ConfigError
from pipeline.commands import check, classify, demo, evaluate, migrate, sql, stream, train, version
from schemas.errors import EcholotError

app = typer.Typer(
    name="echolot",
    help="Listens for brand mentions, says which of them need somebody, and why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (stream, check, migrate, sql, classify, train, evaluate, demo, version):
    module.add_to(app)


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
