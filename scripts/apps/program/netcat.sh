# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="10 MB"
host=::1 once=1

prepare() { noise "$work/$name/file" 10000000; }
serve() { exec "${over[@]}" nc -d -l "$host" "$port" >"$data/file"; }
use() { "${over[@]}" nc -N "$host" "$port" <"$work/$name/file"; }
