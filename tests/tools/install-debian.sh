#!/bin/sh
# Installs Debian packages, or says which ones are missing.
# Usage: install-debian.sh PACKAGE...
set -eu

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || as_root=none
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null; then
    echo "Missing: $* (on Debian, as root: apt-get install $*)" >&2
    exit 1
fi
echo "Installing $*"
# The lock may be held for a while by the machine's own updates.
$as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install --yes --no-install-recommends "$@" >/dev/null
