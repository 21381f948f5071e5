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

# What can end the session that the rest of a run needs: signing out, passwords, and changing one's own user.
ends_sessions='^/v1/(auth/logout|sessions/.*|users/[^/]*(/password)?)$'

# try_as NAME TOKEN [OPTION…]: one whole run.
try_as() {
    say "-- as $1"
    token=$2
    shift 2
    [ -z "$token" ] || set -- -H "Authorization: Bearer $token" "$@"
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
    try_as "the token's owner" "$2" --exclude-path-regex "$ends_sessions"
    exit
fi
failed=
try_as nobody "" || failed="$failed nobody"
for login in rep1 supervisor1 admin; do
    token=$(token_of "$login") || die "$login cannot sign in: the server needs the demo's data"
    try_as "$login" "$token" --exclude-path-regex "$ends_sessions" || failed="$failed $login"
done
try_as "admin, who may sign themselves out" "$(token_of admin)" --include-path-regex "$ends_sessions" || failed="$failed admin"
[ -z "$failed" ] || { say "failed as:$failed"; exit 1; }
