#!/usr/bin/env bash
# Whatever has no API that is known: a module of your own, and a shell command.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here"
node ../dist/cli/bin.js bench --dataset coding-tasks --limit 3 \
  --providers "./my-provider.ts:words,shout=exec:tr a-z A-Z" --output "$work/run" --quiet
