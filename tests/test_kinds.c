/* test_kinds.c - kinds of chips as data: arrays, chiplets, operands, ECC; latents; memory of operators; where time
 * goes. */
#include "chip/chip.h"
#include "chip_rig.h"

/* An array of 256 x 256 with a tile less than full takes as long as a full one. */
static void arrays_work_in_their_own_shape(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.units = 2;
    r.chip.array = (struct f2f_array){.rows = 256, .columns = 256};
    r.chip.peak_flops[F2F_DTYPE_BF16] = 2.0 * 2.0 * 256.0 * 256.0 * r.chip.clock_Hz;
    r.chip.cache_Bps = 1e14;
    r.cls.step_ck = 0.0;
    r.chip.tdp_W = 5000.0;
    rig_build(&r);
    r.machine.mem.read_Bps *= 16.0, r.machine.mem.mixed_Bps *= 16.0; /* nothing waits for memory */
    struct f2f_op full = gemm(256.0, 512.0, 32768.0, F2F_DTYPE_BF16), few = full, over = full;
    few.m = 200.0, over.m = 257.0;
    near(time_of(&r, &few), time_of(&r, &full), 0.02);
    assert_true(time_of(&r, &over) > 1.6 * time_of(&r, &full));
    double clocks = 32768.0; /* one for each element of k */
    assert_true(time_of(&r, &full) >= clocks / r.chip.clock_Hz);
    near(time_of(&r, &full), (clocks + r.cls.launch_ck + r.cls.tile_ck) / r.chip.clock_Hz, 0.05);
    /* Folded to fewer rows, a skinny product fills more columns. */
    struct f2f_op skinny = gemm(16.0, 65536.0, 8192.0, F2F_DTYPE_BF16);
    double before_s = time_of(&r, &skinny);
    r.chip.array.least_rows = 64;
    assert_true(time_of(&r, &skinny) < 0.5 * before_s);
}

static void wider_tiles_need_the_scratchpad(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 5000.0;
    /* 107 tiles of 128 x 192 fill one wave; 160 of 128 x 128 take two. */
    struct f2f_op op = gemm(512.0, 5120.0, 8192.0, F2F_DTYPE_BF16);
    double registers_s = time_of(&r, &op);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    assert_true(time_of(&r, &op) < 0.9 * registers_s);
    struct f2f_op attend = attention(F2F_OP_ATTN_PREFILL, 4.0, 8192.0, 8192.0);
    double hidden_s = time_of(&r, &attend);
    r.chip.operands = F2F_OPERANDS_REGISTERS;
    assert_true(time_of(&r, &attend) > hidden_s); /* bubbles between products and soft-max */
}

/* What shows of the start and the end of each tile falls from registers over the scratchpad to pairs, whose sums lie
 * outside registers; the first and the last of a unit show everywhere. */
static void ends_of_tiles_overlap(void **state) {
    (void)state;
    const int kinds[] = {F2F_OPERANDS_REGISTERS, F2F_OPERANDS_SCRATCHPAD, F2F_OPERANDS_PAIRED};
    double many_s[3], one_s[3];
    struct rig r;
    for (int i = 0; i < 3; i++) {
        rig_describe(&r);
        r.chip.tdp_W = 50000.0;
        r.cls.step_ck = 0.0;
        r.cls.unit_B_per_ck = 1e4;
        r.chip.operands = kinds[i];
        rig_build(&r);
        r.machine.mem.read_Bps *= 100.0, r.machine.mem.mixed_Bps *= 100.0;
        /* 9 waves of 256 x 128, and one. */
        struct f2f_op many = gemm(2816.0, 13824.0, 512.0, F2F_DTYPE_BF16), one = many;
        one.n = 1536.0;
        many_s[i] = time_of(&r, &many);
        one_s[i] = time_of(&r, &one);
    }
    double tile_s = r.cls.tile_ck / r.chip.clock_Hz;
    near(many_s[0] - many_s[1], 8.0 * 0.5 * tile_s, 0.15); /* tiles may differ */
    near(many_s[1] - many_s[2], 8.0 * 0.5 * tile_s, 0.15);
    near(one_s[1], one_s[0], 0.15);
    near(one_s[2], one_s[0], 0.15);
}

