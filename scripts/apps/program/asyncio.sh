# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="Python: 30 clients, echo, sendfile()"
host=::1

prepare() { noise "$work/$name/file" 300000; }
serve() { exec "${over[@]}" python3 "$apps/program/streams.py" serve "$host" "$port" "$work/$name/file"; }
use() { "${over[@]}" python3 "$apps/program/streams.py" use "$host" "$port" "$data/answers"; }
