/* schedule_list.h - the schedules, one file each: X(struct f2f_schedule). Numbers of a strategy follow this order. */
#define F2F_SCHEDULE_LIST(X) X(gpipe) X(one_f_one_b) X(interleaved) X(zero_bubble)
