#!/bin/sh
# Brings HiGHS as WebAssembly, and checks that it is what docs/dependencies.md records:
#   scripts/highs.sh          fetches the package, compares, and writes what lib/schedule/highs embeds
#   scripts/highs.sh check    compares what is embedded with the record, without a network
# A new version: change VERSION and the two sums, then run it and the tests.
set -eu

VERSION=1.15.3
PACKAGE_SHA256=218533577886c69023739024bb92cfc2831ba45ff1fd1fd981753c04cded9793
WASM_SHA256=528be4365bea1d4188988646b244263f50320df55782e14d6af5bce7cd45c840

cd "$(dirname "$0")/../lib/schedule/highs"

if [ "${1:-}" != check ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && npm pack --silent "highs@$VERSION" >/dev/null)
	echo "$PACKAGE_SHA256  $work/highs-$VERSION.tgz" | sha256sum --check --status || { echo "the package highs $VERSION is not the one that is recorded" >&2; exit 1; }
	tar -xzf "$work/highs-$VERSION.tgz" -C "$work"
	gzip -9nc "$work/package/build/highs.wasm" >highs.wasm.gz
	cp "$work/package/LICENSE" LICENSE
	# The functions have short names inside; the package's script says which is which.
	{
		grep -oE 'Module\["_(Highs_[A-Za-z0-9]+|malloc|free)"\]=wasmExports\["[^"]+"\]' "$work/package/build/highs.js" | sed -E 's/Module\["_([^"]+)"\]=wasmExports\["([^"]+)"\]/export \1 \2/'
		grep -oE 'wasmMemory=wasmExports\["[^"]+"\]' "$work/package/build/highs.js" | sed -E 's/.*\["([^"]+)"\]/export memory \1/'
		grep -oE 'initRuntime\(\)\{[^}]*wasmExports\["[^"]+"\]' "$work/package/build/highs.js" | sed -E 's/.*wasmExports\["([^"]+)"\]/export construct \1/'
		grep -oE 'wasmImports=\{[^}]*\}' "$work/package/build/highs.js" | sed -E 's/wasmImports=\{(.*)\}/\1/' | tr ',' '\n' | sed -E 's/^(.+):_*(.+)$/import \2 \1/'
	} | sort -u >names.txt
fi

gzip -dc highs.wasm.gz | sha256sum | grep -q "^$WASM_SHA256 " || { echo "highs.wasm.gz is not the recorded one" >&2; exit 1; }
for f in names.txt LICENSE NOTICES; do [ -s "$f" ] || { echo "$f is empty" >&2; exit 1; }; done
for sum in "$PACKAGE_SHA256" "$WASM_SHA256"; do
	grep -q "$sum" ../../../docs/dependencies.md || { echo "docs/dependencies.md does not record $sum" >&2; exit 1; }
done
