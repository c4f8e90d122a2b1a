/* aliases.h - words of sources and what they mean here; the table of docs/validation.md. */
#ifndef F2F_VALIDATE_ALIASES_H
#define F2F_VALIDATE_ALIASES_H

#include <stdbool.h>

#include "fab2fleet/train.h"

/* The catalog's name for a source's; the same text if there is none. */
const char *f2f_alias_chip(const char *text);
const char *f2f_alias_model(const char *text);
const char *f2f_alias_framework(const char *text);
/* A model the catalog does not have, from its paper's numbers; NULL if the table has none. */
const struct f2f_model *f2f_alias_shape(const char *text);

/* A library of kernels, which is no engine, in any case and with any joints: "flash-attention". */
bool f2f_alias_is_library(const char *text);

/* Precision of a source's words, NULL if not known. */
const char *f2f_alias_precision(const char *text);
/* false if the words are not known. An unstated recompute is F2F_RECOMPUTE_CHOSEN. */
bool f2f_alias_zero(int *out, const char *text);
bool f2f_alias_recompute(int *out, const char *text);

/* What is known of the runs of one source beyond the columns. */
struct f2f_source {
    const char *part; /* of the source cell */
    const char *zero; /* of the zero cell, where one source has two kinds of runs */
    const char *system; /* of the catalog, where it describes the cluster; NULL: the chip's */
    double nic_Bps; /* network per chip, one direction, where it is not the node's; 0: the node's */
    struct f2f_train_software software;
    int sequence; /* enum f2f_sequence */
    int context; /* enum f2f_context */
    bool counts_recompute; /* its TFLOP/s count the forward pass twice */
};
const struct f2f_source *f2f_alias_source(const char *text, const char *zero);
/* Node in which a source measured collectives of a chip, where that is not the one the catalog takes; else the chip. */
const char *f2f_alias_server(const char *chip, const char *source);
/* System of the catalog whose network joins nodes that the catalog has in no cluster. */
const char *f2f_alias_fabric(void);

#endif
