#!/bin/sh
# Tries the running API against its contract with schemathesis: examples, boundaries, generated requests, and sequences of them.
#
#   dev/schemathesis.sh URL           as nobody, rep, supervisor and admin of the demo, one after the other
#   dev/schemathesis.sh URL TOKEN     with this access token only; '' for none
#
# SEED (42) and MAX_EXAMPLES (25) may be set. The server should be one that can be thrown away: everything that may be changed is.
set -u
url=${1:?the API\'s URL is needed}
cd "$(dirname "$0")/.."
. dev/steps.sh
need_schemathesis

config="$PWD/dev/schemathesis.toml"
hooks="$PWD/dev"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# try_as NAME TOKEN: one whole run.
try_as() {
    say "-- as $1"
    set -- "$2"
    if [ -n "$1" ]; then
        # Signing out would end the session that the rest needs.
        set -- -H "Authorization: Bearer $1" --exclude-path /v1/auth/logout
    else
        set --
    fi
    (cd "$scratch" && PYTHONPATH="$hooks" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=schemathesis_hooks "$schemathesis" --config-file "$config" run "$url/openapi.json" --url "$url" --checks all \
        --phases examples,coverage,fuzzing,stateful --max-examples "${MAX_EXAMPLES:-25}" --seed "${SEED:-42}" --no-color "$@")
}

# token_of LOGIN: an access token of the demo.
token_of() {
    python3 - "$url" "$1" <<'PYTHON'
import json, sys, urllib.request
url, login = sys.argv[1:]
body = json.dumps({"organisation": "demo", "login": login, "password": "fieldproof-demo"}).encode()
request = urllib.request.Request(url + "/v1/auth/token", body, {"Content-Type": "application/json"})
print(json.load(urllib.request.urlopen(request, timeout=10))["access_token"])
PYTHON
}

if [ $# -gt 1 ]; then
    try_as "the token's owner" "$2"
    exit
fi
failed=
try_as nobody "" || failed="$failed nobody"
for login in rep1 supervisor1 admin; do
    token=$(token_of "$login") || die "$login cannot sign in: the server needs the demo's data"
    try_as "$login" "$token" || failed="$failed $login"
done
[ -z "$failed" ] || { say "failed as:$failed"; exit 1; }
