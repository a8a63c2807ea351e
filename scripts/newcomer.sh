#!/usr/bin/env bash
# Plays a newcomer: a fresh copy of the sources, node and npm, nothing else, no root. Runs the two commands and says how long each took.
#
#   scripts/newcomer.sh                 both commands, in the barest surroundings that this machine allows
#   scripts/newcomer.sh 'check'         other npm scripts instead, one an argument
#
# Bare root: a debootstrap chroot with this machine's node and npm copied in and an unprivileged user; needs root,
# debootstrap and mounts. Elsewhere: an empty HOME, an empty npm cache, a PATH that holds node, npm and a shell.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
node=$(command -v node)
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
work=$(mktemp -d /tmp/feikong-newcomer.XXXXXX)
[ $# -gt 0 ] || set -- 'demo -- --once --json' 'test'

# The sources as git knows them, with what is not committed yet; no packages, no data.
copy_sources() {
  mkdir -p "$1"
  (cd "$project" && git ls-files -z --cached --others --exclude-standard | tar c --null --ignore-failed-read -T - 2>/dev/null) | tar x -C "$1"
}

clean_up() {
  for mounted in dev/pts proc; do umount "$work/root/$mounted" 2>/dev/null || true; done
  if ! grep -qs " $work/root/" /proc/mounts; then rm -rf --one-file-system "$work"; fi
}
trap clean_up EXIT

bare_root() {
  [ "$(id -u)" -eq 0 ] && command -v debootstrap >/dev/null || return 1
  local root=$work/root
  debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" 2>&1 || return 1
  mount -t proc proc "$root/proc" 2>/dev/null || return 1
  mkdir -p "$root/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" 2>/dev/null && ln -sf pts/ptmx "$root/dev/ptmx"
  install -D "$node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/npm"
  cp -r "$npm/." "$root/usr/local/lib/npm/"
  ln -s ../lib/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  # The name server, the certificates and the registry are the machine's, not the project's.
  cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then install -D -m 0644 "$NODE_EXTRA_CA_CERTS" "$root$NODE_EXTRA_CA_CERTS"; fi
  chroot "$root" useradd --create-home dev
  copy_sources "$root/home/dev/feikong"
  chroot "$root" chown -R dev: /home/dev
  say "bare root: Debian bookworm minbase, user dev, Node $($node -v)"
  inside() { chroot --userspec=dev:dev "$work/root" env -i "${network[@]}" HOME=/home/dev PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 sh -c "cd /home/dev/feikong && $1"; }
}

bare_surroundings() {
  local bin=$work/bin
  mkdir -p "$bin" "$work/home"
  ln -s "$node" "$bin/node"
  ln -s "$npm/bin/npm-cli.js" "$bin/npm"
  ln -s "$(command -v sh)" "$bin/sh"
  copy_sources "$work/feikong"
  say "empty HOME, empty npm cache, PATH of node, npm and sh; Node $($node -v)"
  inside() { env -i "${network[@]}" HOME="$work/home" PATH="$work/bin" LANG=C.UTF-8 "$work/bin/sh" -c "cd '$work/feikong' && $1"; }
}

say() { printf 'newcomer: %s\n' "$1" >&2; }

# How this machine reaches the npm registry.
network=()
for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy NODE_EXTRA_CA_CERTS npm_config_registry; do
  if [ -n "${!name:-}" ]; then network+=("$name=${!name}"); fi
done

bare_root || { clean_up; mkdir -p "$work"; bare_surroundings; }

failed=0
for command in "$@"; do
  started=$(date +%s.%N)
  code=0
  inside "npm run $command" || code=$?
  seconds=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $started }")
  say "npm run $command: exit $code after $seconds s"
  [ "$code" -eq 0 ] || failed=1
done
exit "$failed"
