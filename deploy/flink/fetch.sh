#!/usr/bin/env bash
# Copies the jars of Flink 1.19 with Beam's portable runner 2.62.0 (163 jars, 154 MB, 11 s) into a folder by way of Maven.
#
#   deploy/flink/fetch.sh [FOLDER]      default: ${ECHOLOT_CACHE:-$HOME/.cache/echolot}/flink-1.19-beam-2.62.0/gradle/wrapper
#
# The folder must end so: Beam's job server uploads its whole class path, 154 MB, to Flink with every job, and each
# TaskManager fetches it; it leaves out only paths that hold "gradle/wrapper" (PipelineResources.isStageable). Our
# cluster has the same jars on its own class path. Without this a job takes ten times as long to start.
#
# Prints the folder on standard output. Exit codes: 0 the jars are there, 1 they could not be fetched, 2 bad usage.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
default=${ECHOLOT_CACHE:-$HOME/.cache/echolot}/flink-1.19-beam-2.62.0/gradle/wrapper
exec bash "$here/../fetch_jars.sh" "Flink 1.19" "$here/pom.xml" beam-runners-flink-1.19-2.62.0.jar "${@:-$default}"
