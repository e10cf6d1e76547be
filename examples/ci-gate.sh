#!/usr/bin/env bash
# Exit codes as a gate: 0 lets a change pass, anything else says why not. This shows one of each kind.
set -euo pipefail

cli="$(dirname "$0")/../dist/cli/bin.js"
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

gate() {
  local name=$1 wanted=$2 code=0
  shift 2
  node "$cli" bench --quiet --concurrency 10 --output "$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" || code=$?
  echo "$name: exit $code"
  sed 's/^/  /' "$work/$name.err"
  [ "$code" -eq "$wanted" ]
}

gate all-cases-succeed 0 --dataset coding-tasks --providers sim:fast

# A server that refuses half of the cases for good: the run ends, and some cases failed.
node "$cli" simulate --port 0 --ttft 5 --tpot 1 --fail 0.5 --fail-kinds invalid_request >"$work/simulator.log" &
server=$!
until grep -qs "statistics" "$work/simulator.log"; do
  kill -0 "$server"
  sleep 0.1
done
SIM_BASE_URL=$(grep -om1 'http://[0-9.:]*' "$work/simulator.log") \
  gate some-cases-fail 1 --dataset coding-tasks --providers sim

gate no-such-dataset 3 --dataset "$work/missing.yaml" --providers sim:fast

# Limits of your own: the condition under which the run fails. The first holds, the second does not.
gate within-limits 0 --dataset coding-tasks --providers sim:fast --fail-on "p95>5s" --fail-on "success_rate<99%"
gate over-a-limit 1 --dataset coding-tasks --providers sim:fast --fail-on "p50>1ms"

# What no limit can say: results.json has every number.
node --input-type=module - "$work/all-cases-succeed/results.json" <<'JS'
import { readFileSync } from "node:fs";
const { providers } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { target, summary } = providers[0];
const limit = 3;
const spread = summary.duration_ms.p95 / summary.duration_ms.p50;
console.log(`${target}: p95 is ${spread.toFixed(1)} times p50; the limit is ${limit}`);
if (!(spread <= limit)) process.exitCode = 1;
JS
