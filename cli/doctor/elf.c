/* elf.c - what an ELF file of this machine's class says of itself; see doctor.h. */
#include "doctor.h"
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where the module says which programs it was made for; see module/stamp.c. */
#define BUILT_FOR ".pinbound.built-for"

struct image {
	const uint8_t *octets;
	size_t size;
};

/* Copies a struct out of the file, false if it is not wholly within. */
static bool copy(const struct image *image, uint64_t at, void *out, size_t size)
{
	if (at > image->size || image->size - at < size)
		return false;
	memcpy(out, image->octets + at, size);
	return true;
}

static uint64_t padded(uint64_t size)
{
	return (size + 3) & ~(uint64_t)3;
}

static void to_hex(const uint8_t *octets, size_t size, char *text, size_t room)
{
	text[0] = '\0';
	for (size_t i = 0; i < size && 2 * i + 2 < room; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", octets[i]);
}

/* ELF notes, each padded to 4 octets. */
static void read_notes(
	const struct image *image, uint64_t at, uint64_t size, struct doctor_elf *elf)
{
	uint64_t end = at + size;
	ElfW(Nhdr) head;

	if (at > image->size || size > image->size - at)
		return;
	while (end - at >= sizeof(head) && copy(image, at, &head, sizeof(head))) {
		uint64_t name = at + sizeof(head);
		uint64_t value = name + padded(head.n_namesz);

		if (value > end || padded(head.n_descsz) > end - value)
			return;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
			memcmp(image->octets + name, "GNU", 4) == 0)
			to_hex(image->octets + value, head.n_descsz, elf->id,
				sizeof(elf->id));
		at = value + padded(head.n_descsz);
	}
}

static void read_built_for(
	const struct image *image, const ElfW(Shdr) * section, struct doctor_elf *elf)
{
	size_t size = section->sh_size;

	if (size >= sizeof(elf->built_for))
		size = sizeof(elf->built_for) - 1;
	if (copy(image, section->sh_offset, elf->built_for, size))
		elf->built_for[size] = '\0';
}

/* Is that its name? `names` is the section of them. */
static bool is_called(const struct image *image, const ElfW(Shdr) * names,
	const ElfW(Shdr) * section, const char *name)
{
	char found[sizeof(BUILT_FOR)];

	return section->sh_name < names->sh_size &&
	       copy(image, names->sh_offset + section->sh_name, found, sizeof(found)) &&
	       memcmp(found, name, sizeof(found)) == 0;
}

static bool read_sections(const struct image *image, struct doctor_elf *elf)
{
	ElfW(Ehdr) head;
	ElfW(Shdr) names, section;

	if (!copy(image, 0, &head, sizeof(head)) ||
		memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
		head.e_ident[EI_CLASS] !=
			(sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
		head.e_shentsize != sizeof(section) || head.e_shoff > image->size ||
		!copy(image, head.e_shoff + (uint64_t)head.e_shstrndx * sizeof(section),
			&names, sizeof(names)))
		return false;
	for (unsigned i = 0; i < head.e_shnum; i++) {
		if (!copy(image, head.e_shoff + (uint64_t)i * sizeof(section), &section,
			    sizeof(section)))
			return false;
		if (section.sh_type == SHT_NOTE)
			read_notes(image, section.sh_offset, section.sh_size, elf);
		else if (is_called(image, &names, &section, BUILT_FOR))
			read_built_for(image, &section, elf);
	}
	return true;
}

bool doctor_read_elf(const char *path, struct doctor_elf *elf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat stat;
	struct image image = {0};
	void *map;
	bool fine = false;

	*elf = (struct doctor_elf){0};
	if (fd < 0)
		return false;
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > 0) {
		image.size = (size_t)stat.st_size;
		map = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map != MAP_FAILED) {
			image.octets = map;
			fine = read_sections(&image, elf);
			(void)munmap(map, image.size);
		}
	}
	(void)close(fd);
	return fine;
}
