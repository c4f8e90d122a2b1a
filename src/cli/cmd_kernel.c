/* cmd_kernel.c - `fab2fleet kernel CHIP gemm|attention-prefill|attention-decode|collective`: one operator. */
#include <string.h>

#include "cli/cli.h"
#include "fab2fleet/machine.h"

static struct {
    int m, n, k, groups, batch, seq, kv_len, q_heads, kv_heads, head_dim, latent_dim, chips;
    const char *dtype, *kv_dtype, *op;
    double bytes;
    bool uncertainty;
} o = {.dtype = "bf16", .groups = 1, .batch = 1, .head_dim = 128, .op = "all_reduce", .chips = 8};

static const struct opt table[] = {
    {"m", 0, OPT_INT, &o.m, "M", "rows of the input", 1, 2e9},
    {"n", 0, OPT_INT, &o.n, "N", "columns of the weights", 1, 2e9},
    {"k", 0, OPT_INT, &o.k, "K", "inner dimension", 1, 2e9},
    {"groups", 0, OPT_INT, &o.groups, "G", "weights of a grouped product (experts)", 1, 1e6},
    {"dtype", 0, OPT_TEXT, &o.dtype, "T", "precision: bf16, fp16, fp8, int8_wo, ...", 0, 0},
    {"kv-dtype", 0, OPT_TEXT, &o.kv_dtype, "T", "format of the KV cache", 0, 0},
    {"batch", 0, OPT_INT, &o.batch, "B", "sequences", 1, 1e9},
    {"seq", 0, OPT_INT, &o.seq, "L", "prompt tokens of each", 1, 1e9},
    {"kv-len", 0, OPT_INT, &o.kv_len, "L", "context of each", 1, 1e9},
    {"q-heads", 0, OPT_INT, &o.q_heads, "H", "query heads", 1, 1e6},
    {"kv-heads", 0, OPT_INT, &o.kv_heads, "H", "key and value heads", 1, 1e6},
    {"head-dim", 0, OPT_INT, &o.head_dim, "D", "width of a head", 1, 65536},
    {"latent-dim", 0, OPT_INT, &o.latent_dim, "D", "latent of keys and values (MLA); head-dim: the part for positions",
     1, 65536},
    {"op", 0, OPT_TEXT, &o.op, "OP", "all_reduce, all_gather, reduce_scatter, alltoall or send", 0, 0},
    {"chips", 0, OPT_INT, &o.chips, "N", "chips in the collective", 1, 1e7},
    {"bytes", 0, OPT_REAL, &o.bytes, "B", "message of one chip in bytes", 1, 1e15},
    {"uncertainty", 0, OPT_FLAG, &o.uncertainty, NULL, "also the latency at p10 and p90 of the model's errors", 0, 0},
    {0}};

static f2f_status need(const char *name, int value, f2f_error *err) {
    return value > 0 ? F2F_OK : f2f_fail(err, F2F_EUSAGE, "--%s is wanted", name);
}

static f2f_status make_gemm(struct f2f_op *op, const struct f2f_precision *p, f2f_error *err) {
    F2F_TRY(need("m", o.m, err));
    F2F_TRY(need("n", o.n, err));
    F2F_TRY(need("k", o.k, err));
    *op = (struct f2f_op){
        .kind = F2F_OP_GEMM, .name = "gemm", .m = o.m, .n = o.n, .k = o.k, .groups = o.groups, .cast = true};
    if (o.groups > 1) op->experts = o.groups;
    op->compute = p->compute, op->weight = p->weight, op->act = p->act, op->kv = p->kv;
    op->known_scale = p->known_scale;
    return F2F_OK;
}

