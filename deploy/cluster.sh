#!/usr/bin/env bash
# Several silo processes and an API process on loopback, joined through the database: for fault tests and for trying scale-out.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"

usage() {
  cat <<'TEXT'
用法:deploy/cluster.sh [--silos N] [--port 端口] [--data 目录] [--memory MB]
  --silos  silo 进程数,默认 2
  --port   API 端口,默认 8080;各 silo 的健康检查和指标在其后的端口
  --memory 每个进程的内存上限(MB,至少 600),默认不限
进程清单写入 数据目录/cluster.pids(名称、进程号、HTTP 端口)。按 Ctrl-C 停止。
TEXT
}

silos=2 port=8080 data=$ROOT/.data-cluster memory=0
while (($#)); do
  case $1 in
    --silos) silos=${2:?缺少数量}; shift 2 ;;
    --port) port=${2:?缺少端口}; shift 2 ;;
    --data) data=${2:?缺少目录}; shift 2 ;;
    --memory) memory=${2:?缺少上限}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $silos =~ ^[1-9]$ ]] || fail '--silos 应为 1 至 9'
valid_memory "$memory"
young_generation "$memory" "$silos"
need_dotnet
mkdir -p "$data/logs" && data=$(cd "$data" && pwd -P)
exec 9>"$data/lock"
flock -n 9 || fail "目录 $data 已有一套在运行。"

pids=()
# The newest process first: the API before the silos that it calls.
stop_all() {
  trap '' INT TERM
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do stop_process "${pids[i]}"; done
  rm -f "$data/cluster.pids"
  pg_stop "$data" || true
  say '已全部停止。'
}
trap 'exit 130' INT
trap 'exit 143' TERM
trap stop_all EXIT

start() {
  local name=$1 http=$2 log=$data/logs/$1.log
  shift 2
  dotnet "$SILO_DLL" --port "$http" --cluster-id cluster --data "$data" --memory "$memory" "$@" >>"$log" 2>&1 9>&- &
  pids+=($!)
  wait_ready "$http" "${pids[-1]}" "$log" 120
  say "$name ${pids[-1]} $http" | tee -a "$data/cluster.pids"
}

pg_install
build silo "$SILO_DLL"
start_database "$data" 9>&-
umask 077
export ConnectionStrings__Main
ConnectionStrings__Main=$(pg_url "$data" ffp_runtime "$DATABASE")
dotnet "$SILO_DLL" accounts --file "$data/accounts.json" 9>&- >/dev/null
: >"$data/cluster.pids"
for ((n = 1; n <= silos; n++)); do
  start "silo$n" $((port + n)) --role silo --silo-port "$(pg_free_port)" --gateway-port "$(pg_free_port)"
done
start api "$port" --role api
say "API:http://127.0.0.1:$port/scalar   账号:$data/accounts.json"
# A silo may be killed on purpose; the end of the API is the end.
wait "${pids[-1]}" || true
