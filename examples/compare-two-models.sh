#!/usr/bin/env bash
# Two targets, the same cases three times each in a seeded order, and what the comparison says of them.
set -euo pipefail

bench="node $(dirname "$0")/../dist/cli/bin.js bench"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

$bench --dataset coding-tasks --providers quick=sim:fast,slow=sim:slow \
  --concurrency 10 --repeat 3 --seed example --output "$work/run" --quiet

# results.json has the same comparison with every digit.
node --input-type=module - "$work/run/results.json" <<'JS'
import { readFileSync } from "node:fs";
const { comparison } = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { a, b, metric, delta, better } of comparison) {
  const winner = better === "a" ? a : better === "b" ? b : "no difference beyond noise";
  console.log(`${metric}: ${a} − ${b} = ${delta.toFixed(2)}; ${winner}`);
}
JS
