"""Mapping files: what they may say, and the message for each thing that they may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from configs.base import ConfigError, Settings
from configs.loading import load
from configs.mapping import Mapping

LEAST = {
    "platform": "platform: forum",
    "native_id": "native_id: Id",
    "text": "text: Body",
    "published_at": "published_at: Date",
}


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Load the least mapping with these lines added; a line of one of its keys stands in that line's place."""

    def loaded(*lines: str) -> Mapping:
        path = tmp_path / "tool.yaml"
        own = {line.partition(":")[0]: line for line in lines}
        path.write_text("\n".join((LEAST | own).values()) + "\n")
        return load(path, Mapping, environment={})

    return loaded


def test_short_and_long_forms_say_the_same(read: Any) -> None:
    short = read("platform: x", "native_id: [a, b]", "times: epoch", "skip: {T: ad}", "relation: reply")
    long = read(
        "platform: {value: x}",
        "native_id: {column: [a, b]}",
        "times: {layout: epoch}",
        "skip: {T: [AD]}",
        "relation: {value: reply}",
    )
    assert short == long


def test_places_are_a_column_a_list_or_a_constant(read: Any) -> None:
    mapping = read(
        "title: T", "url: [a, b.0.c]", "language: [L, {value: de}]", "published_at: {value: 2020-01-01T00:00:00Z}"
    )
    assert (mapping.title.columns, mapping.url.columns) == (("T",), ("a", "b.0.c"))
    assert (mapping.language.columns, mapping.language.value) == (("L",), "de")
    assert (mapping.published_at.columns, mapping.published_at.value) == ((), "2020-01-01T00:00:00+00:00")
    assert (mapping.parent_id.columns, mapping.parent_id.value) == ((), None)


def test_words_may_be_numbers_and_blanks(read: Any) -> None:
    mapping = read("relation: {column: T, values: {1: quote, RT: repost}}", "skip: {T: ['no', 5, '']}")
    assert mapping.relation.values == {"1": "quote", "rt": "repost"}
    assert mapping.skip == {"T": ("no", "5", "")}


