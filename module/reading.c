/* reading.c - see reading.h. */
#include "reading.h"
#include <sched.h>

/* Pins that are read in about a millisecond. */
#define UNPAUSED_MAX 2048

/* Pins until a worker that waits for this processor gets its turn. */
#define PINS_A_TURN 128

static bool go_on(struct pbm_reading *reading)
{
	if (reading->pause == NULL)
		return true;
	if (++reading->unpaused % PINS_A_TURN == 0)
		(void)sched_yield();
	if (reading->unpaused < UNPAUSED_MAX)
		return true;
	reading->unpaused = 0;
	reading->pause->ended = !reading->pause->take(reading->pause->arg);
	return !reading->pause->ended;
}

static bool read_pin(void *arg, const struct pb_pin *pin)
{
	struct pbm_reading *reading = arg;

	reading->fine = pb_names_add(reading->pinned, &pin->name) &&
			(pb_mode_in_force(pin, reading->policy) != PB_MODE_REFUSE ||
				pb_names_add(reading->refusing, &pin->name)) &&
			(pin->generation <= reading->since ||
				pb_names_add(reading->changed, &pin->name)) &&
			go_on(reading);
	return reading->fine;
}

static void free_reading(struct pbm_reading *reading)
{
	pb_names_free(reading->pinned);
	pb_names_free(reading->refusing);
	pb_names_free(reading->changed);
}

static bool begin(struct pbm_reading *reading, const struct pbm *pb, uint64_t since,
	struct pbm_pause *breaks, uint64_t pins, struct pb_error *error)
{
	*reading = (struct pbm_reading){.policy = &pb->policy,
		.since = since,
		.pause = breaks,
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
	struct pbm_pause *breaks, struct pb_store_stat *stat, bool *damaged,
	struct pb_error *error)
{
	*damaged = false;
	if (!begin(reading, pb, since, breaks, stat->pins, error))
		return false;
	if (pb_store_scan(pb->store, read_pin, reading, stat, error) == PB_OK)
		return true;
	*damaged = reading->fine && stat->generation != 0;
	if (!reading->fine)
		pb_error_set(error, "out of memory");
	free_reading(reading);
	return false;
}

static bool read_newer(void *arg, const struct pb_pin *pin)
{
	struct pbm_newer *newer = arg;

	if (pin->generation > newer->clean && !pb_names_add(newer->changed, &pin->name))
		return false;
	if (pin->generation <= newer->read)
		return true;
	return pb_names_add(newer->pinned, &pin->name) &&
	       (pb_mode_in_force(pin, newer->policy) != PB_MODE_REFUSE ||
		       pb_names_add(newer->refusing, &pin->name));
}

bool pbm_newer_read(
	struct pbm_newer *newer, const struct pbm *pb, uint64_t read, uint64_t clean)
{
	struct pb_error error; /* reading the whole will tell */

	*newer = (struct pbm_newer){.pinned = pb_names_new(0),
		.refusing = pb_names_new(0),
		.changed = pb_names_new(0),
		.policy = &pb->policy,
		.read = read,
		.clean = clean};
	if (newer->pinned != NULL && newer->refusing != NULL && newer->changed != NULL &&
		pb_store_newer(pb->store, read < clean ? read : clean, read_newer, newer,
			&newer->generation, &error) == PB_OK)
		return true;
	pb_names_free(newer->pinned);
	pb_names_free(newer->refusing);
	pb_names_free(newer->changed);
	return false;
}
