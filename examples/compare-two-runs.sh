#!/usr/bin/env bash
# Two runs of the same cases on different days, compared afterwards: did it get slower?
set -euo pipefail

cli="$(dirname "$0")/../dist/cli/bin.js"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node "$cli" bench --dataset coding-tasks --providers model=sim:fast --concurrency 10 --output "$work/before" --quiet >/dev/null
node "$cli" bench --dataset coding-tasks --providers model=sim:slow --concurrency 10 --output "$work/after" --quiet >/dev/null

# For a reader: what differs, and what speaks against believing it.
node "$cli" compare "$work/before" "$work/after"

# For a program: the same as JSON. This one fails when the median got worse by more than a tenth, beyond noise.
node "$cli" compare "$work/before" "$work/after" --json >"$work/comparison.json"
node --input-type=module - "$work/comparison.json" <<'JS'
import { readFileSync } from "node:fs";
const { comparison } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { value_a: before, value_b: after, better } = comparison.find(({ metric }) => metric === "duration_ms.p50");
const slower = better === "a" && after > before * 1.1;
console.log(`p50 ${Math.round(before)} ms before, ${Math.round(after)} ms after: ${slower ? "slower" : "no slower"}`);
if (!slower) process.exitCode = 1; // the two simulated models differ, so this example must find it
JS
