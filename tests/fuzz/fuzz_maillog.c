/* fuzz_maillog.c - mail logs, as "suggest" reads them. The input is 1 octet, odd if what
 * is read is counted, too, which takes most of the time; and the log. */
#include "fuzz.h"
#include "mailcount.h"

#define NOW 1795000000

/* What is written out may be pasted into a shell. */
static void check_domain(const struct pb_name *domain)
{
	char text[PB_NAME_TEXT_MAX];

	(void)pb_name_to_text(domain, text);
	HOLDS(pb_name_labels(domain) > 1 && text[0] != '-');
	HOLDS(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == strlen(text));
}

static void count(struct mailcount *counts, const char *line)
{
	struct maillog_delivery delivery;

	if (!maillog_read(&delivery, line, NOW))
		return;
	check_domain(&delivery.domain);
	HOLDS(delivery.when >= 0);
	if (counts != NULL)
		HOLDS(mailcount_add(counts, &delivery));
}

static void check_counts(struct mailcount *counts)
{
	uint64_t most = UINT64_MAX;
	size_t number = 0;
	const struct mailcount_domain *domains = mailcount_sorted(counts, &number);

	for (size_t i = 0; i < number; i++) {
		struct pb_name name;

		HOLDS(pb_name_from_wire(&name, domains[i].wire, domains[i].size) ==
			domains[i].size);
		check_domain(&name);
		HOLDS(domains[i].messages > 0 && domains[i].messages <= most);
		HOLDS(domains[i].delivered <= domains[i].messages &&
			domains[i].deferred <= domains[i].messages);
		most = domains[i].messages;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mailcount *counts = NULL;
	char *text, *line, *rest;

	if (size == 0)
		return 0;
	if (data[0] & 1)
		counts = mailcount_new();
	text = rest = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL && strlen(line) < MAILLOG_LINE_MAX)
		count(counts, line);
	if (counts != NULL)
		check_counts(counts);
	mailcount_free(counts);
	free(text);
	return 0;
}