/* A cast by kernels of its own waits for its bytes, and for five operations of an element: two loads, the largest
 * magnitude, the conversion and a store. */
static void casts_are_elementwise(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 50000.0;
    struct f2f_op as_is = gemm(65536.0, 1024.0, 16384.0, F2F_DTYPE_FP8), cast = as_is;
    cast.cast = true;
    cast.kernels = F2F_KERNELS_TRTLLM;
    double elements = 65536.0 * 16384.0, bytes_s = f2f_dtype_B(F2F_DTYPE_BF16) * 2.0 + 1.0;
    bytes_s *= elements / (r.machine.mem.mixed_Bps * r.cls.stream_frac);
    double ops_s = 5.0 * elements / (132.0 * r.cls.elements_per_ck * r.chip.clock_Hz);
    near(time_of(&r, &cast) - time_of(&r, &as_is), bytes_s + ops_s + 9e-6, 0.02);
}

/* vLLM's own kernels have one tile for so many rows and columns, and do not split k. */
static void vllm_takes_its_own_tiles(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 50000.0;
    struct f2f_op any = gemm(256.0, 1024.0, 65536.0, F2F_DTYPE_FP8), own = any;
    own.kernels = F2F_KERNELS_VLLM;
    near(time_of(&r, &own), time_of(&r, &any), 1e-12); /* on another vendor's chip the library's */
    struct f2f_op experts = own, any_experts = any;
    experts.groups = any_experts.groups = 8.0;
    r.chip.compute_capability = 9.0;
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    near(time_of(&r, &experts), time_of(&r, &any_experts), 1e-12); /* have kernels of their own */
    assert_true(time_of(&r, &own) > 3.0 * time_of(&r, &any)); /* 16 tiles of 128 x 128 for 132 units */
    double tile_s = 65536.0 * 2.0 * 128.0 * 128.0 / (r.chip.peak_flops[F2F_DTYPE_FP8] / 132.0);
    assert_true(time_of(&r, &own) > tile_s && time_of(&r, &own) < 1.3 * tile_s);
    own.compute = any.compute = own.weight = any.weight = F2F_DTYPE_BF16;
    near(time_of(&r, &own), time_of(&r, &any), 1e-12);
}

/* On Ada columns pick as well: 256 x 128 up to 8,192 of them, else 128 x 128. An element ends in 0.85 clocks for each
 * of a tile's warps below each other: four and two. */
static void vllm_has_tiles_for_ada(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 50000.0;
    r.chip.compute_capability = 8.9;
    r.cls.step_ck = 0.0, r.cls.unit_B_per_ck = 1e4;
    r.machine.mem.read_Bps *= 100.0, r.machine.mem.mixed_Bps *= 100.0;
    struct f2f_op few = gemm(512.0, 8192.0, 65536.0, F2F_DTYPE_FP8), more = few; /* 128 and 260 tiles for 132 units */
    more.n += 128.0;
    few.kernels = more.kernels = F2F_KERNELS_VLLM;
    double unit_flops = r.chip.peak_flops[F2F_DTYPE_FP8] * r.cls.narrow_frac / 132.0;
    double loop_s = 65536.0 * 2.0 * 256.0 * 128.0 / unit_flops, end_s = 256.0 * 128.0 * 0.85 / r.chip.clock_Hz;
    near(time_of(&r, &few), loop_s + 4.0 * end_s, 0.02);
    near(time_of(&r, &more), loop_s + 2.0 * end_s, 0.02);
    few.m = 16.0; /* 128 tiles of 16 x 64 */
    assert_true(time_of(&r, &few) < 0.1 * time_of(&r, &more));
}

