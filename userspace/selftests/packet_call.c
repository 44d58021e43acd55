// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls of packet scripts. Sockets have names and do not block,
 * but for a call that "block" starts: that one runs beside the script until
 * "done" tells what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "packet_call.h"

#define SOCKETS 16

static struct named named[SOCKETS];
static struct call blocked;
static pthread_t blocked_thread;

static struct named *find(const char *name, bool make)
{
	struct named *s, *room = NULL;

	if (!name)
		wrong("a socket is missing");
	for (s = named; s < named + SOCKETS; s++) {
		if (s->open && !strcmp(s->name, name))
			return s;
		if (!s->open && !room)
			room = s;
	}
	if (!make || !room || strlen(name) >= sizeof(room->name))
		wrong("no socket is called '%s'", name);
	memset(room, 0, sizeof(*room));
	strcpy(room->name, name);
	return room;
}

static long result(long value)
{
	return value < 0 ? -errno : value;
}

static struct addr address_of(const struct call *c)
{
	if (c->many)
		return addr_text(play_kind, "10.8.0.255", "ff02::1",
				 c->flow->ours);
	return addr_text(play_kind, "10.8.0.2", "fd08::2", c->flow->ours);
}

static long do_socket(struct call *c)
{
	c->s->fd = socket(play_kind->family, SOCK_STREAM | SOCK_NONBLOCK,
			  play_kind->protocol);
	c->s->open = c->s->fd >= 0;
	return c->s->open ? 0 : -errno;
}

static long do_bind(struct call *c)
{
	struct addr a = addr_any(play_kind, c->value[0]);

	if (c->other_address)
		a = addr_text(play_kind, "10.8.0.3", "fd08::3", c->value[0]);
	return result(bind(c->s->fd, &a.sa, a.len));
}

static long do_listen(struct call *c)
{
	return result(listen(c->s->fd, c->value[0]));
}

static long do_connect(struct call *c)
{
	struct addr a = address_of(c);

	return result(connect(c->s->fd, &a.sa, a.len));
}

static long do_accept(struct call *c)
{
	c->other->fd = accept4(c->s->fd, NULL, NULL, SOCK_NONBLOCK);
	c->other->open = c->other->fd >= 0;
	return c->other->open ? 0 : -errno;
}

static long do_send(struct call *c)
{
	char *buf = malloc(c->value[0] + 1);
	struct addr to = { 0 };
	long n;

	must(buf);
	pattern_fill(buf, c->value[0], c->s->sent);
	if (c->flags & MSG_FASTOPEN)
		to = address_of(c);
	n = result(sendto(c->s->fd, buf, c->value[0], c->flags | MSG_NOSIGNAL,
			  to.len ? &to.sa : NULL, to.len));
	if (n > 0)
		c->s->sent += n;
	free(buf);
	return n;
}

static long do_recv(struct call *c)
{
	char *buf = malloc(c->value[0] + 1);
	long n;

	must(buf);
	n = result(recv(c->s->fd, buf, c->value[0], c->flags));
	if (n > 0) {
		c->garbled = !pattern_is(buf, n, c->s->got);
		if (!(c->flags & MSG_PEEK))
			c->s->got += n;
	}
	free(buf);
	return n;
}

static long do_shutdown(struct call *c)
{
	return result(shutdown(c->s->fd, c->value[0]));
}

static long do_close(struct call *c)
{
	c->s->open = false;
	return result(close(c->s->fd));
}

static long do_setsockopt(struct call *c)
{
	return result(setsockopt(c->s->fd, c->level, c->option, c->value,
				 c->value_len));
}

static long do_getsockopt(struct call *c)
{
	int value[2] = { 0 };
	socklen_t len = sizeof(value);

	if (getsockopt(c->s->fd, c->level, c->option, value, &len))
		return -errno;
	/* IPv6's traffic class and the like are int, some of IPv4's an octet */
	return len == 1 ? *(unsigned char *)value : value[0];
}

static long do_ioctl(struct call *c)
{
	int value = 0;

	return ioctl(c->s->fd, c->option, &value) ? -errno : value;
}

static long do_poll(struct call *c)
{
	struct pollfd p = {
		.fd = c->s->fd,
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP,
	};

	return result(poll(&p, 1, 0)) < 0 ? -errno : p.revents;
}

static void parse_one(struct call *c, char *at)
{
	c->value[0] = number_next(&at, "the number", 0, 1 << 24);
	line_end(at);
}

static void parse_bind(struct call *c, char *at)
{
	c->value[0] = number_next(&at, "the port", 0, 65535);
	c->other_address = word_is(&at, "other");
	line_end(at);
}

static void parse_nothing(struct call *c, char *at)
{
	(void)c;
	line_end(at);
}

static void parse_connect(struct call *c, char *at)
{
	char *word = word_next(&at);

	c->flow = flow_named(word && *word == '@' ? word + 1 : "", false);
	if (word && *word == '@')
		word = word_next(&at);
	c->many = word && !strcmp(word, "to-many");
	if (word && !c->many)
		wrong("what is '%s'?", word);
	line_end(at);
}

