# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="curl, ab: files, a range, a proxy"

prepare() { noise "$work/$name/www/file" 3000000 && noise "$work/$name/www/page" 16000; }

serve() {
	cat >"$here/conf" <<-END
		daemon off;
		worker_processes 2;
		pid $here/pid;
		error_log stderr;
		events { worker_connections 64; }
		http {
			access_log off;
			sendfile on;
			tcp_nopush on;
			client_body_temp_path $here/body;
			proxy_temp_path $here/proxy;
			fastcgi_temp_path $here/fastcgi;
			uwsgi_temp_path $here/uwsgi;
			scgi_temp_path $here/scgi;
			server {
				listen $host:$port deferred reuseport fastopen=16 so_keepalive=30s::5;
				root $work/$name/www;
				location /through/ {
					proxy_pass http://$host:$port/;
				}
			}
		}
	END
	exec "${over[@]}" nginx -e stderr -c "$here/conf"
}

# load COUNT AB'S-ARGUMENT...: all of them were answered, as they should be
load() {
	local count=$1
	shift
	"${over[@]}" ab -q -n "$count" -c 8 "$@" >"$here/ab" || return
	cat "$here/ab"
	grep -q "^Complete requests: *$count$" "$here/ab" &&
		grep -q "^Failed requests: *0$" "$here/ab" && ! grep -q "^Non-2xx" "$here/ab"
}

use() {
	local url=http://$host:$port
	"${over[@]}" curl -sSf -o "$data/file" "$url/file" -o "$data/through" "$url/through/file" &&
		"${over[@]}" curl -sSf -r 1000000-1999999 -o "$data/range" "$url/file" &&
		load 300 -k "$url/page" && load 60 "$url/page" && load 40 "$url/through/page"
}
