# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="node's http on ::, asked over IPv6 and IPv4: 60 posts echoed, 6 at once, kept alive"
host=localhost

serve() { exec "${over[@]}" node "$apps/program/node.js" serve "$port"; }
use() { "${over[@]}" node "$apps/program/node.js" use "$port" "$data/answers"; }
