#!/bin/sh
# Deploys a template and waits for its end, with nothing but curl:
#
#   SLIPWAY_URL=http://127.0.0.1:7071 examples/deploy.sh greeting terraform-local '{"name": "Ada"}'
#
# SLIPWAY_URL is where Slipway answers, SLIPWAY_KEY a function key (needed in Azure only). The status document goes
# to stdout. Ends with 0 where the deployment was completed; else with 1, and its log goes to stderr.
set -eu

template=$1 provider=$2 parameters=${3:-"{}"}
# One key for all tries: a request that is sent again makes no second deployment.
key=${IDEMPOTENCY_KEY:-$(date +%s)-$$}
answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT

call() {
  curl -sS --retry 5 -H "x-functions-key: ${SLIPWAY_KEY:-}" -D "$answer/headers" -o "$answer/body" -w '%{http_code}' "$@"
}

header() {
  awk -v name="$1:" 'tolower($1) == name { sub(/\r$/, "", $2); print $2 }' "$answer/headers"
}

code=$(call "$SLIPWAY_URL/deploy" -H 'Content-Type: application/json' -H "Idempotency-Key: $key" \
  -d "{\"template_name\": \"$template\", \"provider_type\": \"$provider\", \"parameters\": $parameters}")
if [ "$code" != 202 ]; then
  echo "'$SLIPWAY_URL/deploy' answered $code" >&2
  cat "$answer/body" >&2
  exit 1
fi

# The Location of the answer gives 202 until the end, then 200.
location=$(header location)
while [ "$code" = 202 ]; do
  sleep "$(header retry-after)"
  code=$(call "$location")
done

cat "$answer/body"
# the first status in the document is the deployment's own
status=$(grep -o '"status": *"[a-z_]*"' "$answer/body" | head -n 1 | cut -d '"' -f 4)
if [ "$code" != 200 ] || [ "$status" != completed ]; then
  echo >&2
  call "${location%/wait}/logs" >/dev/null
  cat "$answer/body" >&2
  exit 1
fi
