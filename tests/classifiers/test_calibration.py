from __future__ import annotations

import numpy as np
import pytest

from classifiers import calibration, pictures


def test_error_by_hand():
    """Half of the posts say .8 and three in four are; the others say .2 and a half are: (.05 + .3) / 2."""
    truth = np.array([1, 1, 1, 0, 1, 1, 0, 0], bool)
    scores = np.array([0.8] * 4 + [0.2] * 4)
    found = calibration.bins(truth, scores)
    assert [(b.said, b.true, b.posts) for b in found] == [(pytest.approx(0.2), 0.5, 4), (pytest.approx(0.8), 0.75, 4)]
    assert calibration.error(found) == pytest.approx((0.05 + 0.3) / 2)


def test_certainty_falls_into_the_last_bin_and_no_posts_have_no_error():
    assert calibration.bins(np.array([True]), np.array([1.0]))[0].posts == 1
    assert calibration.error([]) == 0.0


def test_pictures_are_drawn(tmp_path):
    truth = np.array([[1, 0], [0, 1], [0, 0]], bool)
    pictures.confusion(("a", "b"), truth, truth, tmp_path / "c.svg")
    pictures.reliability([("m", calibration.bins(truth[:, 0], np.array([0.9, 0.1, 0.2])))], tmp_path / "r.svg")
    assert all((tmp_path / name).stat().st_size > 1000 for name in ("c.svg", "r.svg"))
