#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Prints dkms.conf: the modules are those that Kbuild has, the version is that
# of include/glass/version.h.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)

version=$(sed -n 's/^#define GLASS_VERSION[^"]*"\(.*\)"$/\1/p' "$top/include/glass/version.h")
modules=$(sed -n 's/^obj-m *[:+]*= *//p' "$top/Kbuild")
if [ -z "$version" ] || [ -z "$modules" ]; then
	echo "dkms-conf.sh: no version, or no modules" >&2
	exit 1
fi

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
	echo "BUILT_MODULE_NAME[$i]=\"${module%.o}\""
	echo "DEST_MODULE_LOCATION[$i]=\"/updates/dkms\""
	i=$((i + 1))
done
