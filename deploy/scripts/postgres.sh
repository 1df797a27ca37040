#!/usr/bin/env bash
# A private PostgreSQL in one folder: own port, own socket, 127.0.0.1 only, passwords readable by the owner of the folder only.
# Used as a library (`source`) by up.sh, test.sh, cluster.sh and bench.sh, and as a command:
#   postgres.sh start DIR [PORT]   creates DIR when it is new, starts, prints the administrator's connection string (PORT 0: any free one)
#   postgres.sh stop DIR           fast shutdown
#   postgres.sh destroy DIR        stops and deletes DIR
#   postgres.sh restart DIR        immediate stop (as after a crash) and start, for fault tests
#   postgres.sh url DIR ROLE [DB]  connection string of postgres, ffp_owner or ffp_runtime

# A container's limit counts when it is lower; "max" is none.
machine_mb() {
  { cat /proc/meminfo /sys/fs/cgroup/memory.max 2>/dev/null || true; } | awk '/^MemTotal:/ { mb = $2 / 1024 } /^[0-9]+$/ && $1 / 1048576 < mb { mb = $1 / 1048576 } END { print int(mb) }'
}

# A sixth of the machine's memory, at most 4 GB: with 1 GB the indexes of a province (3 GB) are written and read again and again during its load.
pg_buffers() {
  local mb=$(($(machine_mb) / 6))
  echo "$((mb > 4096 ? 4096 : mb < 128 ? 128 : mb))MB"
}

# An eighth of what the disk has free, at most 16 GB. The first change of a page after a checkpoint goes into the log whole: with 4 GB a province that is loaded or
# written at full speed met one every minute, and half of its log were such pages.
pg_wal_mb() {
  local mb
  mb=$(($(df -Pm "$1" | awk 'NR == 2 { print $4 }') / 8))
  echo "$((mb > 16384 ? 16384 : mb < 1024 ? 1024 : mb))"
}

# Sized for two cores and 24 GiB; each can be set from outside.
: "${FFP_PG_SHARED_BUFFERS:=$(pg_buffers)}"
: "${FFP_PG_EFFECTIVE_CACHE:=8GB}"
: "${FFP_PG_WORK_MEM:=32MB}"
: "${FFP_PG_MAINTENANCE_WORK_MEM:=512MB}"
: "${FFP_PG_MAX_CONNECTIONS:=200}"
: "${FFP_PG_START_SECONDS:=60}"

pg_say() { printf '%s\n' "$*" >&2; }
pg_fail() { pg_say "错误:$*"; return 1; }

# Folder of initdb, pg_ctl and psql: Debian's newest, else what PATH has.
pg_bin() {
  local found
  for found in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rV) "$(dirname "$(command -v initdb || echo .)")"; do
    if [[ -x $found/initdb && -x $found/pg_ctl && -x $found/psql ]]; then printf '%s\n' "$found"; return; fi
  done
}

# Installs Debian's package without the cluster that it would create and start.
pg_install() {
  [[ -n $(pg_bin) ]] && return 0
  local root=()
  if [[ $(id -u) != 0 ]]; then
    sudo -n true 2>/dev/null || { pg_fail '没有找到 PostgreSQL,且当前用户不能安装软件。请先执行:sudo apt-get install postgresql'; return 1; }
    root=(sudo -n)
  fi
  pg_say '正在安装 PostgreSQL(Debian 软件包)……'
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    sed -i "s/^#* *create_main_cluster.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf
    apt-get install -y -qq --no-install-recommends postgresql >/dev/null' >&2 || { pg_fail 'PostgreSQL 安装失败。'; return 1; }
  [[ -n $(pg_bin) ]] || pg_fail 'PostgreSQL 安装后仍找不到 initdb。'
}

# The server refuses to run as root: it then runs as the package's own account.
pg_as() {
  if [[ $(id -u) == 0 ]]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}

pg_free_port() {
  local port try
  for try in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
  done
  pg_fail '找不到空闲端口。'
}

pg_secret() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }

