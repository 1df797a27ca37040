#!/usr/bin/env bash
# Writes OrleansContracts.txt of Contracts and Grains anew from the source. Look at the difference before committing it: a line that changes
# or goes breaks rolling upgrades; a removed contract is marked *RETIRED*, never deleted.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/common.sh"
need_dotnet
for project in Contracts Grains; do
  dotnet format "$ROOT/grains/$project/FangFanPin.$project.csproj" analyzers --severity info --diagnostics \
    ORLEANS0016 ORLEANS0017 ORLEANS0018 ORLEANS0019 ORLEANS0020 ORLEANS0022 ORLEANS0023 ORLEANS0024
done
git -C "$ROOT" --no-pager diff --stat -- '*OrleansContracts.txt'
