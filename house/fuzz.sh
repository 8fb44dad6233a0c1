#!/usr/bin/env bash
# Runs the Jazzer targets of the repository, one after the other.
#   house/fuzz.sh [SECONDS [FILTER]]   SECONDS in all, shared evenly (default 600); FILTER is part of
#                                      Class.method (default: every target)
# Findings are left in target/fuzz/ with the input that caused them, and make the exit code 1.
# The corpus that grows is kept in target/fuzz/corpus; what is worth keeping for ever is committed
# beside the tests by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
total=${1:-600} filter=${2:-} out=$PWD/target/fuzz
mkdir -p "$out"

java=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  [ -x "$home/bin/java" ] || continue
  v=$("$home/bin/java" -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p;q')
  [ "${v:-0}" -ge 21 ] && java=$home/bin/java && break
done
[ -n "$java" ] || { echo "fuzz: no JDK 21 or newer found; set JAVA_HOME" >&2; exit 1; }

echo "fuzz: compiling"
mvn -B -q -Dquick test-compile
targets=()
while IFS=: read -r file method; do
  class=$(sed -E 's#.*/src/test/java/##; s#\.java$##; s#/#.#g' <<<"$file")
  [[ "$class.$method" == *"$filter"* ]] && targets+=("${file%%/*} $class $method")
done < <(grep -rlE '^\s*@FuzzTest' --include='*FuzzTest.java' ./*/src/test/java | sed 's#^\./##' | sort |
  while read -r f; do
    awk -v f="$f" '/@FuzzTest/ { want = 1 } want && /void [A-Za-z0-9_]+\(/ { match($0, /void [A-Za-z0-9_]+/); print f ":" substr($0, RSTART + 5, RLENGTH - 5); want = 0 }' "$f"
  done)
[ ${#targets[@]} -gt 0 ] || { echo "fuzz: no target matches '$filter'" >&2; exit 2; }
each=$((total / ${#targets[@]}))
[ $each -ge 1 ] || each=1
echo "fuzz: ${#targets[@]} targets, $each s each"

declare -A classpath
found=0
for t in "${targets[@]}"; do
  read -r module class method <<<"$t"
  if [ -z "${classpath[$module]:-}" ]; then
    mvn -B -q -Dquick -pl "$module" -am test-compile dependency:build-classpath \
      -Dmdep.outputFile="$out/cp-$module" -DincludeScope=test >/dev/null
    classpath[$module]=$PWD/$module/target/test-classes:$PWD/$module/target/classes:$(cat "$out/cp-$module")
  fi
  mkdir -p "$out/corpus/$class/$method"
  if (cd "$out" && "$java" -Xmx1g -XX:+UseSerialGC -Dio.netty.leakDetection.level=paranoid --enable-native-access=ALL-UNNAMED \
    -cp "${classpath[$module]}" com.code_intelligence.jazzer.Jazzer \
    --target_class="$class" --target_method="$method" --instrumentation_includes='org.openagi.p2p.**' \
    -artifact_prefix="$out/$class.$method-" -max_total_time=$each -timeout=10 -rss_limit_mb=4096 -print_final_stats=0 \
    "$out/corpus/$class/$method") >"$out/$class.$method.log" 2>&1; then
    echo "ok    $class.$method  $(grep -aoE 'Done [0-9]+ runs' "$out/$class.$method.log" | tail -1)"
  else
    found=$((found + 1))
    echo "FOUND $class.$method  see target/fuzz/$class.$method.log"
  fi
done
echo "$((${#targets[@]} - found)) passed, $found failed"
[ $found = 0 ]