/* TensorRT-LLM's few rows of fp8 on Ada: a multiplication, two operations to widen the input and four to widen the
 * weight, two FLOP each; streamed at what the memory delivers. */
static void few_rows_on_ada_need_no_tiles(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.compute_capability = 8.9;
    struct f2f_op op = gemm(8.0, 8192.0, 16384.0, F2F_DTYPE_FP8), tiled = op, more = op;
    op.kernels = more.kernels = F2F_KERNELS_TRTLLM;
    more.m = 9.0;
    double weights = 8192.0 * 16384.0, work_s = weights * (8.0 * 3.0 + 4.0) * 2.0 / r.chip.vector_flops;
    double read_s = weights / r.machine.mem.read_Bps;
    near(time_of(&r, &op), fmax(work_s, read_s) + (1.0 - r.cls.overlap_frac) * fmin(work_s, read_s), 0.1);
    r.machine.mem.read_Bps *= 100.0, r.machine.mem.mixed_Bps *= 100.0;
    near(time_of(&r, &op), work_s, 0.1);
    assert_true(time_of(&r, &tiled) < 0.7 * time_of(&r, &op));
    near(time_of(&r, &more) / time_of(&r, &tiled), 1.0, 0.01);
    r.chip.compute_capability = 9.0; /* Hopper has no such kernel */
    assert_true(time_of(&r, &op) < 0.7 * work_s);
}

/* One more element of k is never faster, whatever splits of k there are. */
static void longer_products_take_longer(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    double last_s = 0.0;
    for (double k = 1.0; k <= 4096.0; k++) {
        struct f2f_op op = gemm(64.0, 512.0, k, F2F_DTYPE_BF16);
        double time_s = time_of(&r, &op);
        assert_true(time_s >= last_s);
        last_s = time_s;
    }
}

static void nominal_clocks_are_of_chips(void **state) {
    (void)state;
    struct rig r;
    f2f_error err;
    rig_make(&r);
    r.cls.nominal_clock_Hz = 1.0;
    assert_int_equal(f2f_machine_make(&r.machine, &r.system, &err), F2F_EINPUT);
    r.cls.nominal_clock_Hz = 0.0;
    assert_int_equal(f2f_machine_make(&r.machine, &r.system, &err), F2F_OK);
}

/* A product that its way from the cache binds: two units of a pair fetch 3/4 of what they would alone. */
static void pairs_share_an_operand(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 50000.0;
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.cache_Bps = 2e12;
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    double alone_s = time_of(&r, &op);
    r.chip.operands = F2F_OPERANDS_PAIRED;
    near(time_of(&r, &op) / alone_s, 2.0 / 3.0, 0.15); /* 128 + 256 / 2 columns instead of 128 + 256 */
}

/* Each of two dies fetches half of its half from the other. */
static void chiplets_share_memory_over_their_link(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(1.0, 65536.0, 16384.0, F2F_DTYPE_BF16);
    double one_s = time_of(&r, &op), weights_B = f2f_op_weight_B(&op);
    r.chip.chiplets = (struct f2f_chiplets){.dies = 2, .link_Bps = 5e12};
    near(time_of(&r, &op), one_s, 1e-12); /* wide enough */
    r.chip.chiplets.link_Bps = 0.1e12;
    near(time_of(&r, &op), weights_B / 4.0 / 0.1e12, 0.02);
    r.chip.chiplets.dies = 4;
    near(time_of(&r, &op), weights_B / 4.0 * 0.75 / 0.1e12, 0.02);
}

