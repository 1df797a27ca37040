# Shared by the commands of deploy/. Source it; it brings the functions of postgres.sh too.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
DATABASE=fangfanpin
SILO_DLL=$ROOT/silo/bin/Release/net10.0/FangFanPin.Silo.dll
# shellcheck source=postgres.sh
. "$ROOT/deploy/scripts/postgres.sh"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# No build server outlives the command that built.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }
fail() { printf '错误:%s\n' "$*" >&2; exit 1; }

need_dotnet() { command -v dotnet >/dev/null || fail '没有找到 dotnet,请先安装 .NET 10 SDK。'; }

# A limit in MB as the server takes it, before anything is started; 0 is none.
valid_memory() { [[ $1 =~ ^[0-9]{1,7}$ ]] && ((10#$1 == 0 || 10#$1 >= 600)) || fail '--memory 应为至少 600 的 MB 数'; }

# young_generation LIMIT PROCESSES: a collection costs what lives, so the fewer the less: an eighth of a process's memory, between 512 MB and 1.5 GB, instead of the 136 MB that
# the collector takes by itself; and both of its heaps from the start, instead of one until it deems the other worth it. The price is so much more memory: only where there is
# plenty. The runtime takes both from the environment alone.
young_generation() {
  local mb=$((10#$1)) young
  if ((mb == 0)); then mb=$(($(machine_mb) / 2 / $2)); fi
  if ((mb >= 4096)); then
    young=$((mb / 8 < 1536 ? mb / 8 : 1536))
    export DOTNET_GCgen0size=${DOTNET_GCgen0size:-$(printf '0x%x' $((young << 20)))} DOTNET_GCDynamicAdaptationMode=${DOTNET_GCDynamicAdaptationMode:-0}
  fi
}

# build PATH OUTPUT: Release, and only when a source is newer than what was built. One build at a time per checkout.
build() {
  local what=$1 output=$2
  mkdir -p "$ROOT/artifacts"
  (
    flock 8
    if [[ -f $output && -z $(find "$ROOT" \( -name bin -o -name obj -o -name .git -o -name artifacts -o -name node_modules -o -name '.data*' \) -prune -o \
        \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.sql' -o -name '*.json' -o -name '*.csv' -o -name '*.sln' -o -path '*/api/wwwroot/*' \) -newer "$output" -print -quit) ]]; then
      exit 0
    fi
    say '正在编译(Release)……' >&2
    dotnet build "$ROOT/$what" -c Release -v q -nologo -p:UseSharedCompilation=false >"$ROOT/artifacts/build.log" 2>&1 8>&- 9>&- \
      || { grep -E ' error |error\(s\)' "$ROOT/artifacts/build.log" | sort -u | head -n 20 >&2; exit 1; }
    touch "$output"
  ) 8>"$ROOT/artifacts/build.lock" || fail "编译失败,日志:$ROOT/artifacts/build.log"
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Starts the database of folder $1 and brings it to this program's tables. The port of the last time is kept if it is free.
start_database() {
  local dir=$1 port=0 home
  if [[ -e $dir/postgres ]]; then
    home=$(pg_home "$dir")
    if [[ -f $home/data/ffp.conf ]]; then
      port=$(pg_port "$dir")
      if ! pg_running "$home" && port_in_use "$port"; then port=0; fi
    fi
  fi
  pg_start "$dir" "$port" || exit 1
  pg_database "$dir" "$DATABASE"
  dotnet "$SILO_DLL" migrate --connection "$(pg_url "$dir" ffp_owner "$DATABASE")" || exit 1
}

# wait_ready PORT PID LOG SECONDS
wait_ready() {
  local port=$1 pid=$2 log=$3 end=$((SECONDS + $4))
  until curl -fs -o /dev/null --max-time 3 "http://127.0.0.1:$port/health/ready"; do
    kill -0 "$pid" 2>/dev/null || { tail -n 30 "$log" >&2; fail "服务没有启动,日志:$log"; }
    ((SECONDS < end)) || { tail -n 30 "$log" >&2; fail "服务在 $4 秒内没有就绪,日志:$log"; }
    sleep 0.2
  done
}

# Asks a process to stop and waits; after SECONDS it is killed.
stop_process() {
  local pid=$1 end=$((SECONDS + ${2:-70}))
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    ((SECONDS < end)) || { kill -KILL "$pid" 2>/dev/null; break; }
    sleep 0.1
  done
  wait "$pid" 2>/dev/null || true
}
