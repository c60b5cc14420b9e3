"""What a process holds once."""

import gc

from configs.settings import FilesSource, JobSettings
from pipeline import resources


def test_models_are_out_of_the_reach_of_garbage_collection_until_the_job_ends(tmp_path):
    settings = JobSettings(source=FilesSource(path=tmp_path))
    try:
        judge = resources.judge(settings)
        assert resources.judge(settings) is judge
        assert not any(each is judge for each in gc.get_objects())  # frozen objects are not listed
    finally:
        resources.release()
    assert any(each is judge for each in gc.get_objects())