static void inline_ecc_takes_its_share(void **state) {
    (void)state;
    struct rig plain, ecc;
    rig_make(&plain);
    rig_describe(&ecc);
    ecc.chip.memory.inline_ecc_frac = 1.0 / 16.0;
    rig_build(&ecc);
    near(ecc.machine.mem.read_Bps, plain.machine.mem.read_Bps * 15.0 / 16.0, 1e-12);
    near(ecc.machine.mem.mixed_Bps, plain.machine.mem.mixed_Bps * 15.0 / 16.0, 1e-12);
    near(ecc.machine.mem.peak_Bps, plain.machine.mem.peak_Bps, 1e-12);
}

/* DeepSeek-V3: 512 latent and 64 position elements a token, 128 heads share them. */
static void latents_are_keys_and_values(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 1.0, 1.0, 1000.0);
    op.q_heads = 128.0, op.kv_heads = 1.0, op.head_dim = 64.0, op.latent_dim = 512.0;
    near(f2f_op_kv_B(&op), 1000.0 * 576.0 * 2.0, 1e-12);
    near(f2f_op_flop(&op), 2.0 * 128.0 * (576.0 + 512.0) * 1000.0, 1e-12);
    struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
    assert_true(c.time_s >= f2f_op_kv_B(&op) / r.machine.mem.peak_Bps);
    assert_true(c.time_s >= c.flop / 989.4e12);
}

/* FlashAttention-3 and FlashMLA multiply 64 rows for however few heads share keys, which binds if memory is fast. */
static void padded_rows_bind_beside_fast_memory(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.compute_capability = 9.0;
    r.chip.tdp_W = 50000.0;
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 1024.0, 1.0, 8192.0), other = op;
    op.kernels = F2F_KERNELS_VLLM, other.kernels = F2F_KERNELS_ANY;
    double flop = 1024.0 * op.kv_heads * 64.0 * 8192.0 * 4.0 * op.head_dim, before_s = time_of(&r, &op);
    assert_true(before_s > 1.5 * flop / r.chip.peak_flops[F2F_DTYPE_BF16]); /* the cache takes longer */
    r.machine.mem.kv_Bps *= 100.0;
    near(time_of(&r, &op), flop / r.chip.peak_flops[F2F_DTYPE_BF16], 0.25);
    near(time_of(&r, &other), time_of(&r, &op), 0.25);
    other.kernels = F2F_KERNELS_TRTLLM, other.q_heads = other.kv_heads; /* has kernels without padding */
    assert_true(time_of(&r, &other) < 0.7 * time_of(&r, &op));
}

static void engines_differ_in_their_kernels(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(64.0, 4096.0, 4096.0, F2F_DTYPE_FP8), vllm = op, trtllm = op;
    vllm.kernels = f2f_kernels_find("vllm"), trtllm.kernels = f2f_kernels_find("trtllm");
    near(time_of(&r, &vllm), time_of(&r, &trtllm), 1e-12); /* nothing to cast */
    vllm.cast = trtllm.cast = true;
    near(time_of(&r, &trtllm) - time_of(&r, &vllm), r.cls.trtllm_cast_s - r.cls.launch_ck / r.chip.clock_Hz, 1e-9);
    struct f2f_op any = attention(F2F_OP_ATTN_PREFILL, 1.0, 8192.0, 8192.0), fast = any, slow = any, flash = any;
    fast.kernels = F2F_KERNELS_VLLM, slow.kernels = F2F_KERNELS_TRTLLM, flash.kernels = f2f_kernels_find("sglang");
    assert_true(time_of(&r, &fast) < time_of(&r, &any));
    assert_true(time_of(&r, &any) < time_of(&r, &slow));
    assert_true(time_of(&r, &flash) == time_of(&r, &fast));
    assert_int_equal(f2f_kernels_find("flashinfer"), flash.kernels);
    r.chip.operands = F2F_OPERANDS_PAIRED; /* all run the same */
    assert_true(time_of(&r, &fast) == time_of(&r, &slow) && time_of(&r, &flash) == time_of(&r, &slow));
}

