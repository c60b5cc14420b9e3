"""Unlabelled posts: each once, none that is labelled already, and what cannot be read is told."""

from __future__ import annotations

import pytest

from classifiers import feeds
from classifiers.gold import GoldPost
from schemas.errors import TerminalError


def file(folder, lines, name="feed.txt"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_post_a_line_up_to_its_tab_from_the_collection_that_the_folder_names(tmp_path):
    path = file(tmp_path / "set2018", ["Guten Morgen|LBR|ihr alle\tOTHER\tx", "", "zweiter"])
    assert feeds.read([path], []) == [
        feeds.FeedPost("Guten Morgen ihr alle", "set"),
        feeds.FeedPost("zweiter", "set"),
    ]


def test_a_text_comes_once_however_its_handles_and_addresses_are_masked(tmp_path):
    one = file(tmp_path / "a", ["@anna Der Zug steht! https://t.co/x1", "neu hier"])
    two = file(tmp_path / "b", ["@user der zug steht http", "Neu hier.", "ganz anders"])
    assert [post.text for post in feeds.read([one, two], ["@DB der ZUG steht"])] == ["neu hier", "ganz anders"]


@pytest.mark.parametrize("lines", [[], ["schon bekannt"], ["", "   "]])
def test_a_file_that_gives_nothing_is_told(tmp_path, lines):
    path = file(tmp_path / "a", lines)
    with pytest.raises(TerminalError, match=r"feed\.txt: holds no post that is not labelled already"):
        feeds.read([path], ["Schon bekannt!"])


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(TerminalError, match=r"none\.txt: cannot be read"):
        feeds.read([tmp_path / "none.txt"], [])
    (tmp_path / "latin.txt").write_bytes("schön".encode("latin-1"))
    with pytest.raises(TerminalError, match=r"latin\.txt: cannot be read .*UTF-8"):
        feeds.read([tmp_path / "latin.txt"], [])


def test_places_of_texts_that_are_not_labelled():
    assert feeds.without(["a b", "c", "A-B!"], ["ab"]) == [1]


@pytest.mark.parametrize(("folder", "origin"), [("shop-chat26", "shop"), ("shop_chat", "shop_chat"), ("26", "26")])
def test_a_feeds_collection_is_told_as_that_of_labelled_posts_is(tmp_path, folder, origin):
    assert feeds.read([file(tmp_path / folder, ["hallo"])], [])[0].origin == origin
    assert GoldPost("1", "x", "de", folder, frozenset(), False, 0).origin == origin
