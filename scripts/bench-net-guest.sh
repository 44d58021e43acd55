#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of bench-net.sh: loads the module and runs the driver:
#   bench-net-guest.sh GLASS.KO DRIVER ARG...
set -euo pipefail
insmod "$1"
shift
exec "$@"
