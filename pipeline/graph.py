"""The one graph of stream and backfill. Every transform is named: names are state addresses on Flink."""

from __future__ import annotations

import apache_beam as beam

from configs.settings import JobSettings
from pipeline.stages import Decode, JudgeBatch, Write


def build(batches: beam.PCollection, settings: JobSettings, *, gather: int = 1) -> beam.PCollection:
    """PCollection of Batch to PCollection of Written. No shuffle: reading and writing stay one fused stage.

    `gather` is how many records are judged and written as one within a bundle, see JudgeBatch."""
    return (
        batches
        | "Decode" >> beam.ParDo(Decode(settings))
        | "Judge" >> beam.ParDo(JudgeBatch(settings, gather))
        | "Write" >> beam.ParDo(Write(settings))
    )
