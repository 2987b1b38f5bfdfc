#!/bin/sh
# Installs the udev rules and has udev apply them to what is plugged in. As root.
# Usage: install.sh [GROUP]
# DESTDIR: only copied, to below it, for packagers. UDEV_RULES_DIR: where the rules stand.
set -eu

group=${1:-dialout}
destination=${DESTDIR:-}
folder=${UDEV_RULES_DIR:-/etc/udev/rules.d}
file=$destination$folder/70-hookflash.rules

[ "$(uname -s)" = Linux ] || { echo "install-udev: udev is Linux's; nothing to do here" >&2; exit 1; }
case $group in
    [!a-z_]* | *[!a-z0-9_-]*) echo "install-udev: $group is no group's name" >&2; exit 1 ;;
esac
if [ -z "$destination" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "install-udev: only root may write to $folder; sudo make install-udev" >&2
        exit 1
    fi
    # udev would pass over an unknown group with a line in its log.
    if ! getent group "$group" >/dev/null; then
        echo "install-udev: there is no group $group; groupadd --system $group makes it, or name" \
            "another: make install-udev GROUP=NAME" >&2
        exit 1
    fi
fi

mkdir -p "$(dirname "$file")"
sed "s/dialout/$group/" "$(dirname "$0")/70-hookflash.rules" >"$file.new"
chmod 644 "$file.new"
mv "$file.new" "$file"
echo "Installed $file, for who sits here and for the group $group"
[ -z "$destination" ] || exit 0

if [ ! -S /run/udev/control ] || ! command -v udevadm >/dev/null; then
    echo "udev does not run here (a container?): it will read the rules when it starts"
    exit 0
fi
udevadm control --reload
udevadm trigger --action=change --subsystem-match=usb --subsystem-match=hidraw --subsystem-match=tty
udevadm settle --timeout=10 || echo "udev is still busy after 10 s"
echo "udev has read them and applied them to what is plugged in"
if [ -d /dev/phone ]; then
    ls -l /dev/phone
else
    echo "None of the known modems and handsets is plugged in (hookflash devices --supported)"
fi