# Folder of the server's own files. The account of the server may be unable to enter DIR (/root): then they stand below /var/lib.
pg_home() {
  local dir=$1
  if [[ -L $dir/postgres || -d $dir/postgres ]]; then readlink -f "$dir/postgres"; return; fi
  if pg_as test -x "$dir" 2>/dev/null; then
    mkdir -p "$dir/postgres"
  else
    local elsewhere
    elsewhere=/var/lib/fangfanpin/$(printf '%s' "$dir" | sha256sum | cut -c1-16)
    mkdir -p "$elsewhere" && ln -s "$elsewhere" "$dir/postgres"
    pg_say "数据库账号无法进入 $dir,数据库文件放在 $elsewhere。"
  fi
  readlink -f "$dir/postgres"
}

pg_port() { sed -n 's/^port = //p' "$(pg_home "$1")/data/ffp.conf"; }

pg_url() {
  local dir=$1 role=$2 database=${3:-postgres}
  printf 'Host=127.0.0.1;Port=%s;Database=%s;Username=%s;Password=%s\n' "$(pg_port "$dir")" "$database" "$role" "$(cat "$dir/secrets/$role")"
}

pg_psql() {
  local dir=$1; shift
  PGPASSWORD=$(cat "$dir/secrets/postgres") "$(pg_bin)/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(pg_port "$dir")" -U postgres "$@"
}

