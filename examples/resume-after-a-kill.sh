#!/usr/bin/env bash
# A run is killed without warning, then resumed: what has a line in the journal is not sent again.
set -euo pipefail

cli="$(dirname "$0")/../dist/cli/bin.js"
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

# A simulator that outlives the run and counts the requests of each case.
node "$cli" simulate --port 0 --ttft 100 --tpot 5 --tokens 20 --count-cases >"$work/simulator.log" &
server=$!
until grep -qs "statistics" "$work/simulator.log"; do
  kill -0 "$server"
  sleep 0.1
done
SIM_BASE_URL=$(grep -om1 'http://[0-9.:]*' "$work/simulator.log")
export SIM_BASE_URL

run=(node "$cli" bench --dataset coding-tasks --providers sim --repeat 3 --concurrency 2 --output "$work/run" --quiet)

"${run[@]}" >/dev/null &
victim=$!
until [ -f "$work/run/results.jsonl" ] && [ "$(wc -l <"$work/run/results.jsonl")" -ge 5 ]; do
  kill -0 "$victim"
  sleep 0.05
done
kill -KILL "$victim"
wait "$victim" 2>/dev/null || true
echo "killed with $(wc -l <"$work/run/results.jsonl") of 48 cases in the journal"

"${run[@]}" --resume

node --input-type=module - "$SIM_BASE_URL/sim/stats" "$work/run/results.jsonl" <<'JS'
import { readFileSync } from "node:fs";
const { requests, byKey } = await (await fetch(process.argv[2])).json();
const lines = readFileSync(process.argv[3], "utf8").trimEnd().split("\n").length;
const twice = Object.values(byKey).filter((count) => count > 1).length;
console.log(`${lines} cases in the journal, ${requests} requests sent, ${twice} cases sent twice (at most 2 were in flight)`);
if (lines !== 48 || twice > 2) process.exitCode = 1;
JS
