import pytest

from configs.base import ConfigError
from pipeline import generations
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


def test_a_new_name_becomes_the_active_one_and_an_old_one_can_come_back():
    table = Table()
    for name, fingerprint in (("live", "f1"), ("live2", "f2"), ("live", "f1")):
        generations.enter(table, name, fingerprint, "")
    assert table.rows == {"live": ("f1", 3), "live2": ("f2", 2)}


def test_other_models_under_the_same_name_are_refused_with_a_free_name():
    table = Table()
    generations.enter(table, "live", "f1", "")
    generations.enter(table, "live2", "f2", "")
    with pytest.raises(ConfigError, match=r"'live' was made by other models, .*'live1'.*no verdict under a new name"):
        generations.enter(table, "live", "f9", "")
    assert table.rows["live"] == ("f1", 1)


def test_it_is_said_that_a_new_name_empties_the_queue_and_how_to_fill_it(caplog):
    """Said once, when a second name begins: not for the first name, nor when an old one comes back."""
    table = Table()
    said = []
    for name, fingerprint in (("live", "f1"), ("live2", "f2"), ("live2", "f2"), ("live", "f1")):
        caplog.clear()
        with caplog.at_level("WARNING", "echolot.generations"):
            generations.enter(table, name, fingerprint, "")
        said.append([record.getMessage() for record in caplog.records])
    assert [len(lines) for lines in said] == [0, 1, 0, 0]
    for part in ("'live2' is the active generation", "leave the queue", "source.group", "earliest", "store.path"):
        assert part in said[1][0]
