#!/bin/sh
# Makes a fresh Debian Bookworm ready: Python 3.11, Debian packages, .venv from requirements.lock.
# usage: image_build/bootstrap.sh run|test      says what it installs; one clear line and exit 3 when it cannot.
set -eu

want=${1:-run}
root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/.venv"
lock="$root/requirements.lock"

say() { printf '%s\n' "$*" >&2; }
stop() {
	say "make $want: $1"
	say "  mend: $2"
	exit 3
}

find_python() {
	for name in python3.11 /usr/bin/python3.11 python3; do
		if command -v "$name" >/dev/null 2>&1 &&
			"$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
			command -v "$name"
			return
		fi
	done
}

have_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing_packages() {
	packages="mosquitto libusb-1.0-0 espeak-ng opus-tools"
	case "$python" in /usr/bin/*) packages="$packages python3.11-venv" ;; esac
	if [ "$want" = test ]; then
		packages="$packages umockdev chromium fonts-noto-core fonts-dejavu-core fonts-ocr-b faketime libatomic1 openssl udev pcscd vsmartcard-vpcd python3-pyscard"
		packages="$packages cog zbar-tools systemd nftables fontconfig mtools dosfstools fdisk zstd squashfs-tools rauc dropbear-bin openssh-client libseccomp2 cryptsetup-bin device-tree-compiler qemu-system-arm u-boot-qemu"
		packages="$packages postgresql fiu-utils libfiu0 iproute2 iptables e2fsprogs dbus"
		packages="$packages swtpm swtpm-tools tpm2-tools tpm2-openssl tpm2-abrmd libtss2-tcti-swtpm0 libtss2-tcti-tabrmd0"
		command -v node >/dev/null 2>&1 || packages="$packages nodejs"
		command -v gcc >/dev/null 2>&1 || packages="$packages gcc libc6-dev"
	fi
	for package in $packages; do
		have_package "$package" || printf '%s ' "$package"
	done
}

install_packages() {
	missing=$(missing_packages)
	[ -z "$missing" ] && return
	command -v apt-get >/dev/null 2>&1 ||
		stop "these Debian packages are missing: $missing" "install them by your system's own means."
	sudo=""
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null 2>&1 ||
			stop "these Debian packages are missing: $missing" "as root: apt-get install $missing"
		sudo="sudo"
	fi
	say "Installing Debian packages: $missing"
	log=$(mktemp)
	# a broker of our own is started on loopback; Debian's service of the same name must not start
	if ! { $sudo apt-get update -qq &&
		$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
			apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
		tail -n 5 "$log" >&2
		stop "apt-get could not install: $missing" "as root: apt-get update && apt-get install $missing"
	fi
	rm -f "$log"
}

# made here and not moved, by a Python that this user may run
usable() {
	[ -x "$venv/bin/kiosk" ] && [ "$(cat "$venv/.made-at" 2>/dev/null)" = "$venv" ] &&
		"$venv/bin/python" -c '' 2>/dev/null
}

room_mb() { df -Pm "$root" | awk 'NR == 2 { print $4 }'; }

make_venv() {
	sum=$(cat "$lock" "$root/pyproject.toml" | sha256sum | cut -d ' ' -f 1)
	for made in "$want" test; do # what the tests need holds all that a run needs
		if usable && [ "$(cat "$venv/.made-for-$made" 2>/dev/null)" = "$sum" ]; then
			return
		fi
	done
	if ! { [ -w "$root" ] && { [ ! -e "$venv" ] || [ -w "$venv" ]; }; }; then
		stop "$(id -un) may not write in $root." "be its owner, or clone into a folder of your own."
	fi
	[ "$(room_mb)" -ge 900 ] || [ -x "$venv/bin/python" ] ||
		stop "only $(room_mb) MB are free here." "make 900 MB free, then try again."
	say "Making .venv from requirements.lock (a minute or two)"
	usable || "$python" -m venv --clear "$venv" ||
		stop "python could not make .venv." "apt-get install python3.11-venv, then remove .venv."
	list=$(mktemp)
	if [ "$want" = test ]; then cat "$lock"; else sed '/^# ---- development/,$d' "$lock"; fi >"$list"
	log=$(mktemp)
	if ! {
		"$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$list" &&
			"$venv/bin/python" -m pip install --disable-pip-version-check --no-deps \
				--no-build-isolation -e "$root"
	} >"$log" 2>&1; then
		tail -n 5 "$log" >&2
		stop "pip could not install what requirements.lock names." \
			"look at the lines above: link, room on disk, or a wheel that this machine lacks."
	fi
	rm -f "$list" "$log"
	printf '%s' "$venv" >"$venv/.made-at"
	printf '%s' "$sum" >"$venv/.made-for-$want"
}

[ "$(uname -s)" = Linux ] || stop "this is no Linux." "use Debian Bookworm or Raspberry Pi OS Bookworm."
python=$(find_python)
[ -n "$python" ] || stop "Python 3.11 is not here (tflite-runtime has no wheel for later ones)." \
	"on Debian Bookworm: apt-get install python3.11 python3.11-venv"
install_packages
make_venv