static void parse_accept(struct call *c, char *at)
{
	/* refused, it needs no name for the child */
	c->other = find(word_next(&at) ?: "child", true);
}

static void parse_text(struct call *c, char *at)
{
	static const struct {
		const char *name;
		int flag;
	} flags[] = {
		{ "more", MSG_MORE }, { "oob", MSG_OOB }, { "peek", MSG_PEEK },
		{ "waitall", MSG_WAITALL }, { "fastopen", MSG_FASTOPEN },
	};
	char *word;
	size_t i;

	c->value[0] = number_next(&at, "the length", 0, 1 << 24);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (word_is(&at, flags[i].name))
			c->flags |= flags[i].flag;
	if (c->flags & MSG_FASTOPEN) {
		word = word_next(&at);
		c->flow = flow_named(word && *word == '@' ? word + 1 : "",
				     false);
	}
	line_end(at);
	snprintf(c->want, sizeof(c->want), "%d", c->value[0]);
}

static void parse_shutdown(struct call *c, char *at)
{
	static const char *const how[] = { "rd", "wr", "rdwr" };
	char *word = word_next(&at);

	for (; word && c->value[0] < 3 && strcmp(word, how[c->value[0]]);
	     c->value[0]++)
		;
	if (!word || c->value[0] == 3)
		wrong("shutdown SOCKET rd, wr or rdwr");
}

static const struct verb verbs[] = {
	{ "socket", parse_nothing, do_socket },
	{ "bind", parse_bind, do_bind },
	{ "listen", parse_one, do_listen },
	{ "connect", parse_connect, do_connect },
	{ "accept", parse_accept, do_accept },
	{ "send", parse_text, do_send },
	{ "recv", parse_text, do_recv },
	{ "shutdown", parse_shutdown, do_shutdown },
	{ "close", parse_nothing, do_close },
	{ "setsockopt", call_parse_setsockopt, do_setsockopt },
	{ "getsockopt", call_parse_getsockopt, do_getsockopt },
	{ "ioctl", call_parse_ioctl, do_ioctl },
	{ "poll", parse_nothing, do_poll },
};

/* Reads "SOCKET ARGUMENTS... [= RESULT]"; NULL if it is no call at all */
static const struct verb *parse(struct call *c, const char *name, char *rest)
{
	const struct verb *v = verbs, *end = v + sizeof(verbs) / sizeof(*v);
	char *want = strstr(rest, "= ");

	while (v < end && strcmp(v->name, name))
		v++;
	if (v == end)
		return NULL;
	memset(c, 0, sizeof(*c));
	if (want)
		*want = 0;
	c->verb = v;
	c->s = find(word_next(&rest), v->act == do_socket);
	strcpy(c->want, "0");
	v->parse(c, rest);
	if (want)
		snprintf(c->want, sizeof(c->want), "%s", want + 2);
	return v;
}

static void check(const struct call *c)
{
	char got[64];

	if (c->garbled)
		wrong("%s %s: the text is not the pattern", c->verb->name,
		      c->s->name);
	if (!call_result_is(c, got, sizeof(got)))
		wrong("%s %s is %s, not %s", c->verb->name, c->s->name, got,
		      c->want);
}

static void *run_blocked(void *arg)
{
	struct call *c = arg;

	c->result = c->verb->act(c);
	c->at = now_us();
	c->done = true;
	return NULL;
}

/* A call that may wait, beside the script */
static void start(char *rest)
{
	char *name = word_next(&rest);

	if (blocked.verb)
		wrong("one call blocks already");
	if (!name || !parse(&blocked, name, rest))
		wrong("block CALL");
	must_be(fcntl(blocked.s->fd, F_SETFL, 0), 0);
	must_be(pthread_create(&blocked_thread, NULL, run_blocked, &blocked),
		0);
	/* time moves when everyone has come to rest */
	usleep(1);
}

/* Has the call that "block" started come back? */
bool call_done(long long *at)
{
	if (!blocked.verb)
		wrong("no call blocks");
	*at = blocked.at;
	return blocked.done;
}

void call_result(char *rest)
{
	char *want = strstr(rest, "= ");

	if (want)
		snprintf(blocked.want, sizeof(blocked.want), "%s", want + 2);
	pthread_join(blocked_thread, NULL);
	check(&blocked);
	if (blocked.s->open)
		set_nonblock(blocked.s->fd);
	blocked.verb = NULL;
}

/**
 * call_play() - do a system call
 * @name: its name, or "block"
 * @rest: what stands behind it; it is cut up
 *
 * Return: false if there is no such call.
 */
bool call_play(const char *name, char *rest)
{
	struct call c;

	if (!strcmp(name, "block")) {
		start(rest);
		return true;
	}
	if (!parse(&c, name, rest))
		return false;
	c.result = c.verb->act(&c);
	check(&c);
	return true;
}
