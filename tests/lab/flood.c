/*
 * flood.c - asks a resolver the same questions over and over, as fast as it answers, and
 * says of each answer what it is.
 *
 * Usage: lab-flood ADDRESS SECONDS WINDOW < QUESTIONS
 *
 * A question a line: "NAME TYPE KIND ANSWER". KIND is "pinned" for what is at or below a
 * pinned name, so that nothing of the hijacker's may come, "open" for what is not pinned,
 * and may. ANSWER is "data", or "none" for what is not there. WINDOW is how many
 * questions are under way at a time. Of each kind a line is printed
 *
 *   KIND good N refused N failed N hijacked N lost N p50 US p90 US p99 US p99.9 US max US
 *
 * "good" has that ANSWER, "refused" is SERVFAIL of Pinbound's, "failed" any other
 * SERVFAIL, "hijacked" names the hijacker, "lost" did not come in ten seconds; the times
 * are in microseconds, of good answers. Exits with 1 if one of a pinned name was
 * hijacked, or an answer is none of these.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WIRE_MAX 4096
#define QUESTIONS_MAX 4096
#define SECONDS_MAX 86400
#define WINDOW_MAX 1000
#define LOST_US 10000000
/* Times are counted in steps of a sixteenth of themselves. */
#define STEPS 16
#define BUCKETS (40 * STEPS)

enum kind { PINNED, OPEN, KINDS };
enum what { GOOD, REFUSED, FAILED, HIJACKED, LOST, STRANGE, WHATS };

struct question {
	uint8_t wire[512];
	size_t size;
	enum kind kind;
	bool has_data;
};

struct slot {
	int64_t sent;
	const struct question *question;
};

struct tally {
	uint64_t of[WHATS];
	uint64_t times[BUCKETS];
	int64_t longest;
};

static struct question questions[QUESTIONS_MAX];
static size_t question_count;
static struct slot slots[WINDOW_MAX];
static struct tally tallies[KINDS];

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool make_question(struct question *question, const char *name, const char *type)
{
	ldns_pkt *packet = ldns_pkt_query_new(ldns_dname_new_frm_str(name),
		ldns_get_rr_type_by_name(type), LDNS_RR_CLASS_IN, LDNS_RD);
	uint8_t *wire = NULL;

	if (packet == NULL)
		return false;
	ldns_pkt_set_edns_udp_size(packet, WIRE_MAX);
	if (ldns_pkt2wire(&wire, packet, &question->size) != LDNS_STATUS_OK ||
		question->size > sizeof(question->wire))
		return false;
	memcpy(question->wire, wire, question->size);
	free(wire);
	ldns_pkt_free(packet);
	return true;
}

static bool read_questions(void)
{
	char name[256], type[16], kind[16], answer[16];

	while (question_count < QUESTIONS_MAX &&
		scanf("%255s %15s %15s %15s", name, type, kind, answer) == 4) {
		struct question *question = &questions[question_count++];

		question->kind = strcmp(kind, "open") == 0 ? OPEN : PINNED;
		question->has_data = strcmp(answer, "data") == 0;
		if (!make_question(question, name, type)) {
			fprintf(stderr, "lab-flood: not a question: %s %s\n", name, type);
			return false;
		}
	}
	return question_count > 0;
}

static size_t bucket(int64_t us)
{
	size_t power = 0;

	while (us >> power >= 2 * STEPS)
		power++;
	return power * STEPS + (size_t)(us >> power);
}

static int64_t bucket_end(size_t at)
{
	size_t power = at < 2 * STEPS ? 0 : at / STEPS - 1;

	return (int64_t)(at - power * STEPS + 1) << power;
}

/* What it says of the name that was asked. */
static enum what classify(
	const struct question *question, const uint8_t *wire, size_t size)
{
	static const uint8_t hijacker[] = "\4evil", his_address[] = {203, 0, 113, 25};
	static const char refusal[] = "pinbound: ";
	unsigned rcode = wire[3] & 15;
	bool has_data = wire[6] != 0 || wire[7] != 0;

	if (memmem(wire, size, hijacker, sizeof(hijacker) - 1) != NULL ||
		memmem(wire, size, his_address, sizeof(his_address)) != NULL)
		return HIJACKED;
	if (rcode == LDNS_RCODE_SERVFAIL)
		return memmem(wire, size, refusal, sizeof(refusal) - 1) != NULL ? REFUSED
										: FAILED;
	if (has_data != question->has_data)
		return STRANGE;
	return rcode == LDNS_RCODE_NOERROR || (rcode == LDNS_RCODE_NXDOMAIN && !has_data)
		       ? GOOD
		       : STRANGE;
}

