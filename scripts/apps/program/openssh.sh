# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # see ../guest.sh
job="scp: 100 MB there, 10 MB back"

prepare() {
	noise "$work/$name/big" 100000000 && noise "$work/$name/small" 10000000 &&
		ssh-keygen -q -t ed25519 -N '' -f "$work/$name/host" &&
		ssh-keygen -q -t ed25519 -N '' -f "$work/$name/user" && mkdir -p /run/sshd || return
	# sshd lets nobody in whose password begins with "!", as root's where sudo is used
	sed 's/^root:[^:]*:/root:*:/' /etc/shadow >"$work/$name/shadow" &&
		mount --bind "$work/$name/shadow" /etc/shadow || return
	cat >"$work/$name/conf" <<-END
		HostKey $work/$name/host
		AuthorizedKeysFile $work/$name/user.pub
		PermitRootLogin yes
		StrictModes no
		UsePAM no
		PidFile none
		Subsystem sftp /usr/lib/openssh/sftp-server
	END
}

serve() {
	exec "${over[@]}" /usr/sbin/sshd -D -e -f "$work/$name/conf" -o "ListenAddress=$host" \
		-p "$port"
}

copy() {
	"${over[@]}" scp -q -P "$port" -i "$work/$name/user" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o BatchMode=yes "$@"
}

use() {
	copy "$work/$name/big" "root@$host:$data/there" &&
		copy "root@$host:$work/$name/small" "$data/back"
}
