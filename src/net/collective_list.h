/* collective_list.h - the algorithms, one file each: X(struct f2f_net_algorithm). */
#define F2F_COLLECTIVE_LIST(X) \
    X(ring) X(tree) X(in_switch) X(direct) X(one_shot) X(two_shot) X(fetched_one_shot) X(fetched_two_shot)
