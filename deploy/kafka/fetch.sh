#!/usr/bin/env bash
# Copies the jars of a Kafka 4.1.1 broker (46 jars, 43 MB) into a folder by way of Maven. Does nothing when they are there.
#
#   deploy/kafka/fetch.sh [FOLDER]      default: ${ECHOLOT_CACHE:-$HOME/.cache/echolot}/kafka-4.1.1
#
# Prints the folder on standard output. Exit codes: 0 the jars are there, 1 they could not be fetched, 2 bad usage.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
default=${ECHOLOT_CACHE:-$HOME/.cache/echolot}/kafka-4.1.1
exec bash "$here/../fetch_jars.sh" "Kafka 4.1.1" "$here/pom.xml" kafka_2.13-4.1.1.jar "${@:-$default}"
