#!/bin/busybox sh
# The guest's first process, in the initramfs: puts its file system together out of the host's
# (read-only), the bench's layer and memory for what is written, and goes over into it.
export PATH=/bin
/bin/busybox --install -s /bin
. /job
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do
    insmod "/modules/$module.ko" || echo "first.sh: cannot load $module" >/dev/console
done </modules/order

share=ro,trans=virtio,version=9p2000.L,cache=loose,msize=512000
mount -t 9p -o $share host /host &&
    mount -t 9p -o $share layer /layer &&
    mount -t tmpfs -o size=75% memory /memory &&
    mkdir /memory/upper /memory/work &&
    mount -t overlay -o lowerdir=/layer:/host,upperdir=/memory/upper,workdir=/memory/work root /new &&
    mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,msize=512000 run "/new$RUN" || {
    echo "first.sh: cannot mount the host's files" >/dev/console
    exit 1 # the kernel panics, and so the machine ends
}
for folder in dev proc sys; do
    mount --move /$folder /new/$folder
done
mkdir -p /new/usbbench
cp /bin/busybox /job /second.sh /new/usbbench
exec switch_root /new /usbbench/busybox sh /usbbench/second.sh
