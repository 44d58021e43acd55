# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="http: 60 posts echoed, IPv6 and IPv4"
host=localhost

serve() { exec "${over[@]}" node "$apps/program/node.js" serve "$port"; }
use() { "${over[@]}" node "$apps/program/node.js" use "$port" "$data/answers"; }
