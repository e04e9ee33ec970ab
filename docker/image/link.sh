#!/bin/bash
# Makes what the jars in /app need to run from scratch. In two steps, since only the second depends on the jars:
#   link.sh runtime MODULES   /app/jre: a Java runtime of the modules, separated by commas
#   link.sh files             /app/native: Netty's libraries of this platform, out of the jars of /app/lib; and /root-fs:
#                             the C libraries of all that, busybox and a user
set -euo pipefail
app=/app root=/root-fs

if [[ $1 == runtime ]]; then
  exec jlink --add-modules "$2" --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
    --output "$app/jre"
fi

# Netty would unpack them at each start, which a read-only file system does not allow.
case $(uname -m) in
  x86_64) mine=x86_64 other=aarch_64 ;;
  aarch64) mine=aarch_64 other=x86_64 ;;
  *) echo "no build for $(uname -m)" >&2 && exit 1 ;;
esac
rm -f "$app"/lib/*-linux-"$other".jar
mkdir -p "$app/native"
for jar in "$app"/lib/netty-*-linux-"$mine".jar; do
  if [[ -f $jar ]]; then
    busybox unzip -q -o -j "$jar" 'META-INF/native/*.so' -d "$app/native"
  fi
done

mkdir -p "$root"/{bin,etc,tmp,project}
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh wget; do
  ln -s busybox "$root/bin/$applet"
done
echo 'pgdeeplake:x:65532:65532::/:/bin/sh' >"$root/etc/passwd"
echo 'pgdeeplake:x:65532:' >"$root/etc/group"

# Every C library by the path under which it is looked for, the loader among them.
find "$app/jre" "$app/native" -type f \( -name '*.so' -o -path '*/bin/java' \) -exec ldd '{}' + |
  sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' | sort -u | while read -r library; do
  case $library in
    "$app"/*) ;;
    *) mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library" ;;
  esac
done
