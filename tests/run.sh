#!/usr/bin/env bash
# Every check of the project, each with its minutes; ends with the line `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0
failed=0

# The list of fonts is read whole before it is searched: a search that stops early ends the list with an
# error, which would count as no fonts.
have_browser() {
  local fonts
  command -v chromium >/dev/null && command -v chromedriver >/dev/null || return 1
  fonts=$(fc-list 2>/dev/null)
  [[ ${fonts,,} == *noto*cjk* ]]
}

browser() {
  local packages="chromium chromium-driver fonts-noto-cjk fontconfig"
  have_browser && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing: $packages"
    apt-get update -qq >"$log/apt" 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >>"$log/apt" 2>&1 || tail -5 "$log/apt"
    have_browser && return
  fi
  echo "SKIPPED browser tests. To run them: sudo apt-get install $packages"
  export WENZHEN_TEST_NO_BROWSER=1
}

# part NAME COMMAND...: runs it and counts its tests; a part without tests counts as one.
part() {
  local name=$1 began=$SECONDS status counts
  shift
  echo "== $name"
  "$@" 2>&1 | tee "$log/out"
  status=${PIPESTATUS[0]}
  counts=$(grep -E '^test result: ' "$log/out" | sed -E 's/.* ([0-9]+) passed; ([0-9]+) failed.*/\1 \2/' | awk '{p+=$1; f+=$2} END {print p+0, f+0}')
  set -- $counts
  if [ "$1" = 0 ] && [ "$2" = 0 ]; then
    [ "$status" = 0 ] && set -- 1 0 || set -- 0 1
  elif [ "$status" != 0 ] && [ "$2" = 0 ]; then
    set -- "$1" 1
  fi
  passed=$((passed + $1))
  failed=$((failed + $2))
  minutes+=("$(printf '%5.1f min  %s' "$(awk "BEGIN {print ($SECONDS - $began) / 60}")" "$name")")
}

minutes=()
browser
part "format" cargo fmt --check
part "lints" cargo clippy --quiet --all-targets --locked -- -D warnings
part "without the model" cargo check --quiet --all-targets --locked --no-default-features
part "tests" cargo test --quiet --locked --lib --bins --test it
part "browser tests" cargo test --quiet --locked --test browser
part "knowledge base: check" cargo run --quiet --locked -- check
echo
printf '%s\n' "${minutes[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
