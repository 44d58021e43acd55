// SPDX-License-Identifier: GPL-2.0
/*
 * A user who holds his socket, see stall.h.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftest.h"
#include "stall.h"

#define PAGE 4096

void stall_open(struct stall *s, int fd)
{
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };

	s->fd = fd;
	s->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (s->uffd < 0)
		skip("this kernel has no userfaultfd()");
	must_be(ioctl(s->uffd, UFFDIO_API, &api), 0);
	s->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(s->page != MAP_FAILED);
	range.range.start = (unsigned long)s->page;
	range.range.len = PAGE;
	must_be(ioctl(s->uffd, UFFDIO_REGISTER, &range), 0);
}

static void *receive(void *arg)
{
	struct stall *s = arg;

	must_be(recv(s->fd, s->page, s->len, 0), s->len);
	return NULL;
}

void stall_recv(struct stall *s, size_t len)
{
	struct uffd_msg what;

	s->len = len;
	must_be(pthread_create(&s->thread, NULL, receive, s), 0);
	must_be(read(s->uffd, &what, sizeof(what)), sizeof(what));
	must_be(what.event, UFFD_EVENT_PAGEFAULT);
}

void stall_end(struct stall *s)
{
	struct uffdio_zeropage page = {
		.range = { (unsigned long)s->page, PAGE },
	};

	must_be(ioctl(s->uffd, UFFDIO_ZEROPAGE, &page), 0);
	must_be(pthread_join(s->thread, NULL), 0);
}
