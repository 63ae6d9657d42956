/* stamp.c - see stamp.h. */
#include "stamp.h"
#include "build-ids.h"
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Written by the Makefile: { "1f2e...", ... } in hex. */
static const char *const built_for[] = PBM_BUILD_IDS;

/* The same with blanks between them, in a section of its own, for "pinbound doctor" to
 * read from the file. */
__attribute__((section(".pinbound.built-for"), used)) static const char shown[] =
	PBM_BUILD_IDS_TEXT;

#define ID_TEXT_MAX 129

static void to_hex(const uint8_t *octets, size_t size, char text[ID_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	size_t out = 0;

	for (size_t i = 0; i < size && out + 2 < ID_TEXT_MAX; i++) {
		text[out++] = digits[octets[i] >> 4];
		text[out++] = digits[octets[i] & 15];
	}
	text[out] = '\0';
}

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Looks for the build-id in a note segment: ELF notes, each padded to 4 octets. */
static bool find_id(const uint8_t *at, size_t left, char text[ID_TEXT_MAX])
{
	while (left >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) head;
		size_t name, size;

		memcpy(&head, at, sizeof(head));
		name = padded(head.n_namesz);
		size = sizeof(head) + name + padded(head.n_descsz);
		if (size > left)
			return false;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
			memcmp(at + sizeof(head), "GNU", 4) == 0) {
			to_hex(at + sizeof(head) + name, head.n_descsz, text);
			return true;
		}
		at += size;
		left -= size;
	}
	return false;
}

/* The first object is the program itself. */
static int read_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	char *text = arg;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_NOTE &&
			find_id((const uint8_t *)(info->dlpi_addr + segment->p_vaddr),
				segment->p_memsz, text))
			break;
	}
	return 1;
}

bool pbm_stamp_check(struct pb_error *error)
{
	char running[ID_TEXT_MAX] = "";

	(void)dl_iterate_phdr(read_program, running);
	for (size_t i = 0; i < sizeof(built_for) / sizeof(built_for[0]); i++)
		if (running[0] != '\0' && strcmp(running, built_for[i]) == 0)
			return true;
	pb_error_set(error,
		"this module was built for another Unbound (build-id %s, running %s): "
		"run \"make deb\", or \"make UNBOUND_SRC=... UNBOUND_BUILD=...\" with "
		"the "
		"tree that the running Unbound was built from, and install it again",
		built_for[0], running[0] != '\0' ? running : "without one");
	return false;
}
