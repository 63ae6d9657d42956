/*
 * maillog.c - see maillog.h.
 *
 * The addresses in a log come from strangers, who may put what looks like the rest of
 * a line into them. So a line is read from left to right, an address as a whole, and
 * what a server answered is not looked at.
 */
#include "maillog.h"
#include <stdio.h>
#include <string.h>

struct text {
	const char *at;
	size_t size;
};

/* FNV-1a. */
static uint64_t hash(uint64_t sum, const void *octets, size_t size)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
	return (sum ^ 0xff) * UINT64_C(0x100000001b3);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool contains(struct text text, const char *what)
{
	return text.size > 0 && memmem(text.at, text.size, what, strlen(what)) != NULL;
}

/* Where an address ends that is followed by one of `ends`: quotes are one piece. */
static const char *skip_address(const char *at, const char *ends)
{
	bool quoted = false;

	for (; *at != '\0' && (quoted || strchr(ends, *at) == NULL); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\\' && quoted && at[1] != '\0')
			at++;
	}
	return at;
}

/* A host name and nothing else: what is written out may be pasted into a shell. */
static bool is_host(const struct pb_name *name)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	for (size_t at = 0; name->wire[at] != 0; at += (size_t)name->wire[at] + 1) {
		if (name->wire[at + 1] == '-')
			return false;
		for (size_t i = 1; i <= name->wire[at]; i++)
			if (strchr(fine, name->wire[at + i]) == NULL ||
				name->wire[at + i] == '\0')
				return false;
	}
	return pb_name_labels(name) > 1;
}

static bool read_domain(struct pb_name *domain, struct text address)
{
	const char *at = memrchr(address.at, '@', address.size);
	size_t size;

	if (at == NULL)
		return false;
	at++;
	size = address.size - (size_t)(at - address.at);
	return size > 0 && pb_name_from_user(domain, at, size, NULL) && is_host(domain);
}

/* An address of this very machine, as it stands in brackets. */
static bool is_loopback(const char *address)
{
	return begins(address, "127.") || begins(address, "::1]") ||
	       begins(address, "IPv6:::1]") || begins(address, "::ffff:127.");
}

/* Addresses of a site's own network. */
static bool is_private(const char *address)
{
	int second = 0;

	if (begins(address, "172."))
		(void)sscanf(address + 4, "%3d", &second); /* NOLINT(cert-err34-c) */
	return begins(address, "10.") || begins(address, "192.168.") ||
	       (second >= 16 && second <= 31) || begins(address, "fc") ||
	       begins(address, "fd") || begins(address, "fe80:");
}

/*
 * Does mail that was handed to this relay leave the site? A content filter on this
 * machine hands it back, and it is counted then. LMTP to a socket or the site's own
 * network ends in mailboxes.
 */
static bool leaves(struct text relay, bool lmtp)
{
	const char *bracket = memchr(relay.at, '[', relay.size);

	if (bracket ==
		NULL) /* "local", "virtual", a pipe; "none": it could not be tried */
		return relay.size == 4 && begins(relay.at, "none");
	if (is_loopback(bracket + 1) ||
		memchr(bracket, '/', relay.size - (size_t)(bracket - relay.at)) != NULL)
		return false;
	return !lmtp || !is_private(bracket + 1);
}

/* The fields of Postfix behind to=<...>, up to the status. */
static bool read_fields(const char *at, bool lmtp, bool *delivered)
{
	struct text relay = {NULL, 0};

	while (begins(at, ", ")) {
		at += 2;
		if (begins(at, "status=")) {
			*delivered = begins(at, "status=sent ");
			return (*delivered || begins(at, "status=deferred ")) &&
			       relay.at != NULL && leaves(relay, lmtp);
		}
		if (begins(at, "orig_to=<")) {
			at = skip_address(at + 9, ">");
			at += *at == '>';
			continue;
		}
		if (begins(at, "relay="))
			relay = (struct text){at + 6, strcspn(at + 6, ",")};
		at += strcspn(at, ",");
	}
	return false;
}

/* "4F2A11C0B3: to=<user@domain>, relay=..., status=sent (250 ...)". */
static bool read_postfix(struct maillog_delivery *delivery, const char *at,
	struct text instance, bool lmtp)
{
	size_t id = strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz");
	const char *address = at + id + 6, *end;

	if (id == 0 || !begins(at + id, ": to=<"))
		return false;
	end = skip_address(address, ">");
	if (*end != '>' || !read_fields(end + 1, lmtp, &delivery->delivered) ||
		!read_domain(&delivery->domain,
			(struct text){address, (size_t)(end - address)}))
		return false;
	delivery->message = hash(0, instance.at, instance.size);
	delivery->message = hash(delivery->message, at, id);
	return true;
}

