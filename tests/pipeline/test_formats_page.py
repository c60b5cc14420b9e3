"""docs/formats.md is what the code says."""

from __future__ import annotations

import re

from pipeline.formats_page import page
from schemas.formats.registry import FORMATS
from schemas.mention import Author, Engagement, Mention
from tests.jobs import ROOT


def test_the_page_is_up_to_date():
    """Else run `python -m pipeline.formats_page > docs/formats.md`."""
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == page()


def test_every_format_has_a_section_that_names_its_fields():
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL))
    assert sections.keys() == FORMATS.keys()
    bare = [name for name, text in sections.items() if len(re.findall(r"^- .+: \[?`", text, re.MULTILINE)) == 0]
    assert bare == ["canonical"]  # which has a line a field
    told = re.findall(r"^- \[?`([\w.]+)`\]?: \S", sections["canonical"], re.MULTILINE)
    groups = {"author": Author, "engagement": Engagement}
    inner = [f"{group}.{name}" for group, model in groups.items() for name in model.model_fields]
    assert told == [name for name in Mention.model_fields if name not in groups] + inner
    assert "`--zone`" in sections["brandwatch"] and "`Full Text`" in sections["brandwatch"]
    assert "`full_text`" in sections["x_v1"] and "`trackId`" not in page()
