#!/usr/bin/env bash
# A local network of three hosts, each a network namespace, on one bridge that leads nowhere else.
#   lan.sh up NAME      hosts NAME1 NAME2 NAME3: 10.77.0.N/24 and fd77::N/64 on eth0, multicast works
#   lan.sh down NAME    removes them; processes in them must have been ended before
# Run a command on a host with: ip netns exec NAME1 COMMAND…
# Exit: 0 done, 77 cannot run here (needs root, iproute2 and permission to make namespaces).
set -euo pipefail
[[ $# == 2 ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
name=$2
case $1 in
  up)
    [[ $(id -u) == 0 ]] || { echo "lan: needs root" >&2; exit 77; }
    command -v ip > /dev/null || { echo "lan: needs ip (package iproute2)" >&2; exit 77; }
    ip netns add "${name}sw" 2> /dev/null || { echo "lan: namespaces are not permitted here" >&2; exit 77; }
    ip -n "${name}sw" link add br0 type bridge mcast_snooping 0
    ip -n "${name}sw" link set br0 up
    for host in 1 2 3; do
      ip netns add "$name$host"
      ip -n "$name$host" link set lo up
      ip -n "${name}sw" link add "port$host" type veth peer name eth0 netns "$name$host"
      ip -n "${name}sw" link set "port$host" master br0 up
      ip -n "$name$host" link set eth0 up multicast on
      ip -n "$name$host" addr add "10.77.0.$host/24" dev eth0
      ip -n "$name$host" addr add "fd77::$host/64" dev eth0 nodad
      # js-libp2p leaves the choice of the interface to the routes.
      ip -n "$name$host" route add default dev eth0
      # A second address survives when the first is taken away.
      ip netns exec "$name$host" sysctl -qw net.ipv4.conf.all.promote_secondaries=1 \
        net.ipv4.conf.eth0.promote_secondaries=1
    done ;;
  down)
    for host in 1 2 3 sw; do ip netns del "$name$host" 2> /dev/null || true; done ;;
  *) echo "lan: unknown command $1" >&2; exit 2 ;;
esac
