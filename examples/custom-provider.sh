#!/usr/bin/env bash
# Runs custom-provider.ts against the built package of this clone.
set -euo pipefail

cd "$(dirname "$0")/.."
npx --no-install jiti examples/custom-provider.ts
