/*
 * readers.c - reads a pin store many times at once.
 *
 *   fault-readers STORE COUNT
 *
 * Says a line when it does, and goes on until it is killed.
 */
#include "db.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char *const tables[] = {"pins"};
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct pb_error error;
	struct pb_db *db = argc == 3 ? pb_db_open(argv[1], PB_STORE_READ, tables, 1,
					       (size_t)1 << 30, &error)
				     : NULL;

	if (db == NULL)
		return 1;
	while (count > 0 && pb_db_read(db, &error) != NULL)
		count--;
	(void)printf("%s\n", count == 0 ? "reads" : error.text);
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
