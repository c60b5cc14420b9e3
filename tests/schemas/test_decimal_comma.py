"""A spreadsheet of a country with decimal commas: 1,82303E+18 is treated as 1.82303E+18, wherever it stands."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from schemas.formats.mapped_spec import IdRule, Place
from schemas.mention import Mention
from schemas.record import Dead, Reason
from schemas.synthetic import MARK
from tests.schemas.golden import cases, decoded, written
from tests.schemas.mapped import ROW, fault_of, mapped, mention_of

POINT, COMMA = "1.82303E+18", "1,82303E+18"
ID = "1823034723867713316"
URL = f"https://x.com/kundin/status/{ID}"


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every text and number."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        if at and type(value) in (str, int):
            yield at
        return
    for key, child in inner:
        yield from leaves(child, (*at, key))


def outcome(payload: Any, path: tuple[Any, ...], put: str, name: str, headers: Mapping[str, bytes]) -> Any:
    """What becomes of the payload with that value at the path, whatever the sign; and whether an id was destroyed."""
    changed = copy.deepcopy(payload)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = put
    items = decoded(json.dumps(changed).encode(), name, **headers)
    reasons = {item.reason for item in items if isinstance(item, Dead)}
    if reasons - {Reason.ID_DESTROYED}:  # no id
        return None, False
    told = [written(item) for item in items]
    for item, each in zip(items, told, strict=True):
        if isinstance(item, Mention) and item.extra.get(MARK):
            each["mention"]["native_id"] = MARK  # made of the texts
    return json.dumps(told).replace(put, POINT).replace("1%2C82303E", "1.82303E"), bool(reasons)


def test_a_decimal_comma_is_a_decimal_point_in_every_field_of_every_format() -> None:
    destroyed = set()
    for case in cases():
        try:
            payload = case.payload  # rows as objects of the same names, which every format of rows takes, too
        except Exception:
            assert case.path.stem.startswith("bad_"), case
            continue
        headers = {name: value for name, value in case.headers.items() if name != "echolot-columns"}
        for path in leaves(payload):
            of_comma, of_point = (outcome(payload, path, put, case.format, headers) for put in (COMMA, POINT))
            assert of_comma == of_point, (case, path)
            if of_comma[1]:
                destroyed.add(case.format)
    assert destroyed >= {"canonical", "x_v1", "x_v2", "x_archive", "twcs", "facebook", "youtube", "google_play"}
    assert destroyed >= {"brandwatch", "meltwater", "sprinklr", "talkwalker", "app_store", "trustpilot", "instagram"}


@pytest.mark.parametrize("cell", [COMMA, f" {COMMA} ", "1,8E+18", "18,2E+17", "1,82303e18"])
@pytest.mark.parametrize("number", [{}, {"Likes": 3}], ids=["cells", "json"])
def test_a_mapping_refuses_such_an_id_and_mends_it_from_the_address(cell: str, number: dict[str, Any]) -> None:
    assert fault_of(ROW | number | {"Id": cell}, mapped()) == (Reason.ID_DESTROYED, "Id: string (id_destroyed)")
    chosen = mapped(platform="x", fields={"url": Place(("Url",))})
    mended = mention_of(ROW | number | {"Id": cell, "Url": URL}, chosen)
    assert (mended.native_id, mended.extra["id_repaired"]) == (ID, cell)
    read = mapped(platform="x", native_id=IdRule(("Id",), "Url"))
    assert mention_of(ROW | number | {"Id": cell, "Url": URL}, read).native_id == ID


def test_a_mapping_takes_no_such_id_of_another_post_or_of_an_account() -> None:
    chosen = mapped(fields={"parent_id": Place(("Parent",)), "author.id": Place(("User",))})
    item = mention_of(ROW | {"Parent": COMMA, "User": COMMA}, chosen)
    assert (item.parent_id, item.author.id, item.extra) == (None, None, {"Parent": COMMA, "author": {"User": COMMA}})
