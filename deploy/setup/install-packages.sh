#!/usr/bin/env bash
# Installs packages of the distribution: as root, or through sudo without a password. Without either
# it says the exact command and fails. Services that a package brings are neither started nor left
# enabled, as beffroi starts its own.
#
#   install-packages.sh PACKAGE…
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

packages=("$@")
[ $# -gt 0 ] || { say "no package named"; exit 2; }
command="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"

if ! command -v apt-get >/dev/null; then
  say "this machine has no apt-get; install with its own package manager what Debian calls: ${packages[*]}"
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n)
else
  say "needs the package(s) ${packages[*]} and may not install them; run as root:"
  say "  $command"
  exit 1
fi

# While this file says 101 no package may start a service (Debian policy 9.3.3). It is ours only if
# there was none, and goes with this script however it ends.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

install() {
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${packages[@]}"
}
say "installing ${packages[*]} from the distribution's packages (apt-get)"
if ! said=$(install 2>&1); then
  tail -n 20 <<<"$said" >&2
  say "apt-get failed (above); mend it, or run as root: $command"
  exit 1
fi

# Enabled units would start at the next boot of the machine.
for package in "${packages[@]}"; do
  if [ "$package" = rabbitmq-server ] && [ -d /run/systemd/system ]; then
    "${as_root[@]}" systemctl disable --quiet rabbitmq-server.service || true
    say "the service rabbitmq-server was left disabled: beffroi's tests start brokers of their own"
  fi
done
say "installed ${packages[*]}"
