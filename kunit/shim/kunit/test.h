/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel's <kunit/test.h> as the suites use, for programs.
 *
 * Found first on the include path of check-core.sh, so the suites compile
 * unchanged. A failed assertion leaves the test by longjmp(); memory that a
 * test asked for is freed when it ends. Output is KTAP version 1.
 */
#ifndef GLASS_SHIM_KUNIT_TEST_H
#define GLASS_SHIM_KUNIT_TEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KUNIT_PARAM_DESC_SIZE	128
#define GFP_KERNEL		0
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define scnprintf		shim_scnprintf

struct kunit {
	void *priv;
	const void *param_value;
	const char *name;
	bool failed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char name[256];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

extern struct kunit_suite * const shim_suites[];

#define KUNIT_CASE(test) { .run_case = test, .name = #test }
#define KUNIT_CASE_PARAM(test, gen)					\
	{ .run_case = test, .name = #test, .generate_params = gen }
#define kunit_test_suites(...)						\
	struct kunit_suite * const shim_suites[] = { __VA_ARGS__, NULL }

int shim_scnprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void *kunit_kzalloc(struct kunit *test, size_t size, int gfp);
void kunit_kfree(struct kunit *test, const void *p);
void shim_print(struct kunit *test, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void shim_failed(struct kunit *test, const char *file, int line,
		 const char *what, long long left, long long right);
void shim_abort(struct kunit *test) __attribute__((noreturn));

#define kunit_info	shim_print
#define kunit_err	shim_print

/*
 * Both sides as the widest integer: enough to compare and to show. A
 * bit-field has no type that could be named, so the kernel refuses it.
 */
#define SHIM_COMPARE(test, left, op, right, stop)			\
do {									\
	long long left_ = (long long)(left);				\
	long long right_ = (long long)(right);				\
	(void)sizeof(__typeof__(left));					\
	(void)sizeof(__typeof__(right));				\
									\
	if (!(left_ op right_)) {					\
		shim_failed(test, __FILE__, __LINE__,			\
			    #left " " #op " " #right,			\
			    left_, right_);				\
		if (stop)						\
			shim_abort(test);				\
	}								\
} while (0)

#define SHIM_TRUE(test, cond, stop, ...)				\
do {									\
	if (!(cond)) {							\
		shim_print(test, __VA_ARGS__);				\
		shim_failed(test, __FILE__, __LINE__, #cond, 0, 1);	\
		if (stop)						\
			shim_abort(test);				\
	}								\
} while (0)

#define KUNIT_EXPECT_EQ(test, a, b)	SHIM_COMPARE(test, a, ==, b, false)
#define KUNIT_EXPECT_NE(test, a, b)	SHIM_COMPARE(test, a, !=, b, false)
#define KUNIT_EXPECT_LT(test, a, b)	SHIM_COMPARE(test, a, <, b, false)
#define KUNIT_EXPECT_LE(test, a, b)	SHIM_COMPARE(test, a, <=, b, false)
#define KUNIT_EXPECT_GT(test, a, b)	SHIM_COMPARE(test, a, >, b, false)
#define KUNIT_EXPECT_GE(test, a, b)	SHIM_COMPARE(test, a, >=, b, false)
#define KUNIT_EXPECT_TRUE(test, a)	SHIM_COMPARE(test, !!(a), ==, true, false)
#define KUNIT_EXPECT_FALSE(test, a)	SHIM_COMPARE(test, !!(a), ==, false, false)
#define KUNIT_ASSERT_EQ(test, a, b)	SHIM_COMPARE(test, a, ==, b, true)
#define KUNIT_ASSERT_TRUE(test, a)	SHIM_COMPARE(test, !!(a), ==, true, true)
#define KUNIT_ASSERT_FALSE(test, a)	SHIM_COMPARE(test, !!(a), ==, false, true)
#define KUNIT_ASSERT_NOT_NULL(test, a)	SHIM_COMPARE(test, !!(a), ==, true, true)
#define KUNIT_EXPECT_STREQ(test, a, b)					\
	SHIM_COMPARE(test, strcmp(a, b), ==, 0, false)
#define KUNIT_EXPECT_TRUE_MSG(test, cond, ...)				\
	SHIM_TRUE(test, cond, false, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE_MSG(test, cond, ...)				\
	SHIM_TRUE(test, cond, true, __VA_ARGS__)

#endif
