#!/usr/bin/env bash
# A server of your own through a configuration file. A simulator stands in for the server here, on a free port;
# the variable moves base_url there. With a server at the file's own address leave it out.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cli="$here/../dist/cli/bin.js"
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

node "$cli" simulate --port 0 --ttft 50 --tpot 5 --tokens 20 >"$work/simulator.log" &
server=$!
until grep -qs "statistics" "$work/simulator.log"; do
  kill -0 "$server"
  sleep 0.1
done
url=$(grep -om1 'http://[0-9.:]*' "$work/simulator.log")

LLM_TEST_BENCH_PROVIDERS__LOCAL__BASE_URL="$url/v1" \
  node "$cli" bench --config "$here/own-server.config.yaml" --dataset coding-tasks \
  --providers local,other=local:another-model --output "$work/run" --quiet
