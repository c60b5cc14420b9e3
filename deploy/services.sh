#!/bin/sh
# Fetch what the integration tests run against. What cannot be had is said; the tests that need it then skip visibly
# (or fail, with ECHOLOT_REQUIRE_SERVICES=1).
here=$(dirname "$0")
bash "$here/kafka/fetch.sh" || echo "services: no Kafka; its tests will be skipped"
if bash "$here/flink/fetch.sh"; then
    python="$here/../.venv/bin/python"
    [ ! -x "$python" ] || (cd "$here/.." && .venv/bin/python -m deploy.flink.archive) # saves half of each start
else
    echo "services: no Flink; its tests will be skipped"
fi
if ! command -v clickhouse-server >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "services: installing clickhouse-server by apt"
        apt-get update -qq >/dev/null 2>&1
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq clickhouse-server >/dev/null 2>&1
    fi
fi
command -v clickhouse-server >/dev/null 2>&1 ||
    echo "services: no clickhouse-server; its tests will be skipped (as root: apt-get install clickhouse-server)"
exit 0
