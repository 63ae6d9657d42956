/* test_udp.c - what a name server may send over UDP: too much, nothing that can be read,
 * or word that nobody listens there. The test is that server. */
#include "survey/engine.h"
#include "unit.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static struct net *net;
static int server;
static struct sockaddr_in client;
static uint8_t query[QUERY_MAX];
static size_t query_size;

static struct net_answer answer;
static bool done;

static void took(void *arg, const struct net_answer *said)
{
	(void)arg;
	answer = *said;
	done = true;
}

static void take_query(void)
{
	socklen_t size = sizeof(client);
	ssize_t got = recvfrom(server, query, sizeof(query), MSG_DONTWAIT,
		(struct sockaddr *)&client, &size);

	assert_true(got > 12);
	query_size = (size_t)got;
}

/* One question is under way, and its query is there. Returns it. */
static struct asking *ask(void)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct net_question question = {
		.server = {.family = 4, .prefix = 32, .octets = {127, 0, 0, 1}},
		.name = unit_name("example.com"),
		.type = LDNS_RR_TYPE_NS,
	};
	socklen_t size = sizeof(here);

	server = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&here, &size), 0);
	question.port = ntohs(here.sin_port);
	done = false;
	net_ask(net, &question, took, NULL);
	take_query();
	assert_int_equal(net->timers.count, 1);
	return net->timers.heap[0]->owner;
}

/* Answers: the query, with QR, and with that XORed to one octet of the header. */
static void send_answers(unsigned count, size_t octet, uint8_t mask)
{
	uint8_t wire[QUERY_MAX];

	memcpy(wire, query, query_size);
	wire[2] |= 0x80;
	wire[octet] ^= mask;
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(sendto(server, wire, query_size, 0,
					 (struct sockaddr *)&client, sizeof(client)),
			query_size);
}

static void send_good(void)
{
	send_answers(1, 0, 0);
}

static void send_strays(unsigned count)
{
	send_answers(count, 1, 1); /* the id */
}

static void send_unreadable(unsigned count)
{
	send_answers(count, 7, 1); /* ANCOUNT: one more than there is */
}

static int setup(void **state)
{
	static const struct net_options options = {0};
	struct pb_error error;

	(void)state;
	net = net_new(&options, &error);
	return net == NULL;
}

static int teardown(void **state)
{
	(void)state;
	net_free(net);
	return server < 0 ? 0 : close(server);
}

/* The timers have their turn before all has been taken. */
static void few_at_once(void **state)
{
	struct asking *asking = ask();
	uint8_t octet;
	unsigned left = 0;

	(void)state;
	send_strays(30);
	net_ready_udp(asking);
	while (recv(asking->fd, &octet, 1, MSG_DONTWAIT) == 1)
		left++;
	assert_in_range(left, 20, 29);
	assert_false(done);
	send_good();
	net_ready_udp(asking);
	assert_true(done);
	assert_int_equal(answer.outcome, NET_ANSWERED);
}

/* What is left makes the socket ready again. */
static void all_in_the_end(void **state)
{
	(void)state;
	(void)ask();
	send_strays(100);
	send_good();
	net_run(net);
	assert_true(done);
	assert_int_equal(answer.outcome, NET_ANSWERED);
	assert_int_equal(answer.tries, 0);
}

/* The true answer may follow. */
static void unreadable_is_passed_over(void **state)
{
	struct asking *asking = ask();

	(void)state;
	send_unreadable(2);
	send_good();
	net_ready_udp(asking);
	assert_true(done);
	assert_int_equal(answer.outcome, NET_ANSWERED);
	assert_int_equal(answer.tries, 0);
}

/* Each try ends with so many, and the question with its tries. */
static void unreadable_without_end(void **state)
{
	struct asking *asking = ask();

	(void)state;
	for (unsigned tries = 1; tries < 3; tries++) {
		send_unreadable(30);
		net_ready_udp(asking);
		assert_int_equal(asking->tries, tries);
		take_query();
	}
	send_unreadable(30);
	net_ready_udp(asking);
	net_report_ended(net);
	assert_true(done);
	assert_int_equal(answer.outcome, NET_MALFORMED);
	assert_string_equal(answer.text, "an answer that cannot be read");
}

/* To be told so again does not make the pause longer. */
static void refused_again(void **state)
{
	struct asking *asking = ask();
	int64_t until;

	(void)state;
	(void)close(server);
	server = -1;
	until = asking->timer.at;
	for (unsigned i = 0; i < 3; i++) {
		(void)send(asking->fd, query, query_size, 0);
		net_ready_udp(asking);
		assert_string_equal(asking->text, "connection refused");
		if (i == 0)
			assert_true(asking->timer.at < until);
		else
			assert_int_equal(asking->timer.at, until);
		until = asking->timer.at;
	}
	net_failed(asking, NET_SILENT, "the test ends");
	net_report_ended(net);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(few_at_once),
		TEST(all_in_the_end),
		TEST(unreadable_is_passed_over),
		TEST(unreadable_without_end),
		TEST(refused_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
