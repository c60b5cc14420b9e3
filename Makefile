# Everything happens in .venv. Outside the checkout: download caches (pip's, Maven's, ECHOLOT_CACHE), and for the tests, as
# root on Debian, the package clickhouse-server by apt.
PYTHON ?= python3
BIN := .venv/bin
GOLD ?=
SETS ?=
export ECHOLOT_CACHE ?= $(HOME)/.cache/echolot
# Hundreds of processes would compile all sources at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: test-chaos help demo demo-kafka test fast lint services services-up services-status services-down bench bench-judge \
	bench-stream bench-replay soak train evaluate fuzz real-files clean

need_gold = test -f "$(GOLD)/dev.jsonl" || { echo "make $(1) needs labelled posts: GOLD=DIR, a folder with dev.jsonl (one \
post a line; docs: echolot $(1) intents --help)"; exit 2; }; for set in umsab mobasa germeval2018 app_reviews \
customer_feedback banking77; do test -d "$(SETS)/$$set" || { echo "make $(1) needs public sets of posts: SETS=DIR, a folder \
with umsab/ (github.com/cardiffnlp/xlm-t), mobasa/ (github.com/DFKI-NLP/sim3s-corpus), germeval2018/, app_reviews/ \
(github.com/Jl-wei/mini-bar), customer_feedback/ (github.com/pabitralenka/Customer-Feedback-Analysis) and banking77/ \
(github.com/PolyAI-LDN/task-specific-datasets); it lacks $$set/"; exit 2; }; done

labelled = $(GOLD)/dev.jsonl $(GOLD)/authored.jsonl $(GOLD)/authored2.jsonl
feeds = $(addprefix --feed ,$(foreach language,english french german italian portuguese spanish,\
	$(SETS)/umsab/data_sentiment_$(language)_train_text.txt) $(wildcard $(SETS)/germeval2018/*training.txt))
texts = $(addprefix --text ,$(sort $(wildcard $(SETS)/app_reviews/*.csv)) \
	$(sort $(wildcard $(SETS)/customer_feedback/*.tsv)) $(wildcard $(SETS)/banking77/banking_data_train.csv))
encoder = --encoder package --sentiment $(SETS)/umsab --sentiment $(SETS)/mobasa $(texts) --work $(WORK)
WORK = .encoder
RATE = 40

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "make %-15s %s\n", $$1, $$2}'

.venv/installed: setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Echolot needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "installing (two minutes on a fresh machine, 1.4 GB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/dev: .venv/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

.venv/training: .venv/installed
	@echo "installing torch and what else training needs (gigabytes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[training]'
	@touch $@

demo: .venv/installed ## run the main job over real sample posts into an embedded store, and show the queue
	@$(BIN)/echolot demo

demo-kafka: .venv/installed ## the same on a real Kafka broker, live, RATE=40 posts/s (needs Java 17 and Maven)
	@bash deploy/kafka/fetch.sh
	@$(BIN)/python -m deploy.kafka.demo --rate $(RATE)

services: ## fetch what the tests run against: Kafka's and Flink's jars by Maven, clickhouse-server by apt
	@sh deploy/services.sh

services-up: .venv/installed ## Kafka and a Flink cluster for development, detached (needs Java 17 and Maven)
	@bash deploy/kafka/fetch.sh >/dev/null && bash deploy/flink/fetch.sh >/dev/null
	@$(BIN)/python -m deploy.up up

services-status: .venv/installed ## which of them answer, and where
	@$(BIN)/python -m deploy.up status

services-down: .venv/installed ## stop them; data and logs stay in services/
	@$(BIN)/python -m deploy.up down

test: .venv/dev services lint ## the whole test suite, real Kafka and ClickHouse included
	@$(BIN)/python -m pytest -n 2 --dist loadfile

fast: .venv/dev ## the tests that need no service
	@$(BIN)/python -m pytest -m "not kafka and not clickhouse and not flink and not slow"

test-chaos: .venv/dev services ## 200 kills of a job on Flink over 2,000,000 records, fused and spread (some hours)
	@ECHOLOT_REQUIRE_SERVICES=1 ECHOLOT_KILLS=$${ECHOLOT_KILLS:-200} ECHOLOT_RECORDS=$${ECHOLOT_RECORDS:-2000000} \
		$(BIN)/python -m pytest -s tests/chaos/test_chaos_flink.py

lint: .venv/dev ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy schemas configs sinks classifiers pipeline

bench: .venv/dev ## the job against a bare loop: mentions/s, latency, memory (needs Java 17 and Maven)
	@bash deploy/kafka/fetch.sh
	@$(BIN)/python -m benchmarks.job

bench-judge: .venv/dev ## the judge stage by stage: posts/s of a core, time to load, memory
	@$(BIN)/python -m benchmarks.judge

bench-stream: .venv/dev ## the same through Flink: workers, latency, recovery after kills
	@bash deploy/kafka/fetch.sh && bash deploy/flink/fetch.sh
	@$(BIN)/python -m benchmarks.stream

bench-replay: .venv/dev ## a replay: workers, memory over 10,000,000 records, a live stream beside it (3-4 hours)
	@bash deploy/kafka/fetch.sh || true
	@$(BIN)/python -m benchmarks.replay

soak: .venv/dev ## half an hour at half load on Flink: does anything grow?
	@bash deploy/kafka/fetch.sh && bash deploy/flink/fetch.sh
	@$(BIN)/python -m benchmarks.soak

train: ## train the shipped models anew, hours; needs labelled posts (not in this repository): GOLD=DIR SETS=DIR
	@$(call need_gold,train)
	@$(MAKE) --no-print-directory .venv/training
	@$(BIN)/echolot train intents $(labelled) $(feeds) $(encoder) --out classifiers/artefacts
	@$(BIN)/echolot train sentiment $(SETS)/umsab $(SETS)/mobasa --out classifiers/artefacts/sentiment

evaluate: ## cross-validated figures, each stage beside the whole, hours; needs labelled posts: GOLD=DIR SETS=DIR
	@$(call need_gold,evaluate)
	@$(MAKE) --no-print-directory .venv/training
	@$(BIN)/echolot train intents $(labelled) $(feeds) $(encoder) --out $$(mktemp -d)
	@$(BIN)/echolot evaluate intents $(GOLD)/dev.jsonl

fuzz: .venv/dev ## a million mutated records over all formats: none may crash the decoder; prints the seed
	@$(BIN)/python -m benchmarks.fuzz

real-files: .venv/installed ## public sets by their mapping files, dry: records read against records counted; SETS=DIR GOLD=DIR
	@test -d "$(SETS)" && test -d "$(GOLD)" || { echo "make real-files needs labelled sets: SETS=DIR, a folder with a folder \
a set, named as in samples/formats, and GOLD=DIR, a folder with dev.jsonl (one post a line)"; exit 2; }
	@$(BIN)/python -m benchmarks.real_files --sets "$(SETS)" --gold "$(GOLD)"

clean: ## remove the virtual environment and what demos left
	@rm -rf .venv demo-data demo-data-kafka echolot-data build *.egg-info