/* Work beside products takes power: where that binds the slower kernel has no higher clock for being slow. */
static void slower_attention_takes_more_power(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op fast = attention(F2F_OP_ATTN_PREFILL, 8.0, 8192.0, 8192.0), slow = fast;
    fast.kernels = F2F_KERNELS_VLLM, slow.kernels = F2F_KERNELS_TRTLLM;
    r.chip.tdp_W = 50000.0;
    double apart = f2f_machine_op(&r.machine, &slow).energy_J / f2f_machine_op(&r.machine, &fast).energy_J;
    assert_true(apart > 1.1);
    double by_speed = time_of(&r, &slow) / time_of(&r, &fast);
    assert_true(by_speed > 1.1);
    r.chip.tdp_W = 300.0;
    assert_true(time_of(&r, &slow) > by_speed * time_of(&r, &fast));
}

/* A library's kernel is just that: no rotary embedding, no write to a cache, no page tables. */
static void libraries_have_the_kernel_alone(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op engine = attention(F2F_OP_ATTN_DECODE, 16.0, 1.0, 4096.0), library = engine;
    library.no_cache = true;
    double before_s = (r.cls.decode_ck - r.cls.launch_ck) / f2f_chip_clock_Hz(&r.chip);
    assert_true(before_s > 1e-6);
    near(time_of(&r, &engine) - time_of(&r, &library), before_s, 0.02);
}

/* Gaudi 3's bf16 is four times as fast as its fp16, which 8-bit integers must not fall to. */
static void narrow_formats_run_in_the_faster_half(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.peak_flops[F2F_DTYPE_INT8] = 0.0;
    r.chip.peak_flops[F2F_DTYPE_FP16] = 0.25 * r.chip.peak_flops[F2F_DTYPE_BF16];
    assert_int_equal(f2f_chip_native_format(&r.chip, F2F_DTYPE_INT8), F2F_DTYPE_BF16);
    assert_int_equal(f2f_chip_native_format(&r.chip, F2F_DTYPE_FP16), F2F_DTYPE_FP16); /* as asked */
    r.chip.peak_flops[F2F_DTYPE_FP16] = 2.0 * r.chip.peak_flops[F2F_DTYPE_BF16];
    assert_int_equal(f2f_chip_native_format(&r.chip, F2F_DTYPE_INT8), F2F_DTYPE_FP16);
}

static void memory_of_operators_changes_nothing(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op ops[N_SAMPLES];
    rig_make(&r);
    samples(ops);
    f2f_arena *arena = f2f_arena_new();
    struct f2f_memo *memo = f2f_memo_new(arena, &r.machine);
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < 20000; i++) { /* more than it holds */
            struct f2f_op op = ops[i % N_SAMPLES];
            op.m += i / N_SAMPLES, op.batch += i / N_SAMPLES, op.rows += i / N_SAMPLES;
            if (pass < 2 && i % 97) continue;
            struct f2f_op_cost a = f2f_machine_op(&r.machine, &op), b = f2f_memo_op(memo, &op);
            assert_true(a.time_s == b.time_s && a.mem_B == b.mem_B && a.energy_J == b.energy_J && a.bound == b.bound);
        }
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8), quiet = op, known = op;
    op.act = quiet.act = known.act = F2F_DTYPE_BF16;
    op.cast = quiet.cast = known.cast = known.known_scale = true;
    quiet.flop_energy = 0.5;
    double any_J = f2f_memo_op(memo, &op).energy_J, any_s = f2f_memo_op(memo, &op).time_s;
    assert_true(f2f_memo_op(memo, &quiet).energy_J < 0.9 * any_J && f2f_memo_op(memo, &known).time_s < any_s);
    f2f_arena_free(arena);
}

