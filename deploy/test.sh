#!/usr/bin/env bash
# Every test on a bare machine with the .NET 10 SDK. The last line sums the result files of the test programs.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"
. "$ROOT/deploy/scripts/node.sh"
. "$ROOT/deploy/scripts/browser.sh"
need_dotnet

work=$(mktemp -d "${TMPDIR:-/tmp}/ffp-tests-XXXXXX")
# The server's account must be able to enter.
chmod 711 "$work"
running=
finish() {
  local status=$?
  trap '' INT TERM
  if [[ -n $running ]]; then stop_process "$running" 20; fi
  if [[ -d $work/pg ]]; then pg_destroy "$work/pg" || true; fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

pg_install || exit 1
passed=0 failed=0 skipped=0
# The pages first: the build of the server copies them.
if ! node_install; then
  skipped=$((skipped + 1))
  say 'Console: skipped (没有 Node.js 与 npm)'
elif console_build && "$ROOT/deploy/scripts/console.sh" test >"$ROOT/artifacts/console-tests.log" 2>&1; then
  passed=$((passed + $(node_tests "$ROOT/artifacts/console-tests.log")))
  say "Console: $passed passed"
else
  failed=$((failed + 1))
  tail -n 40 "$ROOT/artifacts/console-tests.log"
  say 'Console: failed'
fi
# Without one, the walk is skipped with its reason; on CI that is a failure.
browser_install || say '没有 Chromium,浏览器里的走查将跳过。请先执行:sudo apt-get install chromium fonts-noto-cjk'
say '正在编译(Release)……'
mkdir -p "$ROOT/artifacts/tests"
dotnet build "$ROOT/FangFanPin.sln" -c Release -v q -nologo -p:UseSharedCompilation=false >"$ROOT/artifacts/build.log" 2>&1 || {
  grep -E ' error ' "$ROOT/artifacts/build.log" | sort -u | head -n 40
  fail "编译失败,日志:$ROOT/artifacts/build.log"
}
FFP_PG_SHARED_BUFFERS=${FFP_PG_SHARED_BUFFERS_TESTS:-512MB} pg_start "$work/pg" 0 || exit 1
FFP_TEST_PG=$(pg_url "$work/pg" postgres)
export FFP_TEST_PG

# One number of the <assembly> elements of a result file, summed.
count() { grep -o '<assembly [^>]*>' "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*' | paste -sd+ | bc_or_zero; }
bc_or_zero() { local sum; read -r sum || sum=0; printf '%d\n' "$((${sum:-0}))"; }

for folder in "$ROOT"/tests/*/; do
  name=$(basename "$folder")
  program=$folder/bin/Release/net10.0/FangFanPin.Tests.$name
  grep -qs 'xunit' "$folder/FangFanPin.Tests.$name.csproj" || continue
  result=$ROOT/artifacts/tests/$name.xml log=$ROOT/artifacts/tests/$name.log
  rm -f "$result"
  started=$SECONDS
  # A program that hangs is a failure, not a reason to wait for ever.
  timeout -k 30 "${FFP_TEST_SECONDS:-1200}" "$program" -noLogo -noColor -xml "$result" >"$log" 2>&1 &
  running=$!
  wait "$running"
  status=$?
  running=
  if [[ ! -s $result ]]; then
    failed=$((failed + 1))
    tail -n 40 "$log"
    say "$name:没有结果文件(退出代码 $status),日志:$log"
    continue
  fi
  p=$(count "$result" passed) f=$(($(count "$result" failed) + $(count "$result" errors))) s=$(count "$result" skipped)
  # A program that fails without a failed test has failed all the same; one without tests has not.
  if ((status != 0 && f == 0 && p > 0)); then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if ((f > 0)); then grep -vE '^(info|warn|fail|dbug):' "$log" | grep -A 12 -E '\[FAIL\]|Errors?:' | head -n 200; fi
  say "$name: $p passed, $f failed, $s skipped ($((SECONDS - started)) s)"
done
say "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
