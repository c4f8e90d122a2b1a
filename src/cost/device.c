/* device.c - battery and skin of a device that decodes a model, or receives its tokens.
 *
 * The skin follows power with one time constant: T(t) = T_end + (T_begin - T_end) exp(-t / tau), from where it was
 * without the model. Leaves out: batteries that give less at high power, throttling in steps, hot spots. */
#include "fab2fleet/device.h"

#include <math.h>

/* Seconds until the limit; infinite when it is never met, 0 when it is broken without the model already. */
static double time_to_limit(const struct f2f_device *d, double power_W) {
    double begin_C = d->ambient_C + d->skin_K_per_W * d->base_W, end_C = d->ambient_C + d->skin_K_per_W * power_W;
    if (end_C <= d->skin_limit_C) return HUGE_VAL;
    if (begin_C >= d->skin_limit_C) return 0;
    return d->skin_s * log((end_C - begin_C) / (end_C - d->skin_limit_C));
}

void f2f_device_join(struct f2f_record *r, const struct f2f_device *d, const struct f2f_system *system, bool streamed) {
    double tpot_s = f2f_record_get(r, "tpot_mean_s"), ttft_s = f2f_record_get(r, "ttft_mean_s");
    if (!(tpot_s > 0)) return; /* does not fit */
    double model_W = streamed ? d->radio_W : f2f_record_get(r, "power_W") - system->node->chip->idle_W;
    double power_W = d->base_W + model_W, limit_W = (d->skin_limit_C - d->ambient_C) / d->skin_K_per_W;
    double kept = fmin(1.0, fmax(0.0, (limit_W - d->base_W) / model_W));
    f2f_record_num(r, "user_tokps", 1.0 / tpot_s, "tokens a second one user gets");
    f2f_record_num(r, "first_token_s", ttft_s + (streamed ? d->round_trip_s : 0), "with the way to the fleet and back");
    f2f_record_num(r, "device_energy_per_tok_J", model_W * tpot_s, "drawn from the battery for one token");
    f2f_record_num(r, "device_power_W", power_W, "of the whole device while tokens come");
    f2f_record_num(r, "battery_s", d->battery_J / power_W, "full to empty while tokens come");
    f2f_record_num(r, "battery_base_s", d->battery_J / d->base_W, "the same without the model");
    f2f_record_num(r, "skin_C", d->ambient_C + d->skin_K_per_W * power_W, "in the end, degrees Celsius");
    f2f_record_num(r, "skin_limit_s", time_to_limit(d, power_W), "until the skin is too warm; none: never");
    f2f_record_num(r, "sustained_tokps", kept / tpot_s, "tokens a second that the skin bears for good");
}
