#!/usr/bin/env bash
# Counts the instructions of the AVX2 and the scalar kernels on fixed inputs (callgrind, which knows no AVX-512) and
# fails where one needs over 3 % more than Tests/instruction-counts.json says.
#
#   bash Tests/instruction-counts.sh            compares
#   bash Tests/instruction-counts.sh --record   writes the file anew, for a change that is meant
#
# Counts are a compiler's: with another one than the file's there is nothing to compare, and nothing fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# The compiler that SwiftPM takes: Swift's own.
clang=$(swift -print-target-info |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["paths"]["runtimeResourcePath"])')/../../bin/clang
compiler=$("$clang" --version | sed -n '1p; s/^Target: //p' | paste -s -d ' ')

counts=Tests/instruction-counts/counts.py
recorded=Tests/instruction-counts.json
if [ "${1-}" != --record ]; then
  status=0
  python3 "$counts" check-compiler "$recorded" "$compiler" || status=$?
  case $status in 0) ;; 3) exit 0 ;; *) exit $status ;; esac
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# As SwiftPM's release build compiles CKernels, but without the debug information, which valgrind 3.19 cannot read. lld
# comes with the compiler: calls into other libraries cost the same everywhere.
link=(-fuse-ld=lld -Wl,--strip-debug)
for variant in avx2 scalar; do
  "$clang" -O2 -DSWIFT_PACKAGE=1 -fblocks -I Sources/CKernels/include -fPIC -g -fno-omit-frame-pointer \
    -c "Sources/CKernels/$variant.c" -o "$work/$variant.o"
done
"$clang" -shared "${link[@]}" "$work/avx2.o" "$work/scalar.o" -lm -o "$work/kernels.so"
"$clang" -Wall -Wextra -Werror "${link[@]}" -I Sources/CKernels Tests/instruction-counts/kernels.c "$work/kernels.so" \
  -o "$work/kernels"

for variant in avx2 scalar; do
  LD_BIND_NOW=1 valgrind -q --tool=callgrind --compress-strings=no --compress-pos=no \
    --callgrind-out-file="$work/$variant.out" "$work/kernels" $variant
done
if [ "${1-}" = --record ]; then
  python3 "$counts" record "$recorded" "$compiler" "$work"
else
  python3 "$counts" compare "$recorded" "$compiler" "$work"
fi
