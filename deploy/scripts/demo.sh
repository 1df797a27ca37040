# Demonstration data through the real import, county by county, so that an interrupted load goes on where it was. Source it after common.sh.
DEMO_COUNTY=411424000000 # 柘城县
DEMO_CITY=411400000000   # 商丘市
demo_process=

demo_stop() {
  if [[ -n $demo_process ]]; then stop_process "$demo_process" 20; fi
}

# Codes of the counties of one level of demonstration.
demo_counties() {
  local divisions=$ROOT/deploy/data/henan-divisions.csv
  case $1 in
    county) echo "$DEMO_COUNTY" ;;
    city) awk -F, -v city="$DEMO_CITY" '$3 == "county" && $4 == city { print $1 }' "$divisions" ;;
    province) awk -F, '$3 == "county" { print $1 }' "$divisions" ;;
  esac
}

# True when something of a level is still to be loaded into folder $2.
demo_missing() {
  local county
  for county in $(demo_counties "$1"); do [[ -e $2/demo/$county.done ]] || return 0; done
  return 1
}

demo_run() {
  local status=0
  "$@" 9>&- &
  demo_process=$!
  wait "$demo_process" || status=$?
  demo_process=
  return "$status"
}

# demo_load LEVEL PORT DATA
demo_load() {
  local level=$1 port=$2 data=$3 work county number=0 all
  [[ $level == none ]] && return 0
  mkdir -p "$data/demo"
  mapfile -t all < <(demo_counties "$level")
  for county in "${all[@]}"; do
    number=$((number + 1))
    [[ -e $data/demo/$county.done ]] && continue
    work=$data/demo/$county
    say "演示数据 $number/${#all[@]}:$county(全部为虚构)"
    if [[ ! -e $work/complete ]]; then
      say '  正在生成……'
      rm -rf "$work"
      demo_run dotnet "$SILO_DLL" demo --region "$county" --out "$work" --format csv >"$data/logs/demo.log" || { tail -n 5 "$data/logs/demo.log" >&2; fail '生成演示数据失败。'; }
      touch "$work/complete"
    fi
    demo_run dotnet "$SILO_DLL" demo-load --url "http://127.0.0.1:$port" --region "$county" --files "$work" \
      --accounts "$data/accounts.json" --account "$level-importer" || fail '导入演示数据失败;再次启动时会继续。'
    touch "$data/demo/$county.done"
    rm -rf "$work"
  done
}
