/* reading.c - see reading.h. */
#include "reading.h"

static bool read_pin(void *arg, const struct pb_pin *pin)
{
	struct pbm_reading *reading = arg;

	reading->fine = pb_names_add(reading->pinned, &pin->name) &&
			(pb_mode_in_force(pin, reading->policy) != PB_MODE_REFUSE ||
				pb_names_add(reading->refusing, &pin->name)) &&
			(pin->generation <= reading->since ||
				pb_names_add(reading->changed, &pin->name));
	return reading->fine;
}

static void free_reading(struct pbm_reading *reading)
{
	pb_names_free(reading->pinned);
	pb_names_free(reading->refusing);
	pb_names_free(reading->changed);
}

static bool begin(struct pbm_reading *reading, const struct pbm *pb, uint64_t since,
	uint64_t pins, struct pb_error *error)
{
	*reading = (struct pbm_reading){.policy = &pb->policy,
		.since = since,
		.pinned = pb_names_new(pins),
		.refusing = pb_names_new(pb->policy.override ? 0 : pins),
		.changed = pb_names_new(since == 0 ? pins : 0),
		.fine = true};
	if (reading->pinned != NULL && reading->refusing != NULL &&
		reading->changed != NULL)
		return true;
	pb_error_set(error, "out of memory");
	free_reading(reading);
	return false;
}

bool pbm_reading_do(struct pbm_reading *reading, const struct pbm *pb, uint64_t since,
	struct pb_store_stat *stat, bool *damaged, struct pb_error *error)
{
	*damaged = false;
	if (!begin(reading, pb, since, stat->pins, error))
		return false;
	if (pb_store_scan(pb->store, read_pin, reading, stat, error) == PB_OK)
		return true;
	*damaged = reading->fine && stat->generation != 0;
	if (!reading->fine)
		pb_error_set(error, "out of memory");
	free_reading(reading);
	return false;
}
