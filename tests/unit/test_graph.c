/* test_graph.c - the picture of as many zones as a walk may find, each of which has a
 * host in each: it is written in time, and each group of hosts is there once. */
#include "graph.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ZONES DEPEND_ZONES_MAX
#define SECONDS_MAX 60

static struct survey survey;
static struct depend_zone walked[ZONES];
static struct graph_zone zones[ZONES];
static struct depend_host hosts[ZONES][ZONES];

/* Zones that are alike use the same host of another. */
static void make_host(unsigned of, unsigned in, unsigned kinds)
{
	struct depend_host *host = &hosts[of][in];
	char text[64];

	(void)snprintf(text, sizeof(text), "ns%u.zone%u.example", of % kinds, in);
	host->name = unit_name(text);
	host->zone = &walked[in];
	host->next = in + 1 < ZONES ? host + 1 : NULL;
}

static struct graph make_graph(unsigned kinds)
{
	survey.parent = unit_name("example");
	for (unsigned i = 0; i < ZONES; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "zone%u.example", i);
		walked[i] = (struct depend_zone){
			.name = unit_name(text), .survey = &survey, .hosts = hosts[i]};
		zones[i] = (struct graph_zone){
			.next = i + 1 < ZONES ? &zones[i + 1] : NULL,
			.zone = &walked[i],
			.number = i,
		};
		for (unsigned in = 0; in < ZONES; in++)
			make_host(i, in, kinds);
	}
	return (struct graph){.zones = zones};
}

static unsigned times(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

/* The alarm ends the test: a look at all groups for each, in each zone, takes minutes. */
static void check_written(unsigned kinds)
{
	struct graph graph = make_graph(kinds);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	(void)alarm(SECONDS_MAX);
	graph_write_dot(&graph, out);
	(void)alarm(0);
	(void)fclose(out);
	assert_int_equal(times(text, "[shape=box"), ZONES);
	assert_int_equal(times(text, "[shape=note"), kinds * ZONES);
	assert_int_equal(times(text, "arrowhead=none"), kinds * ZONES);
	assert_int_equal(times(text, "[label=\" NS \""), ZONES * ZONES);
	free(text);
}

static void all_different(void **state)
{
	(void)state;
	check_written(ZONES);
}

static void some_in_common(void **state)
{
	(void)state;
	check_written(7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_different),
		cmocka_unit_test(some_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
