/* test_stream.c - a question over TLS for which there is no TLS: nothing is read as plain
 * text instead. */
#include "survey/engine.h"
#include "unit.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/* Longer than TLS has room for; as a domain name, each digit but the last is escaped. */
#define ESCAPED "\\049\\049\\049\\049\\049\\049\\049\\049\\049\\049\\049\\049\\0491"
#define LONG_NAME ESCAPED "." ESCAPED "." ESCAPED "." ESCAPED "." ESCAPED "." ESCAPED

struct said {
	bool done;
	enum net_outcome outcome;
	const char *text;
};

static void took(void *arg, const struct net_answer *answer)
{
	*(struct said *)arg = (struct said){true, answer->outcome, answer->text};
}

/* A server that would talk to whoever comes. */
static int listen_here(uint16_t *port)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(here);
	int server = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(server, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(server, 5), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&here, &size), 0);
	*port = ntohs(here.sin_port);
	return server;
}

static void no_tls(void **state)
{
	static const struct net_options options = {0};
	struct net_question question = {
		.server = {.family = 4, .prefix = 32, .octets = {127, 0, 0, 1}},
		.transport = NET_TLS,
		.tls_name = LONG_NAME,
		.name = unit_name("example.com"),
		.type = LDNS_RR_TYPE_NS,
	};
	int server = listen_here(&question.port);
	const struct asking *asking;
	struct said said = {0};
	struct pb_error error;
	struct net *net = net_new(&options, &error);

	(void)state;
	assert_non_null(net);
	(void)unit_name(LONG_NAME); /* it is one */
	net_ask(net, &question, took, &said);
	assert_int_equal(net->timers.count, 1);
	asking = net->timers.heap[0]->owner;
	assert_int_equal(asking->fd, -1);
	assert_int_equal(net->open, 0);
	net_run(net);
	assert_true(said.done);
	assert_int_equal(said.outcome, NET_SILENT);
	assert_string_equal(said.text, "it cannot be sent");
	net_free(net);
	(void)close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
