#!/usr/bin/env bash
# The phone pages of api/Console:
#   console.sh build       builds them into api/wwwroot, when something changed
#   console.sh test        checks the generated types and runs the tests of their logic
#   console.sh types URL   takes the API's shapes from a running server, e.g. http://127.0.0.1:8080
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$ROOT/deploy/scripts/node.sh"

prepare() {
  mkdir -p "$ROOT/artifacts"
  node_install || fail '没有 Node.js 与 npm。请先执行:sudo apt-get install nodejs npm'
  node_packages || fail "安装依赖失败,日志:$ROOT/artifacts/console.log"
  cd "$CONSOLE"
}

case ${1:-} in
  build) console_build ;;
  test)
    prepare
    npx openapi-typescript src/api/openapi.json -o "$ROOT/artifacts/schema.d.ts" >/dev/null 2>&1
    cmp -s "$ROOT/artifacts/schema.d.ts" src/api/schema.d.ts || fail 'api/Console/src/api/schema.d.ts 已过期,请执行 npm run types。'
    npm run -s check
    npm run -s test
    ;;
  types)
    prepare
    curl -fs "${2:?缺少地址}/openapi/v1.json" >"$ROOT/artifacts/openapi.json"
    node scripts/contract.mjs "$ROOT/artifacts/openapi.json" >"$ROOT/artifacts/console-openapi.json"
    mv "$ROOT/artifacts/console-openapi.json" src/api/openapi.json
    npm run -s types >/dev/null 2>&1
    ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