static f2f_status make_attention(struct f2f_op *op, const struct f2f_precision *p, bool decode, f2f_error *err) {
    F2F_TRY(need("q-heads", o.q_heads, err));
    F2F_TRY(need("kv-heads", o.kv_heads, err));
    F2F_TRY(decode ? need("kv-len", o.kv_len, err) : need("seq", o.seq, err));
    if (o.q_heads % o.kv_heads)
        return f2f_fail(err, F2F_EUSAGE, "--q-heads %d is no multiple of --kv-heads %d", o.q_heads, o.kv_heads);
    *op = (struct f2f_op){.kind = decode ? F2F_OP_ATTN_DECODE : F2F_OP_ATTN_PREFILL,
                          .name = "attention",
                          .batch = o.batch,
                          .q_len = decode ? 1 : o.seq,
                          .kv_len = decode ? o.kv_len : o.seq,
                          .q_heads = o.q_heads,
                          .kv_heads = o.kv_heads,
                          .head_dim = o.head_dim,
                          .latent_dim = o.latent_dim};
    op->compute = p->compute, op->weight = p->weight, op->act = p->act, op->kv = p->kv;
    return F2F_OK;
}

static f2f_status make_collective(struct f2f_op *op, f2f_error *err) {
    static const char *const names[F2F_COLLECTIVE_N] = {"all_reduce", "all_gather", "reduce_scatter", "alltoall",
                                                        "send"};
    if (!(o.bytes > 0)) return f2f_fail(err, F2F_EUSAGE, "--bytes is wanted");
    for (int i = 0; i < F2F_COLLECTIVE_N; i++) {
        if (strcmp(o.op, names[i]) != 0) continue;
        *op = (struct f2f_op){.kind = F2F_OP_COLLECTIVE,
                              .name = names[i],
                              .collective = i,
                              .group_chips = o.chips,
                              .stride_chips = 1,
                              .bytes_B = o.bytes,
                              .act = F2F_DTYPE_BF16};
        return F2F_OK;
    }
    return f2f_fail(err, F2F_EUSAGE, "--op '%.40s': all_reduce, all_gather, reduce_scatter, alltoall or send is wanted",
                    o.op);
}

/* Options of other operators would change nothing. */
static f2f_status check_options(const struct cli *cli, const char *what, f2f_error *err) {
    bool gemm = strcmp(what, "gemm") == 0, prefill = strcmp(what, "attention-prefill") == 0,
         decode = strcmp(what, "attention-decode") == 0, attention = prefill || decode,
         collective = strcmp(what, "collective") == 0;
    if (!gemm && !attention && !collective) return F2F_OK; /* which is told soon */
    const struct cli_only rules[] = {{"m", gemm, "gemm"},
                                     {"n", gemm, "gemm"},
                                     {"k", gemm, "gemm"},
                                     {"groups", gemm, "gemm"},
                                     {"dtype", gemm || attention, "gemm and attention"},
                                     {"kv-dtype", attention, "attention"},
                                     {"batch", attention, "attention"},
                                     {"seq", prefill, "attention-prefill"},
                                     {"kv-len", decode, "attention-decode"},
                                     {"q-heads", attention, "attention"},
                                     {"kv-heads", attention, "attention"},
                                     {"head-dim", attention, "attention"},
                                     {"latent-dim", attention, "attention"},
                                     {"op", collective, "collective"},
                                     {"chips", collective, "collective"},
                                     {"bytes", collective, "collective"}};
    return cli_check_only(cli, rules, sizeof rules / sizeof rules[0], err);
}

static f2f_status make_op(struct f2f_op *op, const char *what, f2f_error *err) {
    struct f2f_precision precision;
    F2F_TRY(f2f_precision_parse(&precision, o.dtype, NULL, err));
    if (o.kv_dtype) F2F_TRY(f2f_dtype_parse(&precision.kv, o.kv_dtype, err));
    if (strcmp(what, "gemm") == 0) return make_gemm(op, &precision, err);
    if (strcmp(what, "attention-prefill") == 0) return make_attention(op, &precision, false, err);
    if (strcmp(what, "attention-decode") == 0) return make_attention(op, &precision, true, err);
    if (strcmp(what, "collective") == 0) return make_collective(op, err);
    return f2f_fail(err, F2F_EUSAGE,
                    "unknown operator '%.40s': gemm, attention-prefill, attention-decode or collective", what);
}

