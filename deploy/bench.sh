#!/usr/bin/env bash
# One benchmark against a private PostgreSQL: deploy/bench.sh write|read|audit|freshness|load|search|export|cases|cold|recount|idle|sync|at-size [--size county|city|province] …
# Prints key=value lines, each with its baseline measured in the same run. --keep FOLDER leaves what was loaded there, and a later run measures on it
# without loading it again; who wants to come back to the same state copies the folder.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"
(($# > 0)) || fail '用法:deploy/bench.sh 名称 [--size 规模]'
need_dotnet
bench=$ROOT/tests/Bench/bin/Release/net10.0/FangFanPin.Tests.Bench.dll
keep= memory=0
for ((i = 1; i < $#; i++)); do
  next=$((i + 1))
  if [[ ${!i} == --keep ]]; then keep=${!next}; fi
  if [[ ${!i} == --memory ]]; then memory=${!next}; fi
done
valid_memory "$memory"
young_generation "$memory" 1
work=${keep:-$(mktemp -d "${TMPDIR:-/tmp}/ffp-bench-XXXXXX")}
mkdir -p "$work"
chmod 711 "$work"
running=
finish() {
  trap '' INT TERM
  if [[ -n $running ]]; then stop_process "$running"; fi
  if [[ -n $keep ]]; then pg_stop "$work/pg" || true; return; fi
  if [[ -d $work/pg ]]; then pg_destroy "$work/pg" || true; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
pg_install
build tests/Bench "$bench"
pg_start "$work/pg" 0
export FFP_TEST_PG
FFP_TEST_PG=$(pg_url "$work/pg" postgres)
dotnet "$bench" "$@" &
running=$!
status=0
wait "$running" || status=$?
running=
exit "$status"
