#!/usr/bin/env bash
# Does avahi see a node? Runs avahi-daemon with its own D-Bus and a command in new network and mount
# namespaces that share one interface, lab0 (10.79.0.1/24, fd79::1/64), and browses for the service.
#   avahi-check.sh COMMAND…      the command must discover on lab0 and run until its input ends
#   SERVICE=_p2p._udp            service to browse for
#   WAIT=20                      seconds to wait for the node to appear
# Prints the resolved lines of avahi-browse. Exit: 0 found and resolved, 1 not, 77 cannot run here.
# Needs root and the packages avahi-daemon, avahi-utils, dbus, iproute2.
set -euo pipefail
SERVICE=${SERVICE:-_p2p._udp}
WAIT=${WAIT:-20}

skip() { echo "avahi-check: $1" >&2; exit 77; }

if [[ ${AVAHI_CHECK_INSIDE:-} != 1 ]]; then
  [[ $# -gt 0 ]] || { echo "usage: avahi-check.sh COMMAND…" >&2; exit 2; }
  [[ $(id -u) == 0 ]] || skip "needs root"
  for tool in avahi-daemon avahi-browse dbus-daemon ip unshare; do
    command -v "$tool" > /dev/null || skip "needs $tool (packages avahi-daemon, avahi-utils, dbus, iproute2)"
  done
  unshare --net --mount true 2> /dev/null || skip "namespaces are not permitted here"
  AVAHI_CHECK_INSIDE=1 exec unshare --net --mount --pid --fork --kill-child "$0" "$@"
fi

mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon /run/lab
chown avahi:avahi /run/avahi-daemon 2> /dev/null || true
ip link set lo up
ip link add lab0 type veth peer name lab0end
ip link set lab0end up
ip addr add 10.79.0.1/24 dev lab0
ip addr add fd79::1/64 dev lab0 nodad
ip link set lab0 up multicast on

dbus-daemon --system --nofork --nopidfile --address=unix:path=/run/dbus/system_bus_socket 2> /run/lab/dbus.log &
for _ in $(seq 50); do [[ -S /run/dbus/system_bus_socket ]] && break; sleep 0.1; done
cat > /run/lab/avahi.conf << 'CONF'
[server]
allow-interfaces=lab0
use-ipv4=yes
use-ipv6=yes
enable-dbus=yes
[publish]
disable-publishing=yes
[rlimits]
CONF
avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /run/lab/avahi.conf 2> /run/lab/avahi.log &
for _ in $(seq 100); do avahi-daemon --check && break; sleep 0.1; done

mkfifo /run/lab/input
"$@" < /run/lab/input > /run/lab/node.out 2>&1 &
node=$!
exec 3> /run/lab/input   # the node's input ends when this script does

deadline=$((SECONDS + WAIT))
found=""
while [[ $SECONDS -lt $deadline && -z $found ]]; do
  found=$(timeout 10 avahi-browse --resolve --parsable --terminate "$SERVICE" 2> /run/lab/browse.log | grep '^=.*dnsaddr=' || true)
  kill -0 "$node" 2> /dev/null || break
  [[ -n $found ]] || sleep 0.3
done
if [[ -z $found ]]; then
  echo "avahi-check: $SERVICE was not resolved within $WAIT s" >&2
  head -n 40 /run/lab/node.out /run/lab/avahi.log /run/lab/browse.log >&2
  exit 1
fi
echo "$found"
# Good-bye: after the node's input has ended avahi must not list it any more.
exec 3>&-
wait "$node" || true
sleep 2
if timeout 10 avahi-browse --parsable --terminate "$SERVICE" 2> /dev/null | grep -q '^+'; then
  echo "avahi-check: the node is still listed after its good-bye" >&2
  exit 1
fi
echo "gone after good-bye"
