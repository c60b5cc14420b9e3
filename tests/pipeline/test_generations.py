import pytest

from configs.base import ConfigError
from pipeline import generations
from schemas.errors import TerminalError
from sinks.store import Result


class Table:
    """The table `generations`, with what the store promises of it."""

    def __init__(self):
        self.rows = {}

    def query(self, sql, parameters=None):
        names = ["name", "fingerprint", "description", "activation"]
        return Result(names, [], [(n, f, "", a) for n, (f, a) in self.rows.items()])

    def write(self, blocks):
        for block in blocks:
            c = block.columns
            self.rows[c["name"][0]] = (c["fingerprint"][0], c["activation"][0])


def test_the_first_is_registered_and_active_and_a_repeat_changes_nothing():
    table = Table()
    generations.enter(table, "live", "f1", "")
    generations.enter(table, "live", "f1", "")
    assert table.rows == {"live": ("f1", 1)}


def test_a_new_name_becomes_the_active_one_and_a_known_one_takes_nothing_back(caplog):
    """A stream of the old name that starts again leaves active what somebody activated, and says so."""
    table = Table()
    generations.enter(table, "live", "f1", "")
    generations.enter(table, "live2", "f2", "")
    assert table.rows == {"live": ("f1", 1), "live2": ("f2", 2)}
    with caplog.at_level("WARNING", "echolot.generations"):
        generations.enter(table, "live", "f1", "")
    assert table.rows == {"live": ("f1", 1), "live2": ("f2", 2)}
    *_, said = (record.getMessage() for record in caplog.records)
    assert "judged under 'live'" in said and "the views show 'live2'" in said and "activate live`" in said
    assert generations.activate(table, "live") == "live2"
    generations.enter(table, "live2", "f2", "")
    assert table.rows == {"live": ("f1", 3), "live2": ("f2", 2)}


def test_what_was_made_known_before_waits_to_be_activated_unless_nothing_is_active():
    table = Table()
    generations.register(table, "first", "f1", "")
    generations.enter(table, "first", "f1", "")
    generations.register(table, "next", "f2", "")
    generations.enter(table, "next", "f2", "")
    assert table.rows == {"first": ("f1", 1), "next": ("f2", 0)}


class Deleting(Table):
    """A server that deletes in the background; `under_way` are its answers when asked for mutations."""

    def __init__(self, *under_way):
        super().__init__()
        self.told, self.under_way = [], list(under_way)

    def command(self, sql):
        self.told.append(sql)

    def query(self, sql, parameters=None):
        if "system.columns" in sql:
            return Result(["name"], [], [("latest_fail_reason",)])
        if "system.mutations" in sql:
            return Result(["latest_fail_reason"], [], self.under_way.pop(0))
        return super().query(sql, parameters)


def test_a_drop_waits_for_each_deletion_marks_first_and_name_last():
    table = Deleting([("",), ("",)], [], [], [("",)], [])
    generations.register(table, "trial", "f1", "")
    generations.drop(table, "trial")
    assert table.told == [
        "ALTER TABLE replays DELETE WHERE generation = 'trial'",
        "ALTER TABLE verdicts DELETE WHERE generation = 'trial'",
        "ALTER TABLE generations DELETE WHERE name = 'trial'",
    ]
    assert table.under_way == []


def test_a_deletion_that_fails_ends_the_drop_with_the_reason():
    table = Deleting([], [("",)], [("",), ("Code: 243. DB::Exception: Cannot reserve 1 MiB (version 24.8.1)",)])
    generations.register(table, "trial", "f1", "")
    with pytest.raises(TerminalError, match=r"the table verdicts: Cannot reserve 1 MiB\. .* drop the generation again"):
        generations.drop(table, "trial")
    assert len(table.told) == 2


def test_other_models_under_the_same_name_are_refused_with_a_free_name():
    table = Table()
    generations.enter(table, "live", "f1", "")
    generations.enter(table, "live2", "f2", "")
    with pytest.raises(ConfigError, match=r"'live' was made by other models, .*'live1'.*no verdict under a new name"):
        generations.enter(table, "live", "f9", "")
    assert table.rows["live"] == ("f1", 1)


def test_it_is_said_that_a_new_name_empties_the_queue_and_how_to_fill_it(caplog):
    """Said once, when a second name begins: not for the first name, nor when it starts again."""
    table = Table()
    said = []
    for name, fingerprint in (("live", "f1"), ("live", "f1"), ("live2", "f2"), ("live2", "f2")):
        caplog.clear()
        with caplog.at_level("WARNING", "echolot.generations"):
            generations.enter(table, name, fingerprint, "")
        said.append([record.getMessage() for record in caplog.records])
    assert [len(lines) for lines in said] == [0, 0, 1, 0]
    for part in (
        "'live2' is the active generation",
        "leave the queue",
        "source.group",
        "earliest",
        "echolot replay PATH",
    ):
        assert part in said[2][0]
