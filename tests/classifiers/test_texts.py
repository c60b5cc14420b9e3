"""Unlabelled texts: from tables and from lines, each once, with the collection that they are held out with."""

from __future__ import annotations

import pytest

from classifiers import feeds, texts
from classifiers.feeds import FeedPost
from schemas.errors import TerminalError

LABELLED = {feeds.key(text): origin for text, origin in (("The app is down!", "shop"), ("Bonjour", "bank"))}


def file(folder, name, content):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'id,text,stars\n1,"first, of all",3\n2,second one,1\n'),
        ("a.csv", 'data,stars\n"first, of all",3\nsecond one,1\n'),
        ("a.tsv", "tag\tnarrative\nx\tfirst, of all\ny\tsecond one\n"),
        ("a.txt", "first, of all\n\nsecond one\n"),
    ],
)
def test_a_table_has_them_in_a_column_of_that_name_else_in_the_last_and_other_files_one_a_line(tmp_path, name, content):
    found = texts.read([file(tmp_path / "new77", name, content)], LABELLED)
    assert found == [FeedPost("first, of all", "new"), FeedPost("second one", "new")]


def test_quotes_in_a_tsv_are_letters_like_others(tmp_path):
    path = file(tmp_path / "new", "a.tsv", 'tag\ttext\nx\t"open and never closed\ny\tsecond one\n')
    assert [each.text for each in texts.read([path], {})] == ['"open and never closed', "second one"]


def test_a_short_row_is_left_out(tmp_path):
    path = file(tmp_path / "new", "a.csv", "id,text\n1\n2,second one\n")
    assert [each.text for each in texts.read([path], {})] == ["second one"]


def test_a_file_in_which_labelled_posts_stand_is_of_their_collection(tmp_path):
    path = file(tmp_path / "reviews", "a.txt", "the app is down\nis it up again?\n")
    assert texts.read([path], LABELLED) == [FeedPost("is it up again?", "shop")]


def test_a_text_comes_once_and_none_that_is_known_or_next_to_nothing(tmp_path):
    one = file(tmp_path / "one", "a.txt", "@anna bonjour\nplease help\nok\n:-)\nof a feed\n")
    two = file(tmp_path / "two", "b.txt", "Please, help!\nanother one\n")
    found = texts.read([one, two], LABELLED, ["Of a feed."])
    assert found == [FeedPost("please help", "bank"), FeedPost("another one", "two")]


def test_a_file_that_gives_nothing_or_cannot_be_read_is_told(tmp_path):
    with pytest.raises(TerminalError, match=r"a\.txt: holds no text that is not known"):
        texts.read([file(tmp_path / "a", "a.txt", "Bonjour\n")], LABELLED)
    with pytest.raises(TerminalError, match=r"e\.csv: holds no text"):
        texts.read([file(tmp_path / "a", "e.csv", "")], LABELLED)
    with pytest.raises(TerminalError, match=r"none\.csv: cannot be read"):
        texts.read([tmp_path / "none.csv"], LABELLED)
    (tmp_path / "latin.csv").write_bytes("text\nschön".encode("latin-1"))
    with pytest.raises(TerminalError, match=r"latin\.csv: cannot be read .*UTF-8"):
        texts.read([tmp_path / "latin.csv"], LABELLED)
