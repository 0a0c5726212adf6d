#!/usr/bin/env bash
# Installs the ClickHouse engine library, libchdb.so, into .vendor/chdb/ of the project: from the npm
# package pinned in engine-lock.json, whose integrity is checked here before anything is unpacked.
# Does nothing when it is there already. Writes nowhere else; needs 1 GB of disk while it works.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
lock="$here/engine-lock.json"
target="$project/.vendor/chdb"

say() { printf 'engine: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  *) fail "no engine library exists for $(uname -sm); put a 'clickhouse' executable on PATH, or give a server's URL as store.url" ;;
esac

# A line of the lock, by its place. The file is one key a line, which needs no JSON tool.
locked() { # platform key
  sed -n "/\"$1\": {/,/}/s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$lock"
}
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$lock")
package=$(locked "$platform" package)
integrity=$(locked "$platform" integrity)
library_sha256=$(locked "$platform" library_sha256)
[ -n "$version" ] && [ -n "$package" ] && [ -n "$integrity" ] || fail "cannot read $lock"

stamp="$package@$version $integrity"
if [ -f "$target/libchdb.so" ] && [ "$(cat "$target/PACKAGE" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

if ! command -v npm >/dev/null; then
  say "npm is needed to download $package"
  "$here/install-packages.sh" nodejs npm
fi
hash_of() { # bits file
  if command -v "sha$1sum" >/dev/null; then "sha$1sum" "$2"; else shasum -a "$1" "$2"; fi | cut -d' ' -f1
}

mkdir -p "$target"
# Inside the target, so that the last move is atomic and nothing is written outside the project.
work=$(mktemp -d "$target/download.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
export npm_config_cache="$work/cache" npm_config_update_notifier=false npm_config_fund=false

if [ "$integrity" = null ]; then
  say "UNPROVED: beffroi was never tried with the library for $platform, and its hash is not pinned"
  integrity=$(npm view "$package@$version" dist.integrity 2>/dev/null) && [ -n "$integrity" ] ||
    fail "the npm registry has no $package@$version; put a 'clickhouse' executable on PATH, or give a server's URL as store.url"
  say "taking the registry's word for it: $integrity"
fi
case "$integrity" in
  sha512-*) ;;
  *) fail "the integrity of $package is not a sha512: $integrity" ;;
esac

say "downloading $package@$version (180 MB)"
(cd "$work" && npm pack --silent --ignore-scripts "$package@$version" >/dev/null) ||
  fail "npm could not download $package@$version; is there a network, and a registry in 'npm config get registry'?"
archive=$(find "$work" -maxdepth 1 -name '*.tgz')
[ -f "$archive" ] || fail "npm left no archive"

expected=$(printf '%s' "${integrity#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
found=$(hash_of 512 "$archive")
[ "$found" = "$expected" ] ||
  fail "the archive's sha512 is $found, expected $expected: not installed"

rm -rf "$work/cache"
tar -xzf "$archive" -C "$work" package/libchdb.so
rm -f "$archive"
if [ "$library_sha256" != null ]; then
  found=$(hash_of 256 "$work/package/libchdb.so")
  [ "$found" = "$library_sha256" ] ||
    fail "the library's sha256 is $found, expected $library_sha256: not installed"
fi
chmod 644 "$work/package/libchdb.so"
mv -f "$work/package/libchdb.so" "$target/libchdb.so"
printf '%s\n' "$stamp" >"$target/PACKAGE"
say "installed .vendor/chdb/libchdb.so, verified"