/* Two operators that differ in one number alone are not taken for each other. */
static void memory_tells_each_number_apart(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op ops[N_SAMPLES];
    rig_make(&r);
    r.cls.exp_ops = 40.0;
    samples(ops);
    static const size_t numbers[] = {offsetof(struct f2f_op, m),           offsetof(struct f2f_op, n),
                                     offsetof(struct f2f_op, k),           offsetof(struct f2f_op, groups),
                                     offsetof(struct f2f_op, experts),     offsetof(struct f2f_op, copies),
                                     offsetof(struct f2f_op, flop_energy), offsetof(struct f2f_op, runs),
                                     offsetof(struct f2f_op, param_elems), offsetof(struct f2f_op, batch),
                                     offsetof(struct f2f_op, q_len),       offsetof(struct f2f_op, kv_len),
                                     offsetof(struct f2f_op, q_heads),     offsetof(struct f2f_op, head_dim),
                                     offsetof(struct f2f_op, latent_dim),  offsetof(struct f2f_op, window),
                                     offsetof(struct f2f_op, rows),        offsetof(struct f2f_op, read_elems),
                                     offsetof(struct f2f_op, write_elems), offsetof(struct f2f_op, flop_per_elem),
                                     offsetof(struct f2f_op, wide_elems),  offsetof(struct f2f_op, exps_per_elem),
                                     offsetof(struct f2f_op, bytes_B)};
    f2f_arena *arena = f2f_arena_new();
    struct f2f_memo *memo = f2f_memo_new(arena, &r.machine);
    for (int i = 0; i < N_SAMPLES; i++)
        for (size_t f = 0; f < sizeof numbers / sizeof numbers[0]; f++) {
            struct f2f_op other = ops[i];
            double *number = (double *)((char *)&other + numbers[f]);
            *number = *number > 0.0 ? 2.0 * *number : 1.0;
            (void)f2f_memo_op(memo, &ops[i]);
            assert_true(f2f_memo_op(memo, &other).time_s == f2f_machine_op(&r.machine, &other).time_s);
        }
    f2f_arena_free(arena);
}

static void explained_time_is_the_time(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op ops[N_SAMPLES];
    rig_make(&r);
    samples(ops);
    f2f_arena *arena = f2f_arena_new();
    for (int i = 0; i < N_SAMPLES; i++) {
        struct f2f_record *record = f2f_record_new(arena, "test");
        f2f_machine_explain(record, &r.machine, &ops[i]);
        near(f2f_share_sum(record->shares), time_of(&r, &ops[i]), 1e-9);
    }
    f2f_arena_free(arena);
}

/* What is told as cast is what the product takes less with its input cast already, where power binds neither. */
static void casts_are_told_apart(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(64.0, 8192.0, 8192.0, F2F_DTYPE_FP8), cast = op;
    op.act = cast.act = F2F_DTYPE_BF16;
    op.cast = false;
    cast.cast = true;
    double cast_s = f2f_machine_cast_s(&r.machine, &cast);
    assert_true(cast_s > 1e-6);
    near(time_of(&r, &cast) - time_of(&r, &op), cast_s, 1e-9);
    near(f2f_machine_cast_s(&r.machine, &op), 0.0, 1e-15);
    struct f2f_op known = cast; /* one start and one pass instead of two: 3 of 5 bytes and operations, eight at once */
    known.known_scale = true;
    double start_s = r.cls.launch_ck / r.chip.clock_Hz;
    double one_s = cast.m * cast.k / r.chip.units / r.cls.elements_per_ck / r.chip.clock_Hz;
    double moved_s = 0.6 * (cast_s - 2.0 * start_s - 5.0 * one_s);
    near(f2f_machine_cast_s(&r.machine, &known), start_s + moved_s + 3.0 / 8.0 * one_s, 1e-9);
    cast.compute = cast.weight = F2F_DTYPE_BF16;
    near(f2f_machine_cast_s(&r.machine, &cast), 0.0, 1e-15);
}

