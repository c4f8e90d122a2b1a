/* explain.h - inside of cost/: a cost as a tree. */
#ifndef F2F_COST_EXPLAIN_H
#define F2F_COST_EXPLAIN_H

#include "fab2fleet/cost.h"

/* An hour of one chip, times scale, as the tree of the record; down to the lines of the chip's bill. */
void f2f_cost_explain(struct f2f_record *r, const struct f2f_cost *cost, const char *root, double scale);

/* The bill of one chip as a record in r, in dollars, with a tree of its own. */
void f2f_cost_put_bill(struct f2f_record *r, const struct f2f_cost *cost);

/* Says in r what the price is, where no vendor's margin is given: readers would take the bill for what a vendor asks.
 */
void f2f_cost_put_basis(struct f2f_record *r, const struct f2f_cost *cost);

#endif
