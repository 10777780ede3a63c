#!/usr/bin/env bash
# How does a program without a user call an API? With a token of its own, by client credentials. Prints the answer.
#
#   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… [SCOPE=…] examples/machine/call.sh URL
#
# The secret is handed to curl on its standard input: on a command line everybody on the machine could read it.
set -euo pipefail

token_endpoint=$(curl --silent --show-error --fail "$ISSUER/.well-known/openid-configuration" | jq --exit-status --raw-output .token_endpoint)
token=$(
    printf 'user = "%s:%s"\n' "$CLIENT_ID" "$CLIENT_SECRET" |
        curl --silent --show-error --fail --config - "$token_endpoint" \
            --data grant_type=client_credentials ${SCOPE:+--data-urlencode "scope=$SCOPE"} |
        jq --exit-status --raw-output .access_token
)
printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --silent --show-error --fail-with-body --config - "$1"
