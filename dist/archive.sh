#!/usr/bin/env bash
# archive.sh FOLDER MODULES: completes the folder that has lib/ and runtime/ to one that runs by itself, and packs it beside
# it. MODULES is a file with the names of the modules that the jars use, separated by commas.
set -euo pipefail

HERE=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
FOLDER=$1
NAME=$(basename "$FOLDER")
readonly HERE FOLDER NAME
archive=$NAME-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m).tar.gz

# Named only by classes that are never loaded: Micrometer's figures of Log4j, and a geometry class of a library of JMH.
linked=' java.desktop'$(sed -n 's/^MODULES="\(.*\)"$/ \1 /p' "$FOLDER/runtime/release")
IFS=, read -r -a used <"$2"
for module in "${used[@]}"; do
  case $linked in
    *" $module "*) ;;
    *)
      printf 'archive: the jars use %s, which dist.modules in dist/pom.xml leaves out\n' "$module" >&2
      exit 1
      ;;
  esac
done

# The security providers that this runtime has no module for leave its list: at the first lookup that none of the others
# answers, Java would look for them on the class path, and read and verify the whole of BouncyCastle there.
security=$FOLDER/runtime/conf/security/java.security
providers=$("$FOLDER/runtime/bin/java" -XshowSettings:security:providers -version 2>&1 | sed -n 's/^ *Provider name: //p')
if [ -z "$providers" ]; then
  printf 'archive: the runtime names no security providers\n' >&2
  exit 1
fi
number=0
list=''
for provider in $providers; do
  number=$((number + 1))
  list+="security.provider.$number=$provider"$'\n'
done
sed '/^security\.provider\./d' "$security" >"$security.new"
printf '\n# Those that this runtime has.\n%s' "$list" >>"$security.new"
mv "$security.new" "$security"

mkdir -p "$FOLDER/bin" "$FOLDER/share"
cp "$HERE/bin/p2p" "$FOLDER/bin/p2p"
chmod 755 "$FOLDER/bin/p2p"
cp "$HERE/node.conf" "$HERE"/*.service "$FOLDER/share/"
cp "$HERE/../LICENSE" "$HERE"/../*.md "$FOLDER/"
cp -R "$HERE/../docs" "$FOLDER/docs"

# The names of the jars in one order for ever: the start-up cache is valid only for the class path it was made with.
cd "$FOLDER/lib"
printf '%s\n' *.jar | LC_ALL=C sort | tr '\n' ':' | sed 's/:$//' >classpath
cd ..

# One run, whose loaded and linked classes later starts map into memory. With all compilers, as a node has them.
if [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' runtime/release)" -ge 25 ]; then
  readonly OUTPUT=-XX:AOTCacheOutput=lib/p2p.aot
else
  readonly OUTPUT=-XX:ArchiveClassesAtExit=lib/p2p.jsa
fi
log=$FOLDER.warm-up.log
if ! P2P_JAVA_OPTS="$OUTPUT -XX:TieredStopAtLevel=4" bin/p2p warm-up </dev/null >"$log" 2>&1 || [ ! -s "${OUTPUT#*=}" ]; then
  printf 'archive: no start-up cache was made, see %s\n' "$log" >&2
  exit 1
fi

cd ..
# Nobody's files, in one order. Their times stay: the start-up cache knows the jars by them.
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$archive" "$NAME"
printf 'packed %s, %d MB\n' "$PWD/$archive" $(($(wc -c <"$archive") / 1000000))
