"""JSON Schema (draft 2020-12) of the canonical mention, for producers who validate before they send."""

from __future__ import annotations

from typing import Any

from schemas.mention import Mention


def json_schema() -> dict[str, Any]:
    """The schema of what the format `canonical` takes. Keys beyond it are allowed: they are kept in `extra`."""
    schema = Mention.model_json_schema(mode="validation")
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["additionalProperties"] = True
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Mention", **schema}