static void take(uint8_t *wire, size_t size)
{
	size_t at = (size_t)(wire[0] << 8 | wire[1]);
	struct slot *slot = &slots[at % WINDOW_MAX];
	struct tally *tally;
	enum what what;
	int64_t took;

	/* One that was given up already, and not of our question. */
	if (at >= WINDOW_MAX || slot->question == NULL || size < slot->question->size ||
		memcmp(wire + 12, slot->question->wire + 12,
			slot->question->size - 12 - 11) != 0)
		return;
	tally = &tallies[slot->question->kind];
	what = classify(slot->question, wire, size);
	tally->of[what]++;
	took = now_us() - slot->sent;
	slot->question = NULL;
	if (what != GOOD)
		return;
	tally->times[bucket(took)]++;
	if (took > tally->longest)
		tally->longest = took;
}

static void take_all(int fd)
{
	uint8_t wire[WIRE_MAX];
	ssize_t got;

	while ((got = recv(fd, wire, sizeof(wire), MSG_DONTWAIT)) > 12)
		take(wire, (size_t)got);
}

/* Asks on: where a slot is free, or its answer has not come. */
static void ask_on(int fd, size_t window, size_t *next)
{
	for (size_t i = 0; i < window; i++) {
		struct slot *slot = &slots[i];
		struct question *question;

		if (slot->question != NULL) {
			if (now_us() - slot->sent < LOST_US)
				continue;
			tallies[slot->question->kind].of[LOST]++;
			slot->question = NULL;
		}
		question = &questions[(*next)++ % question_count];
		question->wire[0] = (uint8_t)(i >> 8);
		question->wire[1] = (uint8_t)i;
		if (send(fd, question->wire, question->size, MSG_DONTWAIT) < 0)
			return;
		slot->question = question;
		slot->sent = now_us();
	}
}

static int64_t percentile(const struct tally *tally, double share)
{
	uint64_t all = tally->of[GOOD], seen = 0;

	for (size_t at = 0; at < BUCKETS; at++) {
		seen += tally->times[at];
		if ((double)seen >= share * (double)all)
			return bucket_end(at);
	}
	return 0;
}

static bool report(void)
{
	static const char *const names[KINDS] = {"pinned", "open"};
	bool fine = tallies[PINNED].of[HIJACKED] == 0;

	for (size_t i = 0; i < KINDS; i++) {
		const struct tally *tally = &tallies[i];

		printf("%s good %lu refused %lu failed %lu hijacked %lu lost %lu p50 %ld "
		       "p90 %ld p99 %ld p99.9 %ld max %ld\n",
			names[i], tally->of[GOOD], tally->of[REFUSED], tally->of[FAILED],
			tally->of[HIJACKED], tally->of[LOST], percentile(tally, 0.5),
			percentile(tally, 0.9), percentile(tally, 0.99),
			percentile(tally, 0.999), tally->longest);
		if (tally->of[STRANGE] > 0) {
			printf("%s: %lu answers are something else\n", names[i],
				tally->of[STRANGE]);
			fine = false;
		}
	}
	return fine;
}

static size_t waiting(void)
{
	size_t count = 0;

	for (size_t i = 0; i < WINDOW_MAX; i++)
		count += slots[i].question != NULL;
	return count;
}

static void take_next(int fd)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	(void)poll(&readable, 1, 100);
	take_all(fd);
}

static void flood(int fd, int64_t seconds, size_t window)
{
	int64_t end = now_us() + seconds * 1000000;
	size_t next = 0;

	while (now_us() < end) {
		ask_on(fd, window, &next);
		take_next(fd);
	}
	/* The last ones have as much time as all others. */
	while (waiting() > 0 && now_us() < end + LOST_US)
		take_next(fd);
	for (size_t i = 0; i < WINDOW_MAX; i++)
		if (slots[i].question != NULL)
			tallies[slots[i].question->kind].of[LOST]++;
}

/* From 1 to `most`, and nothing behind it; 0 if it is not. */
static long read_number(const char *text, long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *end == '\0' && number >= 1 && number <= most ? number : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(LDNS_PORT)};
	long seconds, window;
	int fd;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 ||
		(seconds = read_number(argv[2], SECONDS_MAX)) == 0 ||
		(window = read_number(argv[3], WINDOW_MAX)) == 0 || !read_questions()) {
		fprintf(stderr, "usage: lab-flood ADDRESS SECONDS WINDOW < \"NAME TYPE "
				"KIND ANSWER\"...\n");
		return 2;
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("lab-flood");
		return 2;
	}
	flood(fd, seconds, (size_t)window);
	(void)close(fd);
	return report() ? 0 : 1;
}
