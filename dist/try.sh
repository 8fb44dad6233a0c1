#!/usr/bin/env bash
# try.sh FOLDER: unpacks the archive in that folder into an empty one, without any Java at hand, and looks whether it
# runs: version, two nodes that talk, commands that ask them, SIGTERM, a flight recording, the demo, a simulation.
set -euo pipefail

EMPTY=$(mktemp -d)
readonly EMPTY
NODES=()
cleanup() {
  if [ ${#NODES[@]} -gt 0 ]; then kill -KILL "${NODES[@]}" 2>/dev/null || true; wait 2>/dev/null || true; fi
  rm -rf "$EMPTY"
}
trap cleanup EXIT
die() {
  printf 'try: %s\n' "$*" >&2
  sed 's/^/  /' "$EMPTY"/*.out "$EMPTY"/*.err >&2 2>/dev/null || true
  exit 1
}

archives=("$1"/*.tar.gz)
if [ ${#archives[@]} -ne 1 ] || [ ! -s "${archives[0]}" ]; then die "there should be one archive in $1: ${archives[*]}"; fi
tar -xzf "${archives[0]}" -C "$EMPTY"

# All that the launcher may find: no Java, whatever this machine has.
mkdir "$EMPTY/tools" "$EMPTY/elsewhere"
for tool in bash readlink; do ln -s "$(command -v "$tool")" "$EMPTY/tools/$tool"; done
mv "$EMPTY"/openagi-p2p-* "$EMPTY/a folder of another name"
ln -s "../a folder of another name/bin/p2p" "$EMPTY/tools/p2p"
cd "$EMPTY/elsewhere"
p2p() { env -i PATH="$EMPTY/tools" HOME="$EMPTY/home" p2p "$@"; }

version=$(p2p --version 2>"$EMPTY/version.err") || die "--version failed"
printf 'version: %s\n' "$version"
# Told so, Java does not run at all without its start-up cache, which has to fit in another folder, too.
if [ -e "$EMPTY/a folder of another name/lib/p2p.aot" ]; then strict=-XX:AOTMode=on; else strict=-Xshare:on; fi
env -i PATH="$EMPTY/tools" P2P_JAVA_OPTS=$strict p2p --version >"$EMPTY/cache.out" 2>&1 || die "the start-up cache is not used"

# Every line of the configuration to begin with can be used as it stands.
sed -n 's/^# \([a-z_]* = .*\)/\1/p' "$EMPTY/a folder of another name/share/node.conf" >"$EMPTY/every.conf"
[ "$(wc -l <"$EMPTY/every.conf")" -ge 10 ] || die "share/node.conf has few lines"
p2p node --config "$EMPTY/every.conf" --print-config >"$EMPTY/config.out" 2>"$EMPTY/config.err" || die "share/node.conf is not accepted"

# node NAME: starts one that records itself, and waits until its API is open.
node() {
  local name=$1
  shift
  env -i PATH="$EMPTY/tools" HOME="$EMPTY/home" \
    P2P_JAVA_OPTS="-XX:StartFlightRecording=filename=../$name.jfr -Xlog:jfr*=off -Xlog:class+load:file=../$name.classes" \
    p2p node --name "$name" --data "$EMPTY/data of $name" --interface lo --discovery manual --api 127.0.0.1:0 "$@" \
    >"$EMPTY/$name.out" 2>"$EMPTY/$name.err" </dev/null &
  NODES+=("$!")
  for ((i = 0; i < 300; i++)); do
    if grep -q 'dashboard on' "$EMPTY/$name.out"; then break; fi
    kill -0 "${NODES[-1]}" 2>/dev/null || die "the node $name ended"
    sleep 0.1
  done
  grep -q 'dashboard on' "$EMPTY/$name.out" || die "the node $name has not opened its API within 30 s"
  [ ! -s "$EMPTY/$name.err" ] || die "the node $name complains"
}

# TLS with elliptic curves, files, the web server: what a runtime may lack.
node alice --listen /ip4/127.0.0.1/tcp/0 --security tls
address=$(sed -n 's|.*listens on \(/ip4/127.0.0.1/[^ ]*\).*|\1|p' "$EMPTY/alice.out" | head -n 1)
node bob --listen /ip4/127.0.0.1/tcp/0 --security tls --peer="$address"
# What a start must not wait for: a library for rare keys, which is read when such a key comes.
if grep -q 'org\.bouncycastle\.jce\.provider' "$EMPTY"/*.classes; then die "a node at its start reads the whole of BouncyCastle"; fi
grep -q 'org\.openagi\.p2p\.node\.Main' "$EMPTY/alice.classes" || die "it is not known which classes a node reads at its start"
p2p send --data "$EMPTY/data of bob" alice 'hello from the archive' >"$EMPTY/send.out" 2>"$EMPTY/send.err" || die "p2p send failed"
grep -q 'hello from the archive' "$EMPTY/alice.out" || die "the message has not arrived"
for command in status stats config peers topology 'queue ls' 'doctor bob'; do
  # shellcheck disable=SC2086 # its words
  p2p $command --data "$EMPTY/data of alice" >"$EMPTY/command.out" 2>"$EMPTY/command.err" || die "p2p $command failed"
done
for pid in "${NODES[@]}"; do
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" -eq 0 ] || die "a node ended with $status after SIGTERM"
done
NODES=()
"$EMPTY/a folder of another name/runtime/bin/jfr" print --events p2p.Handshake,p2p.Bundle "$EMPTY/alice.jfr" >"$EMPTY/jfr.out" 2>&1 ||
  die "the flight recording cannot be read"
grep -q p2p.Handshake "$EMPTY/jfr.out" || die "no handshake in the flight recording"
p2p demo >"$EMPTY/demo.out" 2>"$EMPTY/demo.err" || die "p2p demo failed"
p2p sim --seeds 1..2 --nodes 5 --minutes 1 >"$EMPTY/sim.out" 2>"$EMPTY/sim.err" || die "p2p sim failed"
printf 'tried without Java: configuration, two nodes over TLS, send, status, stats, config, peers, topology, queue, doctor, SIGTERM with exit code 0, flight recording, demo, sim\n'
