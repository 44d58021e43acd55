# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="pgbench: 4 clients, 100 transactions"
# the newest, if there are more
pg=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }

prepare() {
	chown postgres "$work/$name" &&
		as_postgres "$pg/initdb" -D "$work/$name/db" -A trust -E UTF8 --no-locale --no-sync
}

serve() {
	cp -a "$work/$name/db" "$here/db" &&
		exec setpriv --reuid postgres --regid postgres --init-groups "${over[@]}" \
			"$pg/postgres" -D "$here/db" -h "$host" -p "$port" -k '' -F
}

bench() { "${over[@]}" "$pg/pgbench" -h "$host" -p "$port" -U postgres "$@" postgres; }

# What is random has the same seed both times, and sums do not care who was first.
use() {
	bench -i -s 1 -q && bench -c 4 -j 2 -t 25 --random-seed=1 &&
		"${over[@]}" "$pg/psql" -h "$host" -p "$port" -U postgres -At \
			-v ON_ERROR_STOP=1 >"$data/tables" <<-END
			select * from pgbench_branches order by bid;
			select * from pgbench_tellers order by tid;
			select aid, abalance from pgbench_accounts order by aid;
			select tid, bid, aid, delta from pgbench_history order by 1, 2, 3, 4;
		END
}