pg_settings() {
  local home=$1 port=$2 socket=$1/run wal
  wal=$(pg_wal_mb "$home")
  # A socket's path is at most 107 bytes; TCP alone serves then.
  [[ ${#socket} -gt 80 ]] && socket=
  cat <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$socket'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = $FFP_PG_MAX_CONNECTIONS
shared_buffers = $FFP_PG_SHARED_BUFFERS
effective_cache_size = $FFP_PG_EFFECTIVE_CACHE
work_mem = $FFP_PG_WORK_MEM
maintenance_work_mem = $FFP_PG_MAINTENANCE_WORK_MEM
max_wal_size = ${FFP_PG_MAX_WAL:-${wal}MB}
# A piece of the log that is made anew holds up everybody for 40 ms: used ones are kept.
min_wal_size = ${FFP_PG_MIN_WAL:-$((wal / 4))MB}
wal_buffers = 64MB
wal_compression = lz4
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
idle_in_transaction_session_timeout = 5min
log_min_duration_statement = 5s
log_line_prefix = '%m [%p] %u '
timezone = 'UTC'
CONF
}

pg_create() {
  local dir=$1 home=$2 role
  mkdir -p "$dir/secrets" && chmod 700 "$dir/secrets"
  for role in postgres ffp_owner ffp_runtime; do
    [[ -s $dir/secrets/$role ]] || (umask 077; pg_secret >"$dir/secrets/$role")
  done
  mkdir -p "$home/run"
  (umask 077; cat "$dir/secrets/postgres" >"$home/password")
  if [[ $(id -u) == 0 ]]; then chown postgres "$home" "$home/run" "$home/password"; fi
  chmod 700 "$home" "$home/run"
  # The collation is C: prefix searches use plain indexes, and sorting does not depend on the machine's libc.
  pg_as "$(pg_bin)/initdb" -D "$home/new" -U postgres --encoding=UTF8 --locale=C --data-checksums \
    --auth=scram-sha-256 --pwfile="$home/password" >"$dir/initdb.log" 2>&1 \
    || { cat "$dir/initdb.log" >&2; pg_fail '初始化数据库失败。'; return 1; }
  rm -f "$home/password"
  pg_as sh -c "echo \"include 'ffp.conf'\" >>'$home/new/postgresql.conf'"
  # Only a complete folder gets the final name, so an interrupted first start begins again.
  pg_as mv "$home/new" "$home/data"
}

# Roles: the owner migrates, the runtime role may only read and write rows.
pg_roles() {
  local dir=$1
  pg_psql "$dir" -d postgres <<SQL
select 'create role ffp_app nologin' where not exists (select from pg_roles where rolname = 'ffp_app') \gexec
select 'create role ffp_owner login createdb' where not exists (select from pg_roles where rolname = 'ffp_owner') \gexec
select 'create role ffp_runtime login in role ffp_app' where not exists (select from pg_roles where rolname = 'ffp_runtime') \gexec
alter role ffp_owner password '$(cat "$dir/secrets/ffp_owner")';
alter role ffp_runtime password '$(cat "$dir/secrets/ffp_runtime")';
SQL
}

# Every session maps the buffers page by page, up to a million faults a session of 4 GB and a seventh of what the database did in a load of a province. In pages of
# 2 MB it does not, and "huge_pages = try" takes them where the kernel may give them. That is only a limit: nothing is set aside, and what the server takes it gives back.
pg_large_pages() {
  local home=$1 limit=/proc/sys/vm/nr_overcommit_hugepages needed taken
  [[ $(id -u) == 0 && -w $limit ]] || return 0
  needed=$(pg_as "$(pg_bin)/postgres" -D "$home/data" -C shared_memory_size_in_huge_pages 2>/dev/null) || return 0
  taken=$(awk '/^HugePages_Surp:/ { print $2 }' /proc/meminfo)
  # Less than a gigabyte is not worth it.
  [[ $needed =~ ^[0-9]+$ && $taken =~ ^[0-9]+$ ]] && ((needed >= 512 && needed + taken > $(<"$limit"))) || return 0
  { printf '%s\n' "$((needed + taken))" >"$limit"; } 2>/dev/null || true
}

pg_running() { pg_as "$(pg_bin)/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

pg_start() {
  local dir port=${2:-0} home
  pg_install || return 1
  mkdir -p "$1" && dir=$(cd "$1" && pwd -P) || return 1
  home=$(pg_home "$dir") || return 1
  if [[ ! -d $home/data ]]; then
    if [[ -e $home/new ]]; then pg_as rm -rf "$home/new"; fi
    pg_create "$dir" "$home" || return 1
  fi
  if pg_running "$home"; then
    [[ $port == 0 || $port == "$(pg_port "$dir")" ]] && return 0
    pg_stop "$dir"
  fi
  if [[ $port == 0 ]]; then port=$(pg_free_port) || return 1; fi
  pg_settings "$home" "$port" | pg_as tee "$home/data/ffp.conf" >/dev/null
  pg_large_pages "$home"
  pg_as "$(pg_bin)/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t "$FFP_PG_START_SECONDS" start >/dev/null 2>&1 \
    || { pg_as tail -n 20 "$home/server.log" >&2; pg_fail "数据库没有启动,日志:$home/server.log"; return 1; }
  if [[ ! -e $dir/secrets/roles-created ]]; then
    pg_roles "$dir" || { pg_fail '创建数据库角色失败。'; return 1; }
    touch "$dir/secrets/roles-created"
  fi
}

# The mode: fast ends sessions and rolls back; immediate is a crash.
pg_stop() {
  local dir=$1 mode=${2:-fast} home
  [[ -e $dir/postgres ]] || return 0
  home=$(pg_home "$dir")
  pg_running "$home" || return 0
  pg_as "$(pg_bin)/pg_ctl" -D "$home/data" -m "$mode" -w -t "$FFP_PG_START_SECONDS" stop >/dev/null
}

pg_database() {
  local dir=$1 name=$2
  pg_psql "$dir" -d postgres <<SQL
select 'create database "$name" owner ffp_owner' where not exists (select from pg_database where datname = '$name') \gexec
SQL
}

pg_destroy() {
  local dir=$1 home
  [[ -e $dir/postgres && -d $dir/secrets ]] || { pg_fail "$dir 不是本脚本创建的目录。"; return 1; }
  home=$(pg_home "$dir")
  pg_stop "$dir" immediate
  rm -rf "$home" "$dir"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  verb=${1:-}; dir=${2:-}
  [[ -n $verb && -n $dir ]] || { sed -n '2,9p' "$0" | cut -c3- >&2; exit 2; }
  case $verb in
    start) pg_start "$dir" "${3:-0}"; pg_url "$dir" postgres ;;
    stop) pg_stop "$dir" ;;
    restart) pg_stop "$dir" immediate; pg_start "$dir" "$(pg_port "$dir")" ;;
    destroy) pg_destroy "$dir" ;;
    url) pg_url "$dir" "${3:-ffp_runtime}" "${4:-fangfanpin}" ;;
    *) pg_fail "未知命令:$verb"; exit 2 ;;
  esac
fi
