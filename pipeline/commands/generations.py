"""`echolot generations` and `echolot diff`: verdicts of several models side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared

if TYPE_CHECKING:
    from pipeline.diffing import Diff
    from sinks.store import Store

Name = Annotated[str, typer.Argument(help="Name of the generation.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register the command group and `diff`."""
    group = typer.Typer(help="Verdicts under one name come from the same models and settings.", no_args_is_help=True)
    group.command("list", epilog="Example: `echolot generations list`")(show)
    group.command("create", epilog="Example: `echolot generations create live2 --config new.yaml`")(create)
    group.command("activate", epilog="Example: `echolot generations activate live2`")(activate)
    group.command("drop", epilog="Example: `echolot generations drop live`")(drop)
    app.add_typer(group, name="generations")
    app.command("diff", epilog="Example: `echolot diff live live2 --brand bahn --since 2026-10-01`")(diff)


def show(config: shared.Config = shared.DEFAULT, as_json: shared.AsJson = False) -> None:
    """All generations, the active one first, with how many verdicts each has."""
    from pipeline import generations

    with _store(config) as store:
        known = generations.known(store)
        counted = dict(store.query("SELECT generation, uniqExact(mention_id) FROM verdicts GROUP BY generation").rows)
    active = generations.active(known)
    rows = [(g.name, g.name == active, counted.get(g.name, 0), g.fingerprint, g.description) for g in known]
    shared.show("", ("name", "active", "verdicts", "fingerprint", "made by"), rows, as_json=as_json)


def create(name: Name, config: shared.Config = shared.DEFAULT) -> None:
    """Make a name known for the configuration's models and settings; readers see it once it is activated."""
    settings = shared.settings(config)
    from pipeline import generations, resources

    name = shared.generation(name)
    judge = resources.make_judge(settings)
    with _store(config) as store:
        generations.register(store, name, judge.fingerprint(), judge.description())
    shared.say(f"{name} is known; fill it (judge.generation: {name}), then `echolot generations activate {name}`")


def activate(name: Name, config: shared.Config = shared.DEFAULT) -> None:
    """Let all views show the verdicts of NAME, at once, until another one is activated."""
    from pipeline import generations

    with _store(config) as store:
        before = generations.activate(store, name)
    shared.say(
        f"{name} is active now, instead of {before or 'none'}. A stream that starts again leaves that as it is, and "
        f"judges under its judge.generation: set that to {name}, too"
    )


def drop(name: Name, config: shared.Config = shared.DEFAULT) -> None:
    """Take NAME out of the store, its verdicts and where its replays would go on. Not the active one."""
    from pipeline import generations

    with _store(config) as store:
        generations.drop(store, name)
    shared.say(f"{name} is dropped; the store frees the space as it rewrites its parts")


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A generation.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.", show_default=False)],
    brand: Annotated[str, typer.Option("--brand", help="Mentions that A or B says are of this brand (its id).")] = "",
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Published since, UTC.")
    ] = None,
    config: shared.Config = shared.DEFAULT,
    as_json: shared.AsJson = False,
) -> None:
    """How many verdicts differ, in which direction, by intent and flag, and examples. The view generation_flips has
    all of them."""
    from pipeline import diffing, generations
    from schemas.times import EPOCH

    with _store(config) as store:
        if a == b:
            raise typer.BadParameter("A and B are the same generation; name two")
        there = {each.name for each in generations.known(store)}
        for name in (a, b):
            if name not in there:
                raise typer.BadParameter(f"there is no generation {name!r}; see `echolot generations list`")
        found = diffing.diff(store, a, b, brand=brand, since=since.replace(tzinfo=UTC) if since else EPOCH)
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
        return
    _print(found, a, b)


def _print(found: Diff, a: str, b: str) -> None:
    share = f" ({found.changed / found.both:.1%})" if found.both else ""
    shared.say(
        f"{found.both} mentions are judged by both, {found.only_a} by {a} alone, {found.only_b} by {b} alone; "
        f"{found.changed}{share} verdicts differ"
    )
    shared.say("")
    rows = [(each.label, each.both, each.only_a, each.only_b) for each in found.flips]
    names = ("", "both", f"{a} alone", f"{b} alone")
    shared.show("Of the mentions that both judged (severity: the same, higher in one)", names, rows)
    if found.examples:
        shared.say("")
        shown = [
            (
                _side(e.queued_a, e.severity_a, e.intents_a, e.others_a),
                _side(e.queued_b, e.severity_b, e.intents_b, e.others_b),
                e.text,
            )
            for e in found.examples
        ]
        shared.show("Examples, those that enter or leave the queue first", (a, b, "post"), shown, most_lines=3)


def _side(queued: bool, severity: int, intents: list[str], others: list[str]) -> str:
    said = "; ".join([", ".join(intents) or "no intent", *others])
    return f"{'queued' if queued else 'not queued'}, severity {severity}: {said}"


@contextmanager
def _store(config: shared.Config) -> Iterator[Store]:
    from pipeline.commands.sql import existing

    with closing(existing(shared.settings(config))) as store:
        yield store
