#!/usbbench/busybox sh
# The guest's first process, from here on: the Python of the checkout does the work, its exit status
# goes to the host. What belongs to the host's running system is covered.
. /usbbench/job
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/run/home TMPDIR=/run/tmp LANG=C.UTF-8 TERM=linux
export PYTHONPATH PYTHONUNBUFFERED=1
exec </dev/null >/dev/ttyS1 2>&1
/usbbench/busybox stty -F /dev/ttyS1 raw
printf '\036booted\n'

mkdir -p /dev/pts /dev/shm /run/udev /run/systemd /run/dbus /run/user
mount -t devpts -o mode=620,ptmxmode=666,gid=5 pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
for folder in udev systemd dbus user; do
    mount -t tmpfs -o mode=755 run /run/$folder
done
rm -rf /run/home /run/tmp
mkdir -p /run/home /run/tmp /run/systemd/seats
chmod 1777 /run/tmp

cd "$CHECKOUT" && "$PYTHON" -m usbbench.guest "$RUN"
status=$?
# Bit 6 says that it is the guest that speaks: qemu's own failures end it with 1.
[ $status -lt 64 ] || status=63
printf "\\$(printf %o $((status + 64)))" |
    /usbbench/busybox dd of=/dev/port bs=1 seek=$((0x501)) conv=notrunc 2>/dev/null
