#!/usr/bin/env bash
# Everything on one machine: private PostgreSQL, migrations, silo and API in one process, demonstration data on the first start.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"
. "$ROOT/deploy/scripts/demo.sh"
. "$ROOT/deploy/scripts/node.sh"

usage() {
  cat <<'TEXT'
用法:deploy/up.sh [--port 端口] [--data 目录] [--demo none|county|city|province] [--memory MB]
  --port   HTTP 端口,默认 8080(只在 127.0.0.1 上监听)
  --data   数据目录,默认 .data;换目录和端口可以同时运行几套
  --demo   第一次启动时导入的演示数据,默认 county(柘城县);演示数据全部为虚构
  --memory 服务进程的内存上限(MB,至少 600),默认不限;数据库另计
按 Ctrl-C 停止。
TEXT
}

port=8080 data=$ROOT/.data demo=county memory=0
while (($#)); do
  case $1 in
    --port) port=${2:?缺少端口}; shift 2 ;;
    --data) data=${2:?缺少目录}; shift 2 ;;
    --demo) demo=${2:?缺少范围}; shift 2 ;;
    --memory) memory=${2:?缺少上限}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $demo =~ ^(none|county|city|province)$ ]] || fail "--demo 只能是 none、county、city 或 province"
[[ $port =~ ^[0-9]+$ ]] || fail '--port 应为数字'
valid_memory "$memory"
young_generation "$memory" 1
need_dotnet
mkdir -p "$data/logs" && data=$(cd "$data" && pwd -P)
exec 9>"$data/lock"
flock -n 9 || fail "目录 $data 已有一套在运行。"
# A server left behind by a killed script belongs to this folder, which nobody else holds now.
if [[ -s $data/server.pid ]] && left=$(cat "$data/server.pid") && tr '\0' ' ' 2>/dev/null <"/proc/$left/cmdline" | grep -qF -- "--data $data "; then
  stop_process "$left"
fi
port_in_use "$port" && fail "端口 $port 已被占用,请用 --port 换一个。"

# Before anything that must be stopped again.
pg_install || exit 1
server=
# In order: demonstration import, HTTP and silo (one process, HTTP first), database.
stop_all() {
  trap '' INT TERM
  demo_stop
  if [[ -n $server ]]; then say '正在停止服务……'; stop_process "$server"; fi
  rm -f "$data/server.pid"
  say '正在停止数据库……'
  pg_stop "$data" || true
  say '已全部停止。'
}
trap 'exit 130' INT
trap 'exit 143' TERM
trap stop_all EXIT

# Before the server, whose build copies the pages. Without them everything else works.
console_build 9>&- || true
build silo "$SILO_DLL"
start_database "$data" 9>&-

umask 077
export ConnectionStrings__Main
ConnectionStrings__Main=$(pg_url "$data" ffp_runtime "$DATABASE")
accounts=$(dotnet "$SILO_DLL" accounts --file "$data/accounts.json" 9>&-)
log=$data/logs/server.log
dotnet "$SILO_DLL" --role all --port "$port" --silo-port "$(pg_free_port)" --gateway-port "$(pg_free_port)" --data "$data" --memory "$memory" --FangFanPin:Declare:LogCodes=true >>"$log" 2>&1 9>&- &
server=$!
echo "$server" >"$data/server.pid"
wait_ready "$port" "$server" "$log" 120

if demo_missing "$demo" "$data"; then say "服务已启动:http://127.0.0.1:$port/m/ 。正在装入演示数据,期间即可登录,账号在 $data/accounts.json。"; fi
demo_load "$demo" "$port" "$data"

cat <<TEXT

防返贫动态监测系统已启动。
  工作台    http://127.0.0.1:$port/m/   (手机页面;申报二维码在“我的”中)
  接口      http://127.0.0.1:$port/api/v1
  接口文档  http://127.0.0.1:$port/scalar   (OpenAPI:/openapi/v1.json)
  运行状况  http://127.0.0.1:$port/health/ready   指标:/metrics
  日志      $log   (试用没有短信通道:申报的短信验证码写在日志里)

演示账号(密码随机生成,也在 $data/accounts.json;演示账号免首次改密):
$accounts
  带 * 的账号登录时还需动态口令(code),取当前口令:dotnet $SILO_DLL totp --file $data/accounts.json --account 账号

按 Ctrl-C 停止。
TEXT
# A signal ends wait at once, and the traps do the rest.
status=0
wait "$server" || status=$?
server=
fail "服务意外退出(代码 $status),日志:$log"