static void put_cost(struct f2f_record *r, const struct f2f_op_cost *cost) {
    f2f_record_num(r, "latency_s", cost->time_s, "time of one run");
    f2f_record_text(r, "bound", f2f_bound_name(cost->bound), "what it waits for");
    f2f_record_num(r, "flop", cost->flop, "floating-point operations");
    f2f_record_num(r, "bytes_B", cost->mem_B, "moved through the memory port");
    f2f_record_num(r, "network_B", cost->net_B, "sent by one chip");
    f2f_record_num(r, "energy_J", cost->energy_J, "above idle");
    f2f_record_num(r, "flops", cost->time_s > 0 ? cost->flop / cost->time_s : 0, "FLOP per second reached");
    f2f_record_num(r, "bandwidth_Bps", cost->time_s > 0 ? cost->mem_B / cost->time_s : 0, "memory bandwidth reached");
}

/* A narrow product by itself finds its input in 16 bit, as a table of measured products does; engines often have cast
 * it in the operator before. */
static void put_cast(struct f2f_results *results, struct f2f_record *r, const struct f2f_machine *machine,
                     const struct f2f_op *op) {
    double cast_s = f2f_machine_cast_s(machine, op);
    f2f_record_num(r, "cast_s", cast_s, "of latency_s: casting the 16-bit input to the product's format");
    if (cast_s > 0.0)
        f2f_results_note(results,
                         "latency_s includes cast_s: the input comes in 16 bit and is cast to %s first, by kernels of "
                         "their own; input that is cast already saves that",
                         f2f_dtype_name(f2f_machine_format(machine, op)));
}

static void put_uncertainty(struct f2f_record *r, const struct f2f_machine *machine, const struct f2f_op *op,
                            double time_s) {
    struct f2f_residuals q = f2f_machine_uncertainty(machine, op);
    f2f_record_num(r, "latency_p10_s", time_s * q.p10, "a tenth of such operators was measured faster");
    f2f_record_num(r, "latency_p90_s", time_s * q.p90, "a tenth of such operators was measured slower");
}

static f2f_status answer(struct cli *cli, struct f2f_results *results, f2f_error *err) {
    const struct f2f_system *system;
    struct f2f_machine machine;
    struct f2f_op op;
    if (cli->n_args != 2)
        return f2f_fail(err, F2F_EUSAGE, "wanted: fab2fleet kernel h100-sxm gemm --m 8 --n 4096 --k 4096 --dtype bf16");
    F2F_TRY(check_options(cli, cli->args[1], err));
    F2F_TRY(make_op(&op, cli->args[1], err));
    static const char *const unread[] = {"engine", "price", "plan", NULL};
    F2F_TRY(cli_refuse_sets(cli, unread, err));
    bool collective = op.kind == F2F_OP_COLLECTIVE;
    int chips = collective ? o.chips : 1;
    if (collective && op.collective == F2F_SEND && chips < 2) chips = 2; /* it has a peer */
    F2F_TRY(
        f2f_catalog_host(&system, cli->catalog, cli->args[0], chips, cli->common.sets.item, cli->common.sets.n, err));
    F2F_TRY(f2f_machine_make(&machine, system, err));
    struct f2f_op_cost cost = f2f_machine_op(&machine, &op);
    struct f2f_record *r =
        f2f_record_new(cli->arena, f2f_arena_printf(cli->arena, "%s / %s", cli->args[0], cli->args[1]));
    f2f_record_text(r, "chip", cli->args[0], NULL);
    f2f_record_text(r, "operator", cli->args[1], NULL);
    put_cost(r, &cost);
    if (op.kind == F2F_OP_GEMM) put_cast(results, r, &machine, &op);
    if (cli->common.explain) f2f_machine_explain(r, &machine, &op);
    if (o.uncertainty) put_uncertainty(r, &machine, &op, cost.time_s);
    if (!collective) cli_note_format(results, system->node->chip, op.compute);
    cli_note_assumed(results, cli, system->node->chip);
    cli_note_sets_of_making(results, cli);
    f2f_results_add(results, r);
    return F2F_OK;
}

static int run(struct cli *cli) {
    f2f_error err = {0};
    struct f2f_results *results = f2f_results_new(cli->arena, cli->verb);
    f2f_status status = answer(cli, results, &err);
    return status == F2F_OK ? cli_finish(cli, results, status, &err) : cli_fail(cli, status, &err);
}

const struct verb verb_kernel = {table, run};
