#!/usr/bin/env bash
# Fuzzes each parser for SECONDS_EACH seconds (60 by default).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
for target in article text; do
  # The sanitizer flags are unstable options of a stable compiler.
  RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" -- -max_total_time="${SECONDS_EACH:-60}" -max_len=4096
done
