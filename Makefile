# SPDX-License-Identifier: GPL-2.0
#
#	make			glass.ko for the running kernel, or for KDIR=
#	make tools		the programs, in .build/userspace
#	make install		the programs, their pages: PREFIX=/usr/local, DESTDIR=
#	make uninstall		what that installed
#	make packages		Debian's: glass-dkms and glass-tools, in .build/packages
#	make demo		the handshake, in a throwaway VM (KERNEL=6.1)
#	make lab N=1		the scene of a lab, in User-mode Linux (Documentation/labs)
#	make shell		four hosts to play with, at this terminal, in User-mode
#				Linux (KERNEL=6.12: in a VM)
#	make labs-check		the labs themselves: answers right and wrong, broken kernels
#	make learner-tree DEST=DIR	a copy without answers and solutions, for learners
#	make check		every test
#	make check-core		the tests of the core alone: seconds, no root
#	make check-captures	glass explain of captures that others made: seconds, no root
#	make check-arm64	built for arm64, the core's tests and a boot in QEMU
#	make check-apps		nginx, PostgreSQL and the like over Glass, in a VM
#	make check-interop	Glass and TCP, Linux' and others', through a gateway, in a VM
#				(KERNEL=6.1)
#	make check-page		the page of a recording, used in headless Chromium
#				(UPDATE=1: keep the pictures of it)
#	make pages		the handshake and a lossy transfer recorded, as pages
#				in .build/pages (UPDATE=1: keep the recordings)
#	make check-packages	both installed, used and purged, in VMs
#	make check-all		lint, check, labs-check, docs and the check-*, each to its
#				end: before a release
#	make docs		Documentation/ as pages and as one PDF, links followed,
#				outputs printed anew and compared (UPDATE=1: keep them)
#	make explore		every state of two cores and a bad channel
#	make mutate		a million mutated segments, on a debug kernel
#	make bench		instructions per operation beside TCP (PROFILE=1);
#				in a flood of SYNs with FLOOD=1; with 100,000
#				connections to one port with SCALE=1; while
#				somebody watches with WATCHED=1
#	make bench-net		goodput beside TCP over bad networks, fairness, plots
#				(SELF=1: TCP beside TCP; UPDATE=1: keep them)
#	make lint		style and static checks
#	make rfcmap		Documentation/rfc9293.rst and rfcs.rst anew
#	make tables		Documentation/rules.rst, sysctl.rst, options.rst, and in
#				man/, anew
#	make clean		what was built here; the cache stays

KDIR ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= 6.12

all: modules

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

tools:
	@scripts/setup/packages.sh build
	$(MAKE) -C userspace

install uninstall:
	$(MAKE) -C userspace $@

packages:
	@scripts/packages/build.sh

demo:
	@scripts/demo.sh $(KERNEL)

lab: tools
	@.build/userspace/glass lab run $(N)

shell:
	@scripts/shell.sh $(if $(filter-out file,$(origin KERNEL)),$(KERNEL))

labs-check:
	@PYTHONDONTWRITEBYTECODE=1 python3 userspace/labs/instructor/check.py

learner-tree:
	@PYTHONDONTWRITEBYTECODE=1 python3 userspace/labs/instructor/learner.py "$(DEST)"

check:
	@scripts/check.sh

check-core:
	@scripts/check-core.sh

check-captures:
	@scripts/setup/packages.sh build
	@scripts/check-captures.sh

check-arm64:
	@scripts/arm64/check.sh

check-apps:
	@scripts/apps/check.sh

check-interop:
	@scripts/interop/check.sh $(KERNEL)

check-page:
	@scripts/check-page.sh $(if $(UPDATE),--update)

pages:
	@scripts/pages.sh $(if $(UPDATE),--update)

check-packages:
	@scripts/packages/check.sh

check-all:
	@scripts/check-all.sh

docs:
	@scripts/docs.sh $(if $(UPDATE),--update)

explore:
	@scripts/explore.sh

mutate:
	@scripts/mutate.sh

bench:
	@scripts/bench.sh $(if $(PROFILE),--profile) $(if $(FLOOD),--flood) $(if $(SCALE),--scale) $(if $(WATCHED),--watched) \
		$(addprefix --only ,$(ONLY))

bench-net:
	@scripts/bench-net.sh $(if $(SELF),--self) $(if $(UPDATE),--update)

lint:
	@scripts/lint.sh

rfcmap:
	@PYTHONDONTWRITEBYTECODE=1 python3 scripts/rfcmap.py

tables:
	@PYTHONDONTWRITEBYTECODE=1 python3 scripts/checks/tables.py --write

clean:
	rm -rf .build
	find . -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '*.gen.h' | xargs rm -f
	rm -rf .tmp_versions Module.symvers modules.order

.PHONY: all modules modules_install tools install uninstall packages demo lab shell labs-check learner-tree \
	check check-core check-captures check-arm64 check-apps check-interop check-page pages check-packages check-all docs \
	explore mutate bench bench-net lint rfcmap tables clean
