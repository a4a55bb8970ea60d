#!/bin/sh
# Loads, swaps and breaks modules in a running host, by hand: what the agent's directory driver does.
set -eu
out=$1
work=$(mktemp -d)
slot=$work/modules/net/filter
host=
trap '[ -z "$host" ] || kill "$host" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM
make -s OUT="$out" module VERSION=1.0.0
make -s OUT="$out" module VERSION=1.1.0
make -s OUT="$work" module VERSION=1.2.0 BROKEN=1
make -s OUT="$work" module VERSION=1.3.0 BROKEN=4
put() {
    if [ ! -d "$slot/versions/$1" ]; then # a library that is loaded is never written over
        mkdir -p "$slot/versions/$1"
        cp "$2/libfilter.so" "$slot/versions/$1/"
        echo "{\"digest\":\"sha256:$1\"}" > "$slot/versions/$1/graft.json"
    fi
    ln -s "versions/$1" "$slot/next"
    mv -T "$slot/next" "$slot/current"
}
expect() {
    answer=$(curl -s "$@") || answer="curl failed: $?"
    case $answer in *"$want"*) echo "ok: $answer" ;; *) echo "wanted '$want', got: $answer"; exit 1 ;; esac
}
put 1.0.0 "$out/1.0.0"
"$out/edge-proxy" --modules "$work/modules" --port 0 --port-file "$work/port" & host=$!
while [ ! -s "$work/port" ]; do sleep 0.05; done
at=http://127.0.0.1:$(cat "$work/port")
want="filter 1.0.0: GET /x"; expect "$at/x"
put 1.1.0 "$out/1.1.0"
want='loaded'; expect -X POST "$at/-/reload"
want='"version":"1.1.0"'; expect "$at/-/version"
want='loaded'; expect -X POST "$at/-/reload"
want='"load":2'; expect "$at/-/version"
want='loaded'; expect -X POST "$at/-/restart"
want='"load":3'; expect "$at/-/version"
want="filter 1.1.0: GET /y"; expect "$at/y"
put 1.2.0 "$work/1.2.0"
want='loaded'; expect -X POST "$at/-/reload"
want='lost its routing table'; expect "$at/-/version"
put 1.3.0 "$work/1.3.0"
want='needs a table that is not there'; expect -X POST "$at/-/reload"
want='version 1.2.0 lost'; expect "$at/-/version"
put 1.0.0 "$out/1.0.0"
kill -HUP "$host"
for _ in $(seq 50); do curl -s "$at/" | grep -q 1.0.0 && break; sleep 0.05; done
want="filter 1.0.0"; expect "$at/" "$at/again" 
rm "$slot/current"
want='no module is loaded'; expect -X POST "$at/-/reload"
kill "$host"
wait "$host"
host=
echo "all as it should be"
