# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
# The same files, the same client
# shellcheck source=scripts/apps/program/http-server.sh
. "$apps/program/http-server.sh"
job="Go's, by BPF; curl: 20 files"

serve() { exec "${over[@]}" caddy file-server --listen "$host:$port" --root "$work/$name/www"; }
