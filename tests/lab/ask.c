/*
 * ask.c - asks resolvers many questions, one after the other.
 *
 * A question a line on standard input: "ADDRESS NAME TYPE", then "cd" for
 * checking disabled. An answer a line on standard output:
 *
 *   RCODE; OWNER TYPE RDATA, OWNER TYPE RDATA, ...; OWNER MNAME; EDE
 *
 * namely the answer section without signatures, the SOA of the authority section,
 * and the text of the extended error, each empty if there is none. RCODE is
 * "TIMEOUT" if none came in five seconds, "TC" if it was truncated.
 */
#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_SECONDS 5
#define EDNS_SIZE 4096
#define EDE_OPTION 15

/* Makes the question in wire format, to be freed. NULL if it is none. */
static uint8_t *question(const char *name, const char *type, bool cd, size_t *size)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	ldns_rr_type rrtype = ldns_get_rr_type_by_name(type);
	ldns_pkt *packet;
	uint8_t *wire = NULL;

	if (owner == NULL)
		return NULL;
	packet = ldns_pkt_query_new(owner, rrtype, LDNS_RR_CLASS_IN, LDNS_RD);
	if (packet == NULL) {
		ldns_rdf_deep_free(owner);
		return NULL;
	}
	ldns_pkt_set_random_id(packet);
	ldns_pkt_set_edns_udp_size(packet, EDNS_SIZE);
	ldns_pkt_set_cd(packet, cd);
	if (ldns_pkt2wire(&wire, packet, size) != LDNS_STATUS_OK)
		wire = NULL;
	ldns_pkt_free(packet);
	return wire;
}

/* Sends it and waits. Returns the size of the answer, -1 if there is none. */
static ssize_t exchange(const char *address, const uint8_t *query, size_t size,
	uint8_t *answer, size_t room)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(LDNS_PORT)};
	const struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	ssize_t got = -1;
	int fd;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 &&
		connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
		send(fd, query, size, 0) == (ssize_t)size)
		got = recv(fd, answer, room, 0);
	(void)close(fd);
	return got;
}

static void print_rdata(const ldns_rr *rr)
{
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		char *text = ldns_rdf2str(ldns_rr_rdf(rr, i));

		(void)printf(" %s", text == NULL ? "?" : text);
		free(text);
	}
}

static void print_owner(const ldns_rr *rr)
{
	char *text = ldns_rdf2str(ldns_rr_owner(rr));

	(void)fputs(text == NULL ? "?" : text, stdout);
	free(text);
}

static void print_answers(const ldns_pkt *packet)
{
	const ldns_rr_list *answers = ldns_pkt_answer(packet);
	const char *between = "";

	for (size_t i = 0; i < ldns_rr_list_rr_count(answers); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answers, i);
		char *type = ldns_rr_type2str(ldns_rr_get_type(rr));

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_RRSIG) {
			(void)fputs(between, stdout);
			print_owner(rr);
			(void)printf(" %s", type == NULL ? "?" : type);
			print_rdata(rr);
			between = ", ";
		}
		free(type);
	}
}

static void print_soa(const ldns_pkt *packet)
{
	const ldns_rr_list *authority = ldns_pkt_authority(packet);

	for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(authority, i);
		char *mname;

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA)
			continue;
		print_owner(rr);
		mname = ldns_rdf2str(ldns_rr_rdf(rr, 0));
		(void)printf(" %s", mname == NULL ? "?" : mname);
		free(mname);
		return;
	}
}

static unsigned number_at(const uint8_t *data)
{
	return (unsigned)data[0] << 8 | data[1];
}

static void print_ede(const ldns_pkt *packet)
{
	const ldns_rdf *options = ldns_pkt_edns_data(packet);
	size_t size = options == NULL ? 0 : ldns_rdf_size(options);
	const uint8_t *data = options == NULL ? NULL : ldns_rdf_data(options);

	for (size_t at = 0; at + 4 <= size;) {
		unsigned code = number_at(data + at), length = number_at(data + at + 2);

		at += 4;
		if (length > size - at)
			return;
		if (code == EDE_OPTION && length > 2)
			(void)printf(
				"%.*s", (int)length - 2, (const char *)(data + at + 2));
		at += length;
	}
}

static void print_packet(const ldns_pkt *packet)
{
	char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(packet));

	if (ldns_pkt_tc(packet))
		(void)fputs("TC", stdout);
	else
		(void)fputs(rcode == NULL ? "?" : rcode, stdout);
	free(rcode);
	(void)fputs("; ", stdout);
	print_answers(packet);
	(void)fputs("; ", stdout);
	print_soa(packet);
	(void)fputs("; ", stdout);
	print_ede(packet);
	(void)putchar('\n');
}

static void ask(const char *address, const char *name, const char *type, bool cd)
{
	static uint8_t answer[LDNS_MAX_PACKETLEN];
	ldns_pkt *packet = NULL;
	size_t size = 0;
	uint8_t *query = question(name, type, cd, &size);
	ssize_t got = -1;

	if (query != NULL)
		got = exchange(address, query, size, answer, sizeof(answer));
	if (got <= 0)
		(void)puts("TIMEOUT; ; ; ");
	else if (ldns_wire2pkt(&packet, answer, (size_t)got) != LDNS_STATUS_OK)
		(void)puts("MALFORMED; ; ; ");
	else
		print_packet(packet);
	ldns_pkt_free(packet);
	free(query);
	(void)fflush(stdout);
}

int main(void)
{
	char line[1200], address[64], name[1024], type[32], flag[8];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		int words =
			sscanf(line, "%63s %1023s %31s %7s", address, name, type, flag);

		if (words >= 3)
			ask(address, name, type, words == 4 && strcmp(flag, "cd") == 0);
		else
			ask("", ".", "A", false); /* that cannot be asked */
	}
	return 0;
}
