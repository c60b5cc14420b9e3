"""Dumps on a cluster: every worker reads a share of the batches, the same share that a local worker would.

A share is read in one go: Flink runs a bounded graph without checkpoints, and starts a share that broke off again from
its beginning. What is written by then is marked in the store (pipeline/marks.py) and left out."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import apache_beam as beam

from configs.dumps import DumpsSource
from configs.settings import JobSettings
from pipeline import counting, marks, resources
from pipeline.engines.halting import refuse_if_halted
from pipeline.failures import noted
from pipeline.sources.dumps import DumpRecords
from schemas.errors import TerminalError
from schemas.record import Batch

log = logging.getLogger("echolot.replay")
POLL_SECONDS = 0.1


class ReadShare(beam.DoFn):
    """Number of a share to its batches, without those that are written whole."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        """Start logs. Raises Halt where the job was halted."""
        counting.set_up(self, self._settings)
        refuse_if_halted(self._settings)

    def process(self, number: int) -> Iterator[Batch]:
        """All of the share, a Batch a time: each is written, or gathered for the next write, before the next is read.

        Raises TerminalError where a file is not there."""
        with noted(self._settings):
            records = self._opened(number)
        while not records.exhausted:
            with noted(self._settings):
                batch = records.poll(POLL_SECONDS)
            if batch is not None:
                yield batch
        log.info("share %d is read; %d of its records were written before", number, records.left_out)

    def _opened(self, number: int) -> DumpRecords:
        source = self._settings.source
        assert isinstance(source, DumpsSource)
        written = marks.whole(resources.store(self._settings), self._settings)
        share = source.model_copy(update={"worker": number})
        try:
            return DumpRecords(share, written, self._settings.max_record_bytes)
        except TerminalError as error:
            raise TerminalError(
                f"{error} (on {socket.gethostname()}: every Flink worker must find the files under the same path)"
            ) from error
