#!/usr/bin/env bash
# Installs what the tests need from the system (Chromium, ngspice) where that is allowed; else says what is skipped.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v ngspice >/dev/null || missing+=(ngspice)
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
  echo "Installing ${missing[*]} for the tests …"
  if "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
fi
for package in "${missing[@]}"; do
  echo "SKIPPED: tests that need $package, for it is not installed and may not be installed here." >&2
done
