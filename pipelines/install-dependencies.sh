#!/usr/bin/env bash
# Installs what M3 needs on Debian or Ubuntu, and only what is missing; and the packages that it is called with.
set -euo pipefail

packages=(libzstd-dev liblz4-dev libxxhash-dev zlib1g-dev libfaiss-dev libicu-dev libcld2-dev zstd python3 python3-pip python3-venv "$@")

command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "dependencies: all installed"
  exit 0
fi

echo "dependencies: installing ${missing[*]}"
run=()
[ "$(id -u)" -eq 0 ] || run=(sudo)
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
