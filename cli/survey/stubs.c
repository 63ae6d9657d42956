/* stubs.c - to be replaced: what compiles, and answers nothing. */
#include "survey.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct surveyor {
	struct {
		struct survey *survey;
		survey_done *done;
		void *arg;
	} queue[4096];
	size_t count;
};

bool read_name(struct pb_name *name, const ldns_rdf *rdf)
{
	return ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_DNAME &&
	       pb_name_from_wire(name, ldns_rdf_data(rdf), ldns_rdf_size(rdf)) != 0;
}

void read_add_address(struct pb_seen_set *seen, const struct pb_name *host,
	const ldns_rr *rr, struct arena *arena)
{
	bool v6 = ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA;
	struct pb_address address = {.family = v6 ? 6 : 4, .prefix = v6 ? 128 : 32};
	uint8_t element[PB_ADDRESS_ELEMENT_MAX];
	size_t size = v6 ? 16 : 4;

	if ((!v6 && ldns_rr_get_type(rr) != LDNS_RR_TYPE_A) ||
		ldns_rr_rd_count(rr) != 1 || ldns_rdf_size(ldns_rr_rdf(rr, 0)) != size)
		return;
	memcpy(address.octets, ldns_rdf_data(ldns_rr_rdf(rr, 0)), size);
	arena_add(arena, seen, pb_order_names, element,
		pb_address_element(element, host, &address));
}

bool net_read_address(struct pb_address *address, uint16_t *port, const char *text,
	size_t size, struct pb_error *error)
{
	*port = 0;
	return pb_address_from_text(address, text, size, error);
}

struct surveyor *surveyor_new(
	const struct survey_options *options, struct pb_error *error)
{
	(void)options;
	(void)error;
	return calloc(1, sizeof(struct surveyor));
}

void surveyor_free(struct surveyor *surveyor)
{
	free(surveyor);
}

void surveyor_run(struct surveyor *surveyor)
{
	for (size_t i = 0; i < surveyor->count; i++)
		surveyor->queue[i].done(
			surveyor->queue[i].arg, surveyor->queue[i].survey);
	surveyor->count = 0;
}

struct net *surveyor_net(struct surveyor *surveyor)
{
	(void)surveyor;
	return NULL;
}

struct cuts *surveyor_cuts(struct surveyor *surveyor)
{
	(void)surveyor;
	return NULL;
}

void survey_start(struct surveyor *surveyor, const struct pb_name *name,
	const struct survey_wants *wants, survey_done *done, void *arg)
{
	struct arena *arena = arena_new();
	struct survey *survey = arena_alloc(arena, sizeof(*survey));

	(void)wants;
	survey->arena = arena;
	survey->name = *name;
	survey->parent = (struct pb_name){.size = 1};
	(void)snprintf(survey->why, sizeof(survey->why), "asking is not built yet");
	if (surveyor->count < 4096) {
		surveyor->queue[surveyor->count].survey = survey;
		surveyor->queue[surveyor->count].done = done;
		surveyor->queue[surveyor->count++].arg = arg;
	}
}

void survey_free(struct survey *survey)
{
	if (survey != NULL)
		arena_free(survey->arena);
}

size_t survey_groups(struct survey *survey, enum survey_side side, uint16_t type,
	struct survey_group **groups)
{
	(void)survey;
	(void)side;
	(void)type;
	*groups = NULL;
	return 0;
}

bool survey_same(const struct survey_answer *a, const struct survey_answer *b)
{
	return a == b;
}

char *survey_server_text(const struct survey_answer *answer, char text[SURVEY_SERVER_MAX])
{
	(void)answer;
	text[0] = '\0';
	return text;
}

struct cuts_work cuts_work(struct cuts *cuts)
{
	static unsigned left = CUTS_WORK_MAX;

	(void)cuts;
	return (struct cuts_work){.left = &left};
}

void cuts_find_zone(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_zone_done *done, void *arg)
{
	(void)cuts;
	(void)name;
	(void)work;
	done(arg, CUTS_FAILED, NULL, true, "asking is not built yet");
}

void cuts_find_servers(struct cuts *cuts, const struct cuts_zone *zone,
	struct cuts_work work, cuts_servers_done *done, void *arg)
{
	(void)cuts;
	(void)work;
	done(arg, zone);
}

void cuts_find_host(struct cuts *cuts, const struct pb_name *name, struct cuts_work work,
	cuts_host_done *done, void *arg)
{
	static struct cuts_host host;

	(void)cuts;
	(void)work;
	host = (struct cuts_host){
		.name = *name, .state = CUTS_FAILED, .why = "not built"};
	done(arg, &host);
}
