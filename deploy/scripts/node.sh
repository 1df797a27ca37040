# Node.js and what the console is built with. Source it after common.sh.
CONSOLE=$ROOT/api/Console
WWWROOT=$ROOT/api/wwwroot

# True where node and npm are there afterwards; from Debian's packages where they were missing.
node_install() {
  command -v node >/dev/null && command -v npm >/dev/null && return 0
  local root=()
  if [[ $(id -u) != 0 ]]; then
    sudo -n true 2>/dev/null || return 1
    root=(sudo -n)
  fi
  say '正在安装 Node.js(Debian 软件包)……' >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec 'apt-get update -qq; apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null' >&2 || return 1
  command -v node >/dev/null && command -v npm >/dev/null
}

# The packages of package-lock.json, again only when it changed.
node_packages() {
  local stamp=$CONSOLE/node_modules/.installed
  [[ -f $stamp && $stamp -nt $CONSOLE/package-lock.json ]] && return 0
  (cd "$CONSOLE" && npm ci --no-audit --no-fund --loglevel=error) >"$ROOT/artifacts/console.log" 2>&1 && touch "$stamp"
}

# Only when a source is newer than the pages. One at a time per checkout.
console_build() {
  mkdir -p "$ROOT/artifacts"
  (
    flock 8
    if [[ -f $WWWROOT/desk.html && -z $(find "$CONSOLE" -name node_modules -prune -o -type f -newer "$WWWROOT/desk.html" -print -quit) ]]; then exit 0; fi
    node_install || { say '没有 Node.js 与 npm,手机页面未构建,其余照常。请先执行:sudo apt-get install nodejs npm' >&2; exit 1; }
    say '正在构建手机页面……' >&2
    if node_packages 8>&- 9>&- && (cd "$CONSOLE" && npm run -s check && npm run -s build) >>"$ROOT/artifacts/console.log" 2>&1 8>&- 9>&-; then exit 0; fi
    tail -n 20 "$ROOT/artifacts/console.log" >&2
    say "手机页面构建失败,其余照常。日志:$ROOT/artifacts/console.log" >&2
    exit 1
  ) 8>"$ROOT/artifacts/console.lock"
}

# Number of passed tests in a log of console.sh test.
node_tests() { sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '$1 == "Tests" { print $2; found = 1 } END { if (!found) print 0 }' | tail -n 1; }
