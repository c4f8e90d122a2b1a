/* device.h - a thing somebody carries: battery, skin, radio. What a model on it, or streamed to it, does to them. */
#ifndef F2F_DEVICE_H
#define F2F_DEVICE_H

#include <stdbool.h>

#include "fab2fleet/hardware.h"
#include "fab2fleet/record.h"

#ifdef __cplusplus
extern "C" {
#endif

struct f2f_device {
    struct f2f_ident id;
    double battery_J;
    double base_W; /* all that runs beside the model, radio idle */
    double radio_W; /* more while tokens are streamed to it */
    double round_trip_s; /* to the fleet and back */
    double ambient_C, skin_limit_C; /* degrees Celsius */
    double skin_K_per_W; /* rise of the warmest touched place at steady power */
    double skin_s; /* time constant of that rise */
};

/* Adds to the record of a serving job: tokens/s one user gets, mJ of a token on the device, how long the battery lasts,
 * how warm the skin gets and when it meets its limit, and what speed can be kept up for good.
 * streamed: the job ran elsewhere; system: the one it ran on. */
void f2f_device_join(struct f2f_record *r, const struct f2f_device *device, const struct f2f_system *system,
                     bool streamed);

#ifdef __cplusplus
}
#endif
#endif
