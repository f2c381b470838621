#!/usr/bin/env bash
# Runs the loggers and writes their lines to lines/, and their versions to versions.txt. README.md
# says what it needs. "run.sh go node" runs those of Go and Node only.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TZ=UTC LC_ALL=C.UTF-8

# write NAME COMMAND... runs a logger and writes what it logs: its process is 4711, this folder /app.
write() {
  local name=$1 pid
  shift
  "$@" >"$work/out" 2>"$work/err" &
  pid=$!
  wait "$pid" || { cat "$work/err" >&2; exit 1; }
  sed -e "s#$here#/app#g" -e "s/\b$pid\b/4711/g" "$work/out" >"lines/$name.log"
}

# at NAME COMMAND... writes what a logger logs at a fixed time, which the library libfaketime sets.
at() {
  local name=$1
  shift
  write "$name" env LD_PRELOAD="$(fake)" FAKETIME='2026-03-02 08:15:30' FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}

fake() { ls /usr/lib/*/faketime/libfaketime.so.1; }

# packages PATTERN... prints Debian's packages with their versions.
packages() { dpkg-query -W -f '${Package} ${Version}\n' "$@"; }

go_loggers() {
  (cd go && go build -trimpath -o "$work/loggers" .)
  for name in $("$work/loggers"); do
    write "$name" "$work/loggers" "$name"
  done
  # klog takes no clock.
  sed -Ei 's/^([IWEF])[0-9]{4} [0-9:.]{15} +[0-9]+ /\10302 08:15:30.123456    4711 /' lines/klog.log
  (cd go && go version && go list -m -f '{{if not .Indirect}}{{.Path}} {{.Version}}{{end}}' all | sed 1d)
}

node_loggers() {
  (cd node && npm ci --ignore-scripts --omit=optional --no-audit --no-fund >&2)
  local node="node --require $here/node/fixed.js $here/node"
  write pino $node/pino.js default
  write pino-base-null $node/pino.js base-null
  write pino-custom-levels $node/pino.js custom
  write pino-labels $node/pino.js labels
  write pino-ecs $node/pino.js ecs
  write winston $node/winston.js json
  write winston-simple $node/winston.js simple
  write winston-syslog $node/winston.js syslog
  write winston-cli $node/winston.js cli
  write bunyan $node/bunyan.js
  echo "node $(node --version)"
  (cd node && npm ls --depth=0 --parseable --long | sed -n 's/.*:\(.*\)@\(.*\)/\1 \2/p' | grep -v '^loggers')
}

python_loggers() {
  local python="/usr/bin/python3 -B $here/python" # Debian's, which has the packages
  at python-logging $python/std.py
  at python-json-logger $python/jsonlogger.py names
  at python-json-logger-numbers $python/jsonlogger.py numbers
  at structlog $python/structured.py
  at loguru $python/guru.py
  sed -Ei 's/("thread": \{"id": )[0-9]+/\11/' lines/loguru.log
  packages python3 python3-loguru python3-pythonjsonlogger python3-structlog
}

java_loggers() {
  local jars=/usr/share/java classpath=$work/java name
  for name in logback-classic logback-core slf4j-api logstash-logback-encoder jackson-core jackson-databind \
    jackson-annotations log4j-api log4j-core; do
    classpath+=:$jars/$name.jar
  done
  javac -encoding UTF-8 -cp "$classpath" -d "$work/java" java/*.java
  local java="java -Dfile.encoding=UTF-8 -cp $classpath"
  at logback $java -Dlogback.configurationFile="$here/java/logback-pattern.xml" Logback
  at logback-logstash $java -Dlogback.configurationFile="$here/java/logback-logstash.xml" Logback
  at log4j $java -Dlog4j2.configurationFile="$here/java/log4j-json.xml" Log4j
  at java-util-logging $java Jul
  sed -Ei 's#"location":"[^"]*/java/"#"location":"classes/"#g' lines/log4j.log
  java -version 2>&1 | sed -n '1s/"//gp'
  packages libjackson2-core-java liblog4j2-java liblogback-java liblogstash-logback-encoder-java
}

php_loggers() {
  at monolog php php/monolog.php json
  at monolog-line php php/monolog.php line
  at monolog-logstash php php/monolog.php logstash
  packages php-cli php-monolog
}

ruby_loggers() {
  at ruby-logger ruby -Eutf-8 ruby/std.rb
  at ruby-logging ruby -Eutf-8 ruby/logging.rb
  packages ruby ruby-logging
}

all="go node python java php ruby"
mkdir -p lines
for language in ${*:-$all}; do
  "${language}_loggers" >"$work/$language.versions"
done
if [ $# -eq 0 ]; then
  for language in $all; do cat "$work/$language.versions"; done >versions.txt
fi
