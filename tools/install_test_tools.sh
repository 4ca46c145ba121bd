#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings the system packages that tests (and, with the word `bench`, benchmarks) use beyond .venv:
# kcat and Java's tools as foreign clients, Maven to fetch Kafka's and ZooKeeper's jars, etcd, PostgreSQL; for
# benchmarks also RabbitMQ, gcc and librdkafka's headers. Does nothing when all are there; without root it says what
# is missing and goes on: tests without them still run, and tests with them fail and name the missing program.
set -eu

missing=""

need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need kcat kcat
need java default-jre-headless
need mvn maven
need etcd etcd-server
# Debian has PostgreSQL's programs in a folder for each version, none of them on the PATH.
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need postgres postgresql
if [ "${1:-}" = bench ]; then
  # /usr/sbin is not on every user's PATH, and that is where Debian has it.
  [ -x /usr/sbin/rabbitmq-server ] || need rabbitmq-server rabbitmq-server
  need gcc gcc
  [ -e /usr/include/librdkafka/rdkafka.h ] || missing="$missing libc6-dev librdkafka-dev"
fi

[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing:$missing (tests of these will fail; as root on Debian: apt-get install$missing)" >&2
  exit 0
fi

echo "Installing$missing ..."
# A server that comes with a package must not start: Debian asks this file before it does.
policy=/usr/sbin/policy-rc.d
made_policy=""
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  made_policy=yes
fi
trap '[ -z "$made_policy" ] || rm -f "$policy"' EXIT

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086 # one word per package
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Could not install:$missing (tests of these will fail)" >&2
fi
rm -f "$log"

case "$missing" in *rabbitmq-server*)
  # Benchmarks start their own with a temporary folder; the packaged service should not come up at boot.
  systemctl disable rabbitmq-server >/dev/null 2>&1 || true
  ;;
esac
case "$missing" in *etcd-server*)
  # Tests start their own with a temporary folder.
  systemctl disable etcd >/dev/null 2>&1 || true
  ;;
esac
case "$missing" in *postgresql*)
  # Likewise.
  systemctl disable postgresql >/dev/null 2>&1 || true
  ;;
esac
