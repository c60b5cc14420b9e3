"""`echolot audit`: what did the triage keep from us?"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import shared
from pipeline.commands.sql import existing

if TYPE_CHECKING:
    from pipeline.auditing.estimate import Checked, Estimate, Interval
    from pipeline.auditing.filled import Sheet
    from pipeline.auditing.sample import Sample

_OUT = Path("audit.csv")
_DAYS = 30
_SEED = 1
_DAY = ["%Y-%m-%d"]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("audit", epilog="Example: `echolot audit`, then `echolot audit --checked audit.csv`")(audit)


def audit(
    config: shared.Config = shared.DEFAULT,
    out: Annotated[
        Path | None, typer.Option(help="Draw a sample into this CSV; unset: audit.csv.", metavar="FILE")
    ] = None,
    checked: Annotated[
        Path | None, typer.Option(help="A sample that people filled in; with --out it is drawn larger.", metavar="FILE")
    ] = None,
    posts: Annotated[int, typer.Option("--sample", help="Posts to draw.", min=50, max=100_000)] = 200,
    since: Annotated[
        datetime | None, typer.Option(help="First day of publication, UTC; unset: 30 days before.", formats=_DAY)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="First day after, UTC; unset: today, which is left out.", formats=_DAY)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another one draws other posts. Unset: 1.", min=1)] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Measure how much of what needed somebody reached the queue, by posts that people check.

    First it draws posts into a file, from the queue and from all that was suppressed. People write yes or no into
    its first column: should somebody of the brand act on this post? Then `--checked` gives recall and precision of the
    queue with 95 % intervals, and what was missed a day. Both together draw more posts of the same range and keep the
    answers. A brand's own posts are not drawn: they need nobody."""
    if checked is not None and (since or until or seed is not None):
        raise typer.BadParameter("--since, --until and --seed stand in the file already; leave them out with --checked")
    from pipeline.auditing import filled, sample

    before = filled.read(checked) if checked is not None else None
    if checked is not None and before is not None and out is None:
        _report(checked, before, as_json)
        return
    out = out or _OUT
    _refuse_to_lose(out, before, posts)
    first, after = _range(since, until) if before is None else (before.audit.since, before.audit.until)
    chosen = seed or _SEED if before is None else before.audit.seed
    with closing(existing(shared.settings(config))) as store:
        drawn = sample.draw(store, since=first, until=after, seed=chosen, posts=posts, before=before)
    _write(out, drawn, before, as_json)


def _refuse_to_lose(out: Path, before: Sheet | None, posts: int) -> None:
    if out.exists():
        raise typer.BadParameter(f"{out} exists, and may hold answers; name another file by --out")
    if before and posts < sum(before.drawn.values()):
        raise typer.BadParameter(f"the file has {sum(before.drawn.values())} posts already; give a larger --sample")


def _range(since: datetime | None, until: datetime | None) -> tuple[date, date]:
    after = until.date() if until else datetime.now(UTC).date()
    first = since.date() if since else after - timedelta(days=_DAYS)
    if first >= after:
        raise typer.BadParameter(f"the range is empty: --until {after} is the first day after it, --since {first}")
    return first, after


def _write(out: Path, drawn: Sample, before: Sheet | None, as_json: bool) -> None:
    from pipeline.auditing import sheet
    from schemas.errors import TerminalError

    answers = before.answers if before else {}
    try:
        out.write_bytes(sheet.to_csv(drawn.audit, drawn.sizes, drawn.rows, answers))
    except OSError as error:
        raise TerminalError(f"{out}: cannot be written ({error.strerror}); name another file by --out") from None
    rows = [(name, size, sum(row.stratum == name for row in drawn.rows)) for name, size in drawn.sizes.items()]
    shared.show("", ("stratum", "mentions", "drawn"), rows, as_json=as_json)
    if as_json:
        return
    shared.say(f"\n{len(drawn.rows)} posts are in {out}: {drawn.audit}.")
    shared.say(f"Left out: {drawn.own_posts} posts of brands' own, {drawn.deleted} that were deleted since.")
    if lost := answers.keys() - {row.mention_id for row in drawn.rows}:
        shared.say(f"{len(lost)} answers fell away, since their posts were deleted or judged anew.")
    shared.say(
        f"Write yes or no into the column needs_intervention, then: echolot audit --checked {out}\n"
        f"(p is the probability that a post needs somebody, as the model sees it.)"
    )


def _report(path: Path, sheet: Sheet, as_json: bool) -> None:
    from pipeline.auditing import filled
    from pipeline.auditing.estimate import estimate

    strata = sheet.checked()
    filled.require_answers(path, strata)
    said = estimate(strata, sheet.audit.days)
    if as_json:
        import json
        from dataclasses import asdict

        of_audit = asdict(sheet.audit) | {"strata": [asdict(s) for s in strata]}
        print(json.dumps(of_audit | said.to_json(), default=str, ensure_ascii=False))
        return
    _show(sheet, strata, said)


def _show(sheet: Sheet, strata: list[Checked], said: Estimate) -> None:
    rows = [(s.stratum, s.size, s.drawn, s.checked, s.found, round(said.need_somebody[s.stratum])) for s in strata]
    shared.show(
        f"Audit of {sheet.audit}", ("stratum", "mentions", "drawn", "checked", "yes", "yes in all, about"), rows
    )
    shared.say(f"Recall of the queue     {_percent(said.recall)}")
    if said.precision:
        shared.say(f"Precision of the queue  {_percent(said.precision)}")
    missed = said.missed_a_day
    shared.say(f"Missed a day            {missed.estimate:.1f} (95 %: {missed.low:.1f} to {missed.high:.1f})")
    unchecked = sum(s.drawn - s.checked for s in strata)
    if unchecked:
        shared.say(f"{unchecked} posts have no answer; they count as not drawn.")
    if advice := said.advice:
        more = sum(s.drawn for s in strata) + advice.posts
        shared.say(
            f"The interval of recall is {_points(said.recall.width)} points wide. {advice.posts} more posts of "
            f"{advice.stratum!r} would narrow it most, to about {_points(advice.width)}: fill in what is empty, or "
            f"draw more by echolot audit --checked FILE --sample {more} --out NEW"
        )


def _points(share: float) -> int:
    return round(100 * share)


def _percent(of: Interval) -> str:
    return f"{of.estimate:.0%} (95 %: {of.low:.0%} to {of.high:.0%})"
