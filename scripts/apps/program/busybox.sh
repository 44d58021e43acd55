# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="static, by BPF: httpd, wget: 5 MB"

prepare() { noise "$work/$name/www/file" 5000000; }
serve() { exec "${over[@]}" busybox httpd -f -p "$host:$port" -h "$work/$name/www"; }
use() { "${over[@]}" busybox wget -q -O "$data/file" "http://$host:$port/file"; }
