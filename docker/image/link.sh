#!/bin/bash
# link.sh APP MODULES: makes APP/jre, a Java runtime of the modules; takes Netty's libraries of this platform out of the
# jars of APP/lib into APP/native; and begins /root-fs with the C libraries of all that, busybox and a user.
set -euo pipefail
app=$1 modules=$2 root=/root-fs

jlink --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
  --output "$app/jre"

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
