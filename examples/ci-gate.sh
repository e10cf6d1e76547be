#!/usr/bin/env bash
# Exit codes as a gate: 0 lets a change pass, anything else says why not. This shows one of each of three kinds.
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
until grep -q "statistics" "$work/simulator.log"; do
  kill -0 "$server"
  sleep 0.1
done
SIM_BASE_URL=$(grep -om1 'http://[0-9.:]*' "$work/simulator.log") \
  gate some-cases-fail 1 --dataset coding-tasks --providers sim

gate no-such-dataset 3 --dataset "$work/missing.yaml" --providers sim:fast

# A gate of your own: the exit code says whether cases failed, results.json everything else.
node --input-type=module - "$work/all-cases-succeed/results.json" <<'JS'
import { readFileSync } from "node:fs";
const { providers } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { target, summary } = providers[0];
const limitMs = 5000;
console.log(`${target}: p95 of ${Math.round(summary.duration_ms.p95)} ms against a limit of ${limitMs} ms`);
if (summary.duration_ms.p95 === null || summary.duration_ms.p95 > limitMs) process.exitCode = 1;
JS
