"""The account of a replay: lines for people, or plain values for a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.replaying import Progress
    from pipeline.tally import Tally


def lines(done: Progress) -> list[str]:
    """The account of a replay as lines for people."""
    t = done.tally
    told = [
        f"{t.records} records read = {t.good} good + {t.dead} dead + {t.ignored} ignored"
        + (f"; {done.left_out} more were written by an earlier run" if done.left_out else ""),
        f"{_mentions(done)}, {t.deletions} deletions; {t.repaired} ids repaired, {t.synthetic} without an id, "
        f"{t.truncated} cut texts, {t.lossy} with characters lost",
    ]
    if t.first is not None and t.last is not None:
        told.append(f"published from {t.first:%Y-%m-%d %H:%M} to {t.last:%Y-%m-%d %H:%M} UTC, by hour (UTC):")
        told += _histogram(t)
        told.append("platforms: " + ", ".join(f"{name} {count}" for name, count in t.platforms.most_common(8)))
    if t.reasons:
        told.append("why not: " + ", ".join(f"{why} {count}" for why, count in t.reasons.most_common(8)))
    return told


def _mentions(done: Progress) -> str:
    """Of good records; a page holds many. Repeats are counted over all that the files gave, in earlier runs too."""
    mentions, again = done.tally.mentions, "the same post again, a copy or another version of it"
    if done.repeats is None:
        return f"{mentions} mentions"
    if done.left_out:
        return f"{mentions} mentions (of all that these files gave, earlier runs included, {done.repeats} were {again})"
    return f"{mentions} mentions = {mentions - done.repeats} distinct + {done.repeats} repeated ({again})"


def _histogram(tally: Tally) -> list[str]:
    most = max(tally.hours.values())
    blocks = " ▁▂▃▄▅▆▇█"
    bars = "".join(blocks[-(-tally.hours[hour] * 8 // most)] for hour in range(24))
    return [f"  0h {bars} 23h, most {most} at {max(tally.hours, key=lambda hour: tally.hours[hour])}h"]


def plain(done: Progress) -> dict[str, Any]:
    """The same as `lines`, all of it, for JSON."""
    t = done.tally
    return {
        "records": t.records, "good": t.good, "dead": t.dead, "ignored": t.ignored, "left_out": done.left_out,
        "mentions": t.mentions, "repeats": done.repeats, "deletions": t.deletions, "repaired": t.repaired,
        "synthetic": t.synthetic, "truncated": t.truncated, "lossy": t.lossy,
        "first": t.first.isoformat() if t.first else None,
        "last": t.last.isoformat() if t.last else None, "hours": [t.hours[hour] for hour in range(24)],
        "platforms": dict(t.platforms), "reasons": dict(t.reasons), "notes": list(done.notes),
    }  # fmt: skip