/* "1tF3xY-0003Xy-7k", since 4.97 "1tF3xY-0000000123A-3Xyz". 0 if it is none. */
static size_t exim_id(const char *at)
{
	static const size_t lengths[2][3] = {{6, 6, 2}, {6, 11, 4}};

	for (size_t form = 0; form < 2; form++) {
		size_t used = 0, part = 0;

		for (; part < 3; part++) {
			size_t size = strspn(at + used, "0123456789"
							"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
							"abcdefghijklmnopqrstuvwxyz");
			if (size != lengths[form][part] ||
				at[used + size] != (part < 2 ? '-' : ' '))
				break;
			used += size + 1;
		}
		if (part == 3)
			return used - 1;
	}
	return 0;
}

struct exim_fields {
	struct text router, transport;
	const char *host; /* the address behind "H=name [" */
};

/* The fields behind the address: <original>, R=, T=, H=; up to what was answered. */
static void read_exim_fields(struct exim_fields *fields, const char *at)
{
	while (*at == ' ') {
		struct text value;

		at++;
		if (begins(at, "C=") || begins(at, "defer "))
			return;
		value = (struct text){at + 2, strcspn(at, " ")};
		value.size -= value.size < 2 ? value.size : 2;
		if (begins(at, "R="))
			fields->router = value;
		else if (begins(at, "T="))
			fields->transport = value;
		else if (begins(at, "H="))
			fields->host = strchr(at, '[');
		at = skip_address(at, *at == '<' ? ">" : " ");
		at += *at == '>';
	}
}

/* A deferral does not always say a host: then the transport or the router tells. */
static bool exim_leaves(const struct exim_fields *fields, bool delivered)
{
	if (fields->host != NULL)
		return !is_loopback(fields->host + 1) &&
		       !(contains(fields->transport, "lmtp") &&
			       is_private(fields->host + 1));
	if (delivered)
		return false;
	if (fields->transport.at != NULL)
		return contains(fields->transport, "smtp");
	return fields->router.at != NULL &&
	       (contains(fields->router, "lookup") ||
		       contains(fields->router, "smarthost") ||
		       contains(fields->router, "remote"));
}

/* "1tF3xY-0003Xy-7k => user@domain R=dnslookup T=remote_smtp H=host [address] ...". */
static bool read_exim(struct maillog_delivery *delivery, const char *at)
{
	struct exim_fields fields = {{NULL, 0}, {NULL, 0}, NULL};
	size_t id;
	const char *sign, *address, *end;

	if (*at == '[') /* the process, with log_selector +pid */
		at += strcspn(at, " ") + (strchr(at, ' ') != NULL);
	id = exim_id(at);
	sign = at + id + 1;
	if (id == 0)
		return false;
	delivery->delivered =
		begins(sign, "=> ") || begins(sign, "-> ") || begins(sign, ">> ");
	if (!delivery->delivered && !begins(sign, "== "))
		return false;
	address = sign + 3;
	end = skip_address(address, " ");
	read_exim_fields(&fields, end);
	if (!exim_leaves(&fields, delivery->delivered) ||
		!read_domain(&delivery->domain,
			(struct text){address, (size_t)(end - address)}))
		return false;
	delivery->message = hash(1, at, id);
	return true;
}

/* The word in front of the first ": ", without its "[pid]". */
static const char *find_tag(const char *at, struct text *tag)
{
	const char *end = strstr(at, ": "), *begin = end, *bracket;

	if (end == NULL)
		return NULL;
	while (begin > at && begin[-1] != ' ')
		begin--;
	bracket = memchr(begin, '[', (size_t)(end - begin));
	*tag = (struct text){begin, (size_t)((bracket != NULL ? bracket : end) - begin)};
	return end + 2;
}

static bool ends(struct text text, const char *with)
{
	size_t size = strlen(with);

	return text.size > size && memcmp(text.at + text.size - size, with, size) == 0;
}

/* A line of syslog or the journal: "host postfix/smtp[4711]: ...". With unit names,
 * the journal does not say which part of Postfix it was; the relay tells. */
static bool read_tagged(struct maillog_delivery *delivery, const char *at, int64_t now)
{
	static const char *const parts[] = {"/smtp", "/lmtp", "/error", "/retry"};
	int64_t ignored;
	struct text tag;

	at = find_tag(at, &tag);
	if (at == NULL)
		return false;
	if (begins(tag.at, "exim")) {
		at = maillog_time(&ignored, at, now);
		return read_exim(delivery, at);
	}
	if (begins(tag.at, "postfix") && ends(tag, ".service"))
		return read_postfix(delivery, at, tag, false);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!ends(tag, parts[i]))
			continue;
		tag.size -= strlen(parts[i]);
		return read_postfix(delivery, at, tag, i == 1);
	}
	return false;
}

bool maillog_read(struct maillog_delivery *delivery, const char *line, int64_t now)
{
	const char *at;

	/* Most lines are others', or of mail that comes in. */
	if (strstr(line, "to=<") == NULL && strchr(line, '@') == NULL)
		return false;
	at = maillog_time(&delivery->when, line, now);
	if (!read_exim(delivery, at) && !read_tagged(delivery, at, now))
		return false;
	delivery->message =
		hash(delivery->message, delivery->domain.wire, delivery->domain.size);
	return true;
}
