#!/usr/bin/env bash
# Runs library.ts against the built package of this clone.
set -euo pipefail

cd "$(dirname "$0")/.."
npx --no-install jiti examples/library.ts
