// SPDX-License-Identifier: GPL-2.0
/*
 * What an idle connection costs in slab objects, both ends and the files that
 * hold them included. Every cache is shrunk before it is read: otherwise the
 * objects that a CPU keeps at hand would count as used.
 */
#include "bench.h"

#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define FEW	100	/* open before the first look */
#define MANY	2000

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void shrink_all(void)
{
	glob_t found;
	size_t i;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &found))
		errx(1, "/sys/kernel/slab: nothing there");
	for (i = 0; i < found.gl_pathc; i++) {
		int fd = open_file(found.gl_pathv[i], O_WRONLY);

		link_write(fd, "1", 1);
		close(fd);
	}
	globfree(&found);
}

static FILE *open_table(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		err(1, "%s", path);
	return file;
}

static unsigned long slab_bytes(void)
{
	FILE *file = open_table("/proc/slabinfo");
	unsigned long active, size, sum = 0;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %lu %*u %lu", &active, &size) == 2)
			sum += active * size;
	}
	fclose(file);
	return sum;
}

static unsigned long taken_bytes(void)
{
	FILE *file = open_table("/proc/meminfo");
	unsigned long total = 0, unused = 0;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "MemTotal: %lu", &total);
		sscanf(line, "MemFree: %lu", &unused);
	}
	fclose(file);
	if (!total || !unused)
		errx(1, "/proc/meminfo: fields are missing");
	return (total - unused) * 1024;
}

void memory_read(struct memory *m)
{
	/* Until delayed ACKs and deferred frees are through */
	sleep(10);
	shrink_all();
	sleep(1);
	m->slab = slab_bytes();
	m->taken = taken_bytes();
}

/* Each carries one byte in both directions before it falls silent. */
static void open_connections(const struct kind *kind, int listener,
			     unsigned int count)
{
	char c = 'x';

	while (count--) {
		int client = link_connect(kind);
		int server = link_accept(listener);

		link_write(client, &c, 1);
		link_read(server, &c, 1);
		link_write(server, &c, 1);
		link_read(client, &c, 1);
	}
}

/* So many may be open, and their table will not grow between two looks. */
void grow_files(int files)
{
	struct rlimit limit = { .rlim_cur = files, .rlim_max = files };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "RLIMIT_NOFILE");
	if (dup2(0, files - 1) < 0)
		err(1, "dup2");
	close(files - 1);
}

static unsigned long object_size(const struct kind *kind)
{
	unsigned long size = 0;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/slab_size",
		 kind->cache);
	file = open_table(path);
	if (fscanf(file, "%lu", &size) != 1)
		errx(1, "%s: no number", path);
	fclose(file);
	return size;
}

void memory_measure(const struct kind *kind)
{
	int listener = link_listen(kind);
	struct memory before, after;

	grow_files(2 * (FEW + MANY) + 64);
	open_connections(kind, listener, FEW);
	memory_read(&before);
	open_connections(kind, listener, MANY);
	memory_read(&after);
	printf("figure %s memory slab %.0f\n", kind->name,
	       (double)(after.slab - before.slab) / MANY);
	printf("figure %s memory object %lu\n", kind->name, object_size(kind));
}
