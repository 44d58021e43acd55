#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Prints dkms.conf: the modules are those that Kbuild has, the version is that
# of include/glass/version.h.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)

version=$(sed -n 's/^#define GLASS_VERSION[^"]*"\(.*\)"$/\1/p' "$top/include/glass/version.h")
# Each module, with the option of the kernel that it hangs on, if any: "NAME[:OPTION]"
modules=$(awk '
	/^ifneq/ { option = match($0, /CONFIG_[A-Z0-9_]+/) ? ":" substr($0, RSTART, RLENGTH) : "" }
	/^endif/ { option = "" }
	/^obj-m/ { for (i = 3; i <= NF; i++) { sub(/\.o$/, "", $i); print $i option } }
	' "$top/Kbuild")
if [ -z "$version" ] || [ -z "$modules" ]; then
	echo "dkms-conf.sh: no version, or no modules" >&2
	exit 1
fi

# only_with NAME OPTION: take back module $i where the kernel has no such option.
# DKMS counts the modules without a gap, so those with an option are Kbuild's last.
only_with() {
	cat <<-END
		# Only a kernel with $2 has it. Where headers are gone, what was
		# built tells what is to be removed.
		built=\$dkms_tree/\$PACKAGE_NAME/\$PACKAGE_VERSION/\$kernelver/\$arch/module
		grep -qs "^$2=" "\$kernel_source_dir/include/config/auto.conf" ||
		    compgen -G "\$built/$1.ko*" >/dev/null ||
		    unset "BUILT_MODULE_NAME[$i]" "DEST_MODULE_LOCATION[$i]"
	END
}

# The variables are for DKMS to fill in.
# shellcheck disable=SC2016
make='make -C $kernel_source_dir M=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build'
cat <<END
PACKAGE_NAME="glass"
PACKAGE_VERSION="$version"
MAKE[0]="$make modules"
CLEAN="$make clean"
# The kernels that it was tried with
BUILD_EXCLUSIVE_KERNEL="^6\\.([1-9]|1[0-2])[.-]"
AUTOINSTALL="yes"
END
i=0
for module in $modules; do
	echo "BUILT_MODULE_NAME[$i]=\"${module%:*}\""
	echo "DEST_MODULE_LOCATION[$i]=\"/updates/dkms\""
	case $module in
	*:*) only_with "${module%:*}" "${module#*:}" ;;
	esac
	i=$((i + 1))
done
