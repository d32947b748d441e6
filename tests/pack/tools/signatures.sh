#!/bin/sh
# Every entry's signature by OpenSSL: signatures.sh PACK SCRATCH. Knows no chain.
set -eu
pack=$1
scratch=$2
count=0
exec 3< "$pack/headers.txt" 4< "$pack/sigs.txt"
while IFS= read -r header <&3 && IFS= read -r signature <&4; do
  count=$((count + 1))
  printf '%s' "$header" > "$scratch/header"
  printf '%s' "$signature" | base64 -d > "$scratch/signature"
  device=$(printf '%s' "$header" | sed 's/.*"dev":"\([0-9a-f]*\)".*/\1/')
  openssl pkeyutl -verify -rawin -pubin -inkey "$pack/keys/$device.pem" \
    -in "$scratch/header" -sigfile "$scratch/signature" > /dev/null || {
    echo "entry $count" >&2
    exit 1
  }
done
echo "$count signatures hold"
