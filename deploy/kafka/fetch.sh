#!/usr/bin/env bash
# Copies the jars of a Kafka 4.1.1 broker (46 jars, 43 MB) into a folder by way of Maven. Does nothing when they are there.
#
#   deploy/kafka/fetch.sh [FOLDER]      default: ${ECHOLOT_CACHE:-$HOME/.cache/echolot}/kafka-4.1.1
#
# Prints the folder on standard output. Exit codes: 0 the jars are there, 1 they could not be fetched, 2 bad usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=4.1.1

fail() {
    echo "fetch.sh: $1" >&2
    exit "${2:-1}"
}

[ $# -le 1 ] || fail "takes one folder at most, got $#: fetch.sh [FOLDER]" 2
folder=${1:-${ECHOLOT_CACHE:-$HOME/.cache/echolot}/kafka-$version}

command -v java >/dev/null ||
    fail "java is not on the PATH; Kafka $version needs Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${major:-0}" -ge 17 ] ||
    fail "java is version ${major:-unknown}; Kafka $version needs 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"

# The marker holds the checksum of the pom the jars came from, so that a changed pom fetches anew.
wanted=$(cksum <"$here/pom.xml")
if [ "$(cat "$folder/.complete" 2>/dev/null)" = "$wanted" ]; then
    echo "$folder"
    exit 0
fi

command -v mvn >/dev/null ||
    fail "mvn is not on the PATH; it fetches the jars (Debian: apt-get install maven)"

# Fetched beside the target and moved at the end: a folder with its marker is always whole, an aborted run leaves none.
mkdir -p "$(dirname "$folder")"
fresh=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
chmod 755 "$fresh"
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$fresh" -DincludeScope=runtime >&2 ||
    fail "mvn could not copy the jars (its message is above); check the network and Maven's settings, then run this again"
ls "$fresh"/kafka_2.13-$version.jar >/dev/null 2>&1 ||
    fail "mvn ended without error, but kafka_2.13-$version.jar is not among the jars; run it without -q to see why"
echo "$wanted" >"$fresh/.complete"
rm -rf "$folder"
mv "$fresh" "$folder"
echo "$folder"