/* A cast is the same for however wide a product, also where power binds, which tiles of the product go by. */
static void casts_know_no_tiles(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    for (r.chip.tdp_W = 150.0; r.chip.tdp_W < 700.0; r.chip.tdp_W += 50.0)
        for (double m = 128.0; m < 5000.0; m *= 1.5) {
            struct f2f_op op = gemm(floor(m), 256.0, 8192.0, F2F_DTYPE_FP8);
            op.act = F2F_DTYPE_BF16, op.cast = true;
            double cast_s = f2f_machine_cast_s(&r.machine, &op);
            for (op.n = 512.0; op.n < 20000.0; op.n += 384.0) near(f2f_machine_cast_s(&r.machine, &op), cast_s, 1e-9);
        }
}

/* GeForce's units add up in 32 bit at half their rate: products take twice as long, what is beside them does not. */
static void halved_sums_hide_what_is_beside(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.chip.tdp_W = 1e5; /* no limit */
    r.cls.softmax_flop = 0.0;
    r.chip.compute_capability = 8.9;
    r.chip.peak_flops[F2F_DTYPE_INT8] = 2.0 * r.chip.peak_flops[F2F_DTYPE_BF16];
    rig_build(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_PREFILL, 8.0, 32768.0, 32768.0);
    double whole_s = time_of(&r, &op), beside = 1.0 / r.cls.attention_frac - 1.0;
    r.chip.peak_flops[F2F_DTYPE_BF16] *= 0.5;
    near(time_of(&r, &op) / whole_s, (2.0 + beside) / (1.0 + beside), 0.02);
    r.chip.peak_flops[F2F_DTYPE_INT8] *= 0.5; /* a chip that is slower altogether */
    near(time_of(&r, &op) / whole_s, 2.0, 0.02);
}

static void uncertainty_is_that_of_the_kind(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(1.0, 4096.0, 4096.0, F2F_DTYPE_BF16);
    near(f2f_machine_uncertainty(&r.machine, &op).p90, 1.0, 1e-12); /* not known */
    r.cls.errors.gemm = (struct f2f_residuals){0.9, 1.2};
    near(f2f_machine_uncertainty(&r.machine, &op).p10, 0.9, 1e-12);
    near(f2f_machine_uncertainty(&r.machine, &op).p90, 1.2, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(arrays_work_in_their_own_shape),
                                       cmocka_unit_test(wider_tiles_need_the_scratchpad),
                                       cmocka_unit_test(ends_of_tiles_overlap),
                                       cmocka_unit_test(casts_are_elementwise),
                                       cmocka_unit_test(vllm_takes_its_own_tiles),
                                       cmocka_unit_test(vllm_has_tiles_for_ada),
                                       cmocka_unit_test(few_rows_on_ada_need_no_tiles),
                                       cmocka_unit_test(casts_are_told_apart),
                                       cmocka_unit_test(casts_know_no_tiles),
                                       cmocka_unit_test(longer_products_take_longer),
                                       cmocka_unit_test(nominal_clocks_are_of_chips),
                                       cmocka_unit_test(pairs_share_an_operand),
                                       cmocka_unit_test(chiplets_share_memory_over_their_link),
                                       cmocka_unit_test(inline_ecc_takes_its_share),
                                       cmocka_unit_test(latents_are_keys_and_values),
                                       cmocka_unit_test(padded_rows_bind_beside_fast_memory),
                                       cmocka_unit_test(engines_differ_in_their_kernels),
                                       cmocka_unit_test(slower_attention_takes_more_power),
                                       cmocka_unit_test(halved_sums_hide_what_is_beside),
                                       cmocka_unit_test(libraries_have_the_kernel_alone),
                                       cmocka_unit_test(narrow_formats_run_in_the_faster_half),
                                       cmocka_unit_test(memory_of_operators_changes_nothing),
                                       cmocka_unit_test(memory_tells_each_number_apart),
                                       cmocka_unit_test(explained_time_is_the_time),
                                       cmocka_unit_test(uncertainty_is_that_of_the_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
