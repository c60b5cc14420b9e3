#!/usr/bin/env bash
# Copies the jars that a pom.xml names into a folder by way of Maven. Does nothing when they are there.
#
#   deploy/fetch_jars.sh WHAT POM JAR FOLDER      used by kafka/fetch.sh and flink/fetch.sh
#
# WHAT names them in messages; JAR is the file that must be among them. Prints the folder on standard output.
# Exit codes: 0 the jars are there, 1 they could not be fetched, 2 bad usage.
set -euo pipefail

fail() {
    echo "fetch.sh: $1" >&2
    exit "${2:-1}"
}

[ $# -eq 4 ] || fail "takes one folder at most: fetch.sh [FOLDER]" 2
what=$1 pom=$2 jar=$3 folder=$4

java_hint="(Debian: apt-get install openjdk-17-jre-headless)"
command -v java >/dev/null || fail "java is not on the PATH; $what needs Java 17 or newer $java_hint"
major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${major:-0}" -ge 17 ] || fail "java is version ${major:-unknown}; $what needs 17 or newer $java_hint"

# The marker holds the checksum of the pom the jars came from, so that a changed pom fetches anew.
wanted=$(cksum <"$pom")
if [ "$(cat "$folder/.complete" 2>/dev/null)" = "$wanted" ]; then
    echo "$folder"
    exit 0
fi

command -v mvn >/dev/null || fail "mvn is not on the PATH; it fetches the jars (Debian: apt-get install maven)"

# Fetched beside the target and moved at the end: a folder with its marker is always whole, an aborted run leaves none.
mkdir -p "$(dirname "$folder")"
fresh=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
chmod 755 "$fresh"
mvn -q -B -f "$pom" dependency:copy-dependencies -DoutputDirectory="$fresh" -DincludeScope=runtime >&2 ||
    fail "mvn could not copy the jars (its message is above); check the network and Maven's settings, then run this again"
[ -f "$fresh/$jar" ] || fail "mvn ended without error, but $jar is not among the jars; run it without -q to see why"
echo "$wanted" >"$fresh/.complete"
rm -rf "$folder"
mv "$fresh" "$folder"
echo "$folder"
