"""The exported schema agrees with what the decoder takes."""

from __future__ import annotations

import json

from schemas.export import json_schema
from schemas.mention import Author, Engagement, Mention


def test_every_field_is_exported_with_its_description() -> None:
    schema = json_schema()
    parts = {"Mention": schema, **schema["$defs"]}
    for model in (Mention, Author, Engagement):
        properties = parts[model.__name__]["properties"]
        assert properties.keys() == model.model_fields.keys()
        assert all(field["description"] for field in properties.values())


def test_the_schema_asks_for_what_the_decoder_asks_for() -> None:
    assert set(json_schema()["required"]) == {"platform", "native_id", "text", "published_at"}


def test_unknown_keys_are_allowed_wherever_the_decoder_keeps_them() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is True
    assert schema["$defs"]["Author"]["additionalProperties"] is True
    assert schema["$defs"]["Engagement"]["additionalProperties"] is True


def test_the_schema_is_json_and_the_same_each_time() -> None:
    assert json.dumps(json_schema()) == json.dumps(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
