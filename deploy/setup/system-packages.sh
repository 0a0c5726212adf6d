#!/usr/bin/env bash
# What `make test` needs beyond a Rust toolchain, git and make: RabbitMQ, whose brokers the tests
# start and stop by themselves, and libfaketime for workers with a wrong clock. Installs what is missing and says so; does nothing otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

missing=()
has faketime || missing+=(faketime)
has rabbitmq-server || missing+=(rabbitmq-server)
# Some libraries bring C sources; a Rust toolchain alone has no C compiler.
has cc || missing+=(gcc libc6-dev)

[ ${#missing[@]} = 0 ] || "$here/install-packages.sh" "${missing[@]}"
