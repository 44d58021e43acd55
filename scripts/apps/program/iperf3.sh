# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="50 MB, three times: 2 streams, back, options"

serve() { exec "${over[@]}" iperf3 -s -B "$host" -p "$port"; }

# What iperf3 receives it throws away, does not count what is on its way at the
# end, and a write that was cut short lets it send a little more. Two ways have
# the options' values in common, and that there are figures of the path (TCP_INFO).
SUMMARY='import json, sys
run = json.load(sys.stdin)
start, end = run["start"], run["end"]
streams = [part["sender"] for part in end["streams"]]
print(sys.argv[1:], len(streams), "streams")
print("congestion control:", end["sender_tcp_congestion"], end["receiver_tcp_congestion"])
if "-M" in sys.argv:
    print("MSS:", start["tcp_mss"])
print("sent all:", end["sum_sent"]["bytes"] >= 50000000)
print("buffers:", start["sock_bufsize"], start["sndbuf_actual"], start["rcvbuf_actual"])
print("received at least half of it:", end["sum_received"]["bytes"] > 25000000)
print("window and round trip:", all(part["max_snd_cwnd"] > 0 for part in streams),
      all(0 < part["min_rtt"] <= part["max_rtt"] for part in streams))'

# measure ARGUMENT...: of iperf3; what it counted goes to $data
measure() {
	"${over[@]}" iperf3 -J -c "$host" -p "$port" -n 50000000 "$@" >"$here/json" &&
		python3 -c "$SUMMARY" "$@" <"$here/json" >>"$data/counted" && return
	cat "$here/json"
	return 1
}

use() {
	measure -P 2 && measure -Z -R && measure -C reno -M 1200 -w 300K --fq-rate 2G
}