_PLACE = "must be a column's name, a list of names, or {value: ...} for a constant; put names in quotes"
_TIME = 'the constant must be a time after 1970, with offset, such as "2020-01-01T00:00:00Z"'
_FIT = "holds what it may not; it must fit the pattern ^[a-z0-9_]{1,32}$"
_QUOTE = "YAML reads yes, no, on and off as true and false; put the word in quotes"
_WRONG = [
    ("titel: T", "5: titel: unknown key; did you mean `title`?"),
    ("author: {handel: x}", "5: author.handel: unknown key; did you mean `handle`?"),
    ("author: Name", "5: author: must be a mapping; write `{id: ...}`"),
    ("text:", "3: text: is empty; give it a value, or remove the key"),
    ("text: 5", f"3: text: {_PLACE}"),
    ("text: {valeu: x}", f"3: text: {_PLACE}"),
    ("text: []", f"3: text: {_PLACE}"),
    ("text: [{value: a}, b]", f"3: text: {_PLACE}"),
    ("engagement: {likes: [L, 5]}", f"5: engagement.likes: {_PLACE}"),
    ("published_at: {value: 2020-01-01}", f"4: published_at: {_TIME}"),
    ("published_at: {value: 1969-01-01T00:00:00Z}", f"4: published_at: {_TIME}"),
    ("edited_at: {value: never}", f"5: edited_at: {_TIME}"),
    ("language: {value: no}", "5: language: the constant must be text; put it in quotes"),
    ("rating: {value: 7}", "5: rating: the constant must be a number from 0 to 5"),
    ("engagement: {likes: {value: -1}}", "5: engagement.likes: the constant must be a whole number, 0 or more"),
    ("author: {verified: {value: x}}", "5: author.verified: the constant must be `true` or `false`"),
    ("platform: Forum", f"1: platform.value: {_FIT}"),
    ("platform: {column: N, values: {Twitter: X}}", f"1: platform.values.Twitter: {_FIT}"),
    ("platform: {column: N, value: x}", "1: platform: takes one name, or {column: ..., values: {...}}"),
    ("platform: {column: N}", "1: platform: a column needs `values`; write what its words mean, as {Twitter: x}"),
    (
        "platform: {column: N, values: {A: x, a: y}}",
        "1: platform.values: 'a' stands twice, since case does not count; keep one of them",
    ),
    ("native_id: {}", "2: native_id: needs `column`, `from_url` or `made_of`; name a column"),
    ("native_id: {made_from: [a]}", "2: native_id.made_from: unknown key; did you mean `made_of`?"),
    ("native_id: {column: a, with_line: true}", "2: native_id: with_line adds to `made_of`; name its columns"),
    ("relation: answer", "5: relation.value: is unknown; write 'original', 'reply', 'quote' or 'repost'"),
    ("relation:", "5: relation: is empty; give it a value, or remove the key"),
    ("relation: {values: {a: reply}}", "5: relation: takes one word, or {column: ..., values: {...}}"),
    (
        "times: isoo",
        '5: times: layout is unknown; write iso, epoch, epoch_ms, local or a pattern such as "%d.%m.%Y %H:%M"',
    ),
    ("times: '%d.%m. %H:%M'", "5: times: layout lacks year, month or day; write a pattern that holds all three"),
    ("times: '%Y-%Q'", "5: times: layout is no pattern that strptime can read; see its table of directives"),
    (
        "times: '%Y-%m-%d %Z'",
        "5: times: layout: %Z reads names of zones and forgets them; write %z for an offset, or set `zone`",
    ),
    ("times: {zone: Berlin}", "5: times: zone is unknown; write an IANA name such as Europe/Berlin or UTC"),
    ("times: {zone: ../x}", "5: times: zone is unknown; write an IANA name such as Europe/Berlin or UTC"),
    ("times: {day_first: true}", "5: times: day_first is for the layout `local`; remove it"),
    ("skip: {T: [no]}", f"5: skip.T.0: {_QUOTE}"),
    ("relation: {column: T, values: {yes: reply}}", f"5: relation.values: {_QUOTE}"),
    ("rating_scale: 0", "5: rating_scale: must be above 0"),
    ("columns: [a, a]", "1: settings: columns names one twice; give each its own name"),
    ("rows: [a, b]", "5: rows: must be text; put it in quotes"),
    ("rows: ''", "5: rows: is empty; give it a value"),
]


@pytest.mark.parametrize(("line", "message"), _WRONG, ids=[line for line, _ in _WRONG])
def test_each_mistake_yields_exactly_its_message(read: Any, tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(line)
    assert str(caught.value) == f"{tmp_path}/tool.yaml:{message}"


def test_html_and_entities_exclude_each_other(read: Any) -> None:
    with pytest.raises(ConfigError, match="html unescapes entities already; remove `entities`"):
        read("html: true", "entities: true")


def test_rows_and_columns_exclude_each_other(read: Any) -> None:
    with pytest.raises(ConfigError, match="columns are of CSV, rows of JSON and XML; remove one of them"):
        read("columns: [a, b]", "rows: posts")


def test_a_required_field_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "tool.yaml"
    path.write_text("platform: forum\n")
    with pytest.raises(ConfigError) as caught:
        load(path, Mapping)
    expected = [f"{path}:1: {key}: is required and missing; add it" for key in ("native_id", "text", "published_at")]
    assert str(caught.value).splitlines() == expected


def _models(model: type[Settings], seen: set[type[Settings]]) -> set[type[Settings]]:
    seen.add(model)
    for field in model.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, Settings) and part not in seen:
                _models(part, seen)
    return seen


def test_every_field_has_a_description() -> None:
    models = _models(Mapping, set())
    assert len(models) == 8
    assert [f"{m.__name__}.{n}" for m in models for n, f in m.model_fields.items() if not f.description] == []
