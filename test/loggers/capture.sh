#!/usr/bin/env bash
# Lets a real Fluent Bit read lines/*.log and writes the chunks of the golden cases in
# test/golden/testdata/loggers: FLUENT_BIT=/path/to/fluent-bit ./capture.sh [case...]
set -euo pipefail
cd "$(dirname "$0")"
cases=$PWD/../golden/testdata/loggers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

capture() {
  local name=$1 lines
  lines=lines/$name.log
  test -f "$lines" || lines=lines/${name%-line}.log # a case of the same lines, without a parser
  rm -rf "$work"/*
  mkdir "$work/in"
  cp "$lines" "$work/in/app.log"
  {
    sed -e "s#/var/log/shop/#$work/in/#" -e "s#parsers.conf#$PARSERS#" "$cases/$name/fluent-bit.conf"
    printf '\n[OUTPUT]\n    Name file\n    Match *\n    Path %s\n    File chunk.msgpack\n    Format msgpack\n' "$work"
  } >"$work/fluent-bit.conf"
  "$FLUENT_BIT" -q -c "$work/fluent-bit.conf" >"$work/log" 2>&1 &
  local pid=$!
  sleep 4
  kill -TERM $pid
  wait $pid || true
  test -s "$work/chunk.msgpack" || { echo "$name: no chunk" >&2; cat "$work/log" >&2; exit 1; }
  cp "$work/chunk.msgpack" "$cases/$name/"
}

: "${FLUENT_BIT:?is the path of the Fluent Bit to run}"
PARSERS=${PARSERS:-$(dirname "$FLUENT_BIT")/../etc/fluent-bit/parsers.conf}
for name in ${*:-$(ls "$cases")}; do
  capture "$name"
done
