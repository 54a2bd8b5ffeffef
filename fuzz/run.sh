#!/usr/bin/env bash
# Fuzzes each check for SECONDS_EACH seconds (60 by default), starting from the kept corpus and the samples.
# New inputs go to fuzz/found, crashes to fuzz/artifacts. What is worth keeping is put into fuzz/corpus
# by hand: `cargo fuzz cmin TARGET fuzz/found/TARGET` leaves the few that matter.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
for target in article front_matter query lists; do
  mkdir -p "fuzz/found/$target"
  # A question has a limit of its own, and a longer text only takes longer.
  longest=4096
  [ "$target" = query ] && longest=1024
  # The sanitizer flags are unstable options of a stable compiler.
  RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" "fuzz/found/$target" "fuzz/corpus/$target" tests/sample/hostile -- \
    -max_total_time="${SECONDS_EACH:-60}" -max_len="$longest" -rss_limit_mb=2048 -timeout=10
done
