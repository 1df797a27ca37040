# Demonstration data through the real import, county by county, so that an interrupted load goes on where it was. Source it after common.sh.
DEMO_COUNTY=411424000000 # 柘城县
DEMO_CITY=411400000000   # 商丘市
DEMO_AT_ONCE=3 # on two cores: while one is made, another is read and a third is written
demo_jobs=()

demo_stop() {
  local job
  for job in "${demo_jobs[@]}"; do kill -TERM "$job" 2>/dev/null || true; done
  for job in "${demo_jobs[@]}"; do stop_process "$job" 20; done
  demo_jobs=()
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

# Runs a program that ends with this job, and shows what it says behind the name of its county.
demo_run() {
  local county=$1 status=0 child
  shift
  "$@" 9>&- > >(sed -u "s/^ */  [$county] /") &
  child=$!
  trap 'stop_process "$child" 20; exit 143' TERM
  wait "$child" || status=$?
  trap - TERM
  return "$status"
}

# demo_county LEVEL PORT DATA COUNTY: one county from its making to its last household. What is finished is not done again.
demo_county() {
  local level=$1 port=$2 data=$3 county=$4 work=$3/demo/$4 log=$3/logs/demo-$4.log
  trap - EXIT INT
  if [[ ! -e $work/complete ]]; then
    rm -rf "$work"
    # It runs for seconds: compiling everything once at its best takes a third less than finding out what is worth it.
    demo_run "$county" env DOTNET_TieredCompilation=0 dotnet "$SILO_DLL" demo --region "$county" --out "$work" --format csv >"$log" || { tail -n 5 "$log" >&2; return 1; }
    touch "$work/complete"
    rm -f "$log"
  fi
  demo_run "$county" dotnet "$SILO_DLL" demo-load --url "http://127.0.0.1:$port" --region "$county" --files "$work" \
    --accounts "$data/accounts.json" --account "$level-importer" || return 1
  # How many people came, from the manifest beside their files: the rate of the whole load.
  cat "$work"/*.json | sed -n 's/.*"peopleRowsPrinted": *\([0-9]*\).*/\1/p' >"$work/people"
  mv "$work/people" "$data/demo/$county.done"
  rm -rf "$work"
}

# demo_wait: until one of the jobs ends; fails when it did.
demo_wait() {
  local status=0 ended job left=()
  wait -n -p ended "${demo_jobs[@]}" || status=$?
  for job in "${demo_jobs[@]}"; do [[ $job == "$ended" ]] || left+=("$job"); done
  demo_jobs=("${left[@]}")
  return "$status"
}

# demo_load LEVEL PORT DATA
demo_load() {
  local level=$1 port=$2 data=$3 county all todo=() started=$SECONDS done=0 people=0
  [[ $level == none ]] && return 0
  mkdir -p "$data/demo"
  mapfile -t all < <(demo_counties "$level")
  for county in "${all[@]}"; do [[ -e $data/demo/$county.done ]] || todo+=("$county"); done
  ((${#todo[@]} > 0)) || return 0
  say "演示数据:${#todo[@]} 个县(市、区)待装入,同时 $DEMO_AT_ONCE 个(全部为虚构)"
  # What is left of a run that was stopped and is not asked for again.
  find "$data/demo" -mindepth 1 -maxdepth 1 -type d | while read -r county; do [[ " ${todo[*]} " == *" ${county##*/} "* ]] || rm -rf "$county"; done
  for county in "${todo[@]}"; do
    if ((${#demo_jobs[@]} == DEMO_AT_ONCE)); then demo_ended; fi
    demo_county "$level" "$port" "$data" "$county" &
    demo_jobs+=($!)
  done
  while ((${#demo_jobs[@]} > 0)); do demo_ended; done
}

# One county less: says how far it is. Of demo_load, whose variables it reads.
demo_ended() {
  demo_wait || fail '导入演示数据失败;再次启动时会继续。'
  done=$((done + 1))
  people=$(for county in "${todo[@]}"; do cat "$data/demo/$county.done" 2>/dev/null || true; done | awk '{ n += $1 } END { print n + 0 }')
  say "演示数据 $done/${#todo[@]},$people 人,每秒 $((people / (SECONDS - started + 1))) 人,已用 $((SECONDS - started)) 秒,剩余约 $(((SECONDS - started) * (${#todo[@]} - done) / done)) 秒"
}
