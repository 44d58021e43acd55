// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the suites in a program: KTAP on standard output, one line of totals
 * at the end, exit status 1 if anything failed.
 */
#include <kunit/test.h>
#include <setjmp.h>

#define MEMORY_MAX 64

static jmp_buf leave;
static void *memory[MEMORY_MAX];
static int memory_used;
static int passed, failed;
static int depth;

int shim_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n < (int)size ? n : (int)size - 1;
}

void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	(void)gfp;
	if (memory_used == MEMORY_MAX)
		shim_abort(test);
	memory[memory_used] = calloc(1, size);
	return memory[memory_used++];
}

void kunit_kfree(struct kunit *test, const void *p)
{
	int i = 0;

	while (i < memory_used && memory[i] != p)
		i++;
	if (i == memory_used)
		shim_abort(test);
	free(memory[i]);
	memory[i] = memory[--memory_used];
}

static void indent(void)
{
	printf("%*s", 4 * depth, "");
}

void shim_print(struct kunit *test, const char *fmt, ...)
{
	va_list ap;

	indent();
	printf("# %s: ", test->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

void shim_failed(struct kunit *test, const char *file, int line,
		 const char *what, long long left, long long right)
{
	test->failed = true;
	shim_print(test, "FAILED at %s:%d: %s (%lld and %lld)", file, line,
		   what, left, right);
}

void shim_abort(struct kunit *test)
{
	test->failed = true;
	longjmp(leave, 1);
}

static bool run_once(struct kunit_suite *suite, struct kunit_case *c,
		     const void *param)
{
	static struct kunit test;
	int i;

	test = (struct kunit){ .name = c->name, .param_value = param };
	if (!setjmp(leave)) {
		if (suite->init && suite->init(&test))
			test.failed = true;
		else
			c->run_case(&test);
	}
	if (suite->exit)
		suite->exit(&test);
	for (i = 0; i < memory_used; i++)
		free(memory[i]);
	memory_used = 0;
	if (test.failed)
		failed++;
	else
		passed++;
	return !test.failed;
}

static void result(bool ok, int number, const char *name)
{
	indent();
	printf("%s %d %s\n", ok ? "ok" : "not ok", number, name);
	fflush(stdout);
}

static bool run_case(struct kunit_suite *suite, struct kunit_case *c)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *param = NULL;
	bool all = true, ok;
	int n = 0;

	if (!c->generate_params)
		return run_once(suite, c, NULL);
	depth++;
	indent();
	printf("KTAP version 1\n");
	indent();
	printf("# Subtest: %s\n", c->name);
	while ((param = c->generate_params(param, desc))) {
		ok = run_once(suite, c, param);
		all &= ok;
		result(ok, ++n, desc);
	}
	indent();
	printf("1..%d\n", n);
	depth--;
	return all;
}

static bool run_suite(struct kunit_suite *suite)
{
	struct kunit_case *c;
	bool all = true, ok;
	int n = 0;

	depth++;
	indent();
	printf("KTAP version 1\n");
	indent();
	printf("# Subtest: %s\n", suite->name);
	for (c = suite->test_cases; c->run_case; c++)
		n++;
	indent();
	printf("1..%d\n", n);
	n = 0;
	for (c = suite->test_cases; c->run_case; c++) {
		ok = run_case(suite, c);
		all &= ok;
		result(ok, ++n, c->name);
	}
	depth--;
	return all;
}

/* An argument names the one suite to run */
int main(int argc, char **argv)
{
	int i, n = 0;

	printf("KTAP version 1\n");
	for (i = 0; shim_suites[i]; i++)
		n += argc < 2 || !strcmp(argv[1], shim_suites[i]->name);
	printf("1..%d\n", n);
	n = 0;
	for (i = 0; shim_suites[i]; i++)
		if (argc < 2 || !strcmp(argv[1], shim_suites[i]->name))
			result(run_suite(shim_suites[i]), ++n,
			       shim_suites[i]->name);
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed || !passed;
}
