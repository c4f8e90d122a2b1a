/* test_chip.c - operators on a machine: bounds that may not be beaten, monotony, formats, sums. */
#include "chip/tile.h"
#include "chip_rig.h"

static void roofline_is_never_beaten(void **state) {
    (void)state;
    static const enum f2f_dtype formats[] = {F2F_DTYPE_BF16, F2F_DTYPE_FP8};
    struct rig r;
    rig_make(&r);
    for (int f = 0; f < 2; f++)
        for (double m = 1.0; m <= 32768.0; m *= 2.0)
            for (double n = 512.0; n <= 65536.0; n *= 2.0)
                for (double k = 512.0; k <= 16384.0; k *= 4.0) {
                    struct f2f_op op = gemm(m, n, k, formats[f]);
                    struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
                    assert_true(c.time_s >= 2.0 * m * n * k / r.chip.peak_flops[formats[f]]);
                    assert_true(c.time_s >= f2f_op_weight_B(&op) / r.machine.mem.peak_Bps);
                }
    struct f2f_op ops[N_SAMPLES];
    samples(ops);
    for (int i = 4; i < 8; i++)
        assert_true(time_of(&r, &ops[i]) >=
                    fmax(f2f_op_flop(&ops[i]) / 989.4e12, f2f_op_kv_B(&ops[i]) / r.machine.mem.peak_Bps));
}

/* Without DRAM a chip has what its cache holds, at the cache's rate, and no memory whose energy would count. */
static void on_chip_memory_is_the_cache(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(1.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    struct f2f_op_cost dram = f2f_machine_op(&r.machine, &op);
    r.chip.memory = (struct f2f_chip_memory){.on_chip = true, .usable_frac = 0.5};
    r.chip.cache_Bps = 2.0 * r.port.peak_Bps;
    assert_int_equal(f2f_machine_make(&r.machine, &r.system, NULL), F2F_OK);
    assert_true(r.machine.mem.capacity_B == 0.5 * r.chip.cache_B && r.machine.mem.kv_Bps == r.chip.cache_Bps);
    struct f2f_op_cost sram = f2f_machine_op(&r.machine, &op);
    assert_true(sram.time_s < 0.75 * dram.time_s && sram.time_s > f2f_op_weight_B(&op) / r.chip.cache_Bps);
    assert_true(sram.energy_J < dram.energy_J);
    r.chip.boost_Hz = 1.25 * r.chip.clock_Hz; /* the port keeps up with the cache */
    assert_int_equal(f2f_machine_make(&r.machine, &r.system, NULL), F2F_OK);
    near(r.machine.mem.kv_Bps, 1.25 * r.chip.cache_Bps, 1e-12);
}

static void larger_products_are_never_faster(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    for (double n = 512.0; n <= 16384.0; n *= 2.0) {
        double before_s = 0.0;
        for (double m = 1.0; m <= 8192.0; m = ceil(1.3 * m)) {
            struct f2f_op op = gemm(m, n, 4096.0, F2F_DTYPE_BF16);
            double time_s = time_of(&r, &op);
            assert_true(time_s >= before_s * (1.0 - 1e-5)); /* the clock's bisection ends somewhere */
            before_s = time_s;
        }
    }
}

/* A library with no tile for a product takes one all the same: it takes time, and not no time. */
static void no_tile_suits(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(4096.0, 4096.0, 4096.0, F2F_DTYPE_BF16);
    struct product p = f2f_tile_product(&r.machine, &op, F2F_DTYPE_BF16);
    double best_s = f2f_tile_best(&r.machine, &p, 0.0, 1.0).compute_s;
    p.lib.least_rows = 1024.0;
    double forced_s = f2f_tile_best(&r.machine, &p, 0.0, 1.0).compute_s;
    assert_true(best_s > 0.0 && forced_s >= best_s && forced_s < 3.0 * best_s);
}

/* Changes that can only help. */
static void more_bandwidth(struct rig *r) { r->port.read_Bps *= 2.0, r->port.kv_Bps *= 2.0, r->port.mixed_Bps *= 2.0; }
static void more_rate(struct rig *r) {
    r->chip.peak_flops[F2F_DTYPE_BF16] *= 2.0, r->chip.peak_flops[F2F_DTYPE_FP8] *= 2.0;
}
static void more_power(struct rig *r) { r->chip.tdp_W *= 1.5; }
static void more_for_gathers(struct rig *r) { r->port.kv_Bps *= 1.05; }
static void faster_start(struct rig *r) { r->cls.launch_ck *= 0.5; }
static void more_cache(struct rig *r) { r->chip.cache_B *= 4.0; }

static void better_parts_are_never_slower(void **state) {
    (void)state;
    void (*const changes[])(struct rig *) = {more_bandwidth,   more_rate,    more_power,
                                             more_for_gathers, faster_start, more_cache};
    struct f2f_op ops[N_SAMPLES];
    struct rig base;
    samples(ops);
    rig_make(&base);
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++) {
        struct rig better;
        int faster = 0;
        rig_describe(&better);
        changes[c](&better);
        rig_build(&better);
        for (int i = 0; i < N_SAMPLES; i++) {
            assert_true(time_of(&better, &ops[i]) <= time_of(&base, &ops[i]) * (1.0 + 1e-5));
            faster += time_of(&better, &ops[i]) < time_of(&base, &ops[i]) * (1.0 - 1e-4);
        }
        assert_true(faster > 0); /* and each must matter to something */
    }
}

static void one_tile_more_is_one_wave_more(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.tdp_W = 5000.0; /* a lower clock would even it out */
    /* 11 x 12 tiles of 256 x 128 fill 132 units once. */
    struct f2f_op full = gemm(2816.0, 1536.0, 16384.0, F2F_DTYPE_BF16);
    struct f2f_op over = gemm(2816.0, 1664.0, 16384.0, F2F_DTYPE_BF16);
    assert_true(time_of(&r, &over) > 1.12 * time_of(&r, &full)); /* 8 % more work */
}

static void skinny_products_stream(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(1.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
    assert_int_equal(c.bound, F2F_BOUND_MEMORY);
    near(c.time_s, 2.0 * 8192.0 * 8192.0 / (r.machine.mem.read_Bps * 0.87), 0.25);
    op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    assert_int_equal(f2f_machine_op(&r.machine, &op).bound, F2F_BOUND_COMPUTE);
    op = gemm(1.0, 128.0, 256.0, F2F_DTYPE_BF16);
    assert_int_equal(f2f_machine_op(&r.machine, &op).bound, F2F_BOUND_LATENCY);
    /* Few columns, long k: k is split so that more than 6 tiles' worth of units work. */
    op = gemm(16.0, 768.0, 16384.0, F2F_DTYPE_BF16);
    double one_unit_s = (16.0 + 128.0) * 2.0 * 16384.0 / (96.0 * 1.83e9);
    assert_true(time_of(&r, &op) < 0.7 * one_unit_s);
}

/* An A100 without a limit of power. */
static void ampere_make(struct rig *r) {
    rig_describe(r);
    r->chip.operands = F2F_OPERANDS_REGISTERS;
    r->chip.compute_capability = 8.0;
    r->chip.units = 108;
    r->chip.peak_flops[F2F_DTYPE_BF16] = 312e12;
    r->chip.tdp_W = 1e4;
    rig_build(r);
}

/* cuBLAS on Ampere runs a second wave of its largest tile, where smaller tiles would take three half ones: other
 * libraries do, and kernels of experts. As long as smaller tiles need one wave they are taken, and for few rows or
 * columns, where most of a large one would be empty. */
static void ampere_runs_waves_of_large_tiles(void **state) {
    (void)state;
    struct rig r;
    ampere_make(&r);
    struct f2f_op more = gemm(512, 7168, 2048, F2F_DTYPE_BF16); /* 112 tiles of 256 x 128 */
    struct f2f_op experts = more;
    experts.experts = 1.0;
    struct f2f_op others[] = {gemm(256, 6144, 4096, F2F_DTYPE_BF16), /* 96 of 128 x 128 */
                              gemm(64, 16384, 4096, F2F_DTYPE_BF16), gemm(16384, 64, 4096, F2F_DTYPE_BF16), experts};
    for (double capability = 8.0; capability < 9.0; capability += 0.9) { /* Ampere, Ada */
        r.chip.compute_capability = 7.5;
        double more_s = time_of(&r, &more), others_s[4];
        for (int i = 0; i < 4; i++) others_s[i] = time_of(&r, &others[i]);
        r.chip.compute_capability = capability;
        assert_true(time_of(&r, &more) > 1.15 * more_s);
        for (int i = 0; i < 4; i++) near(time_of(&r, &others[i]), others_s[i], 1e-9);
    }
    f2f_arena *arena = f2f_arena_new();
    struct f2f_memo *memo = f2f_memo_new(arena, &r.machine);
    assert_true(f2f_memo_op(memo, &more).time_s > 1.15 * f2f_memo_op(memo, &experts).time_s);
    f2f_arena_free(arena);
}

/* It halves k where that makes three waves two and a half, and not where it makes four three and a half. */
static void ampere_splits_few_waves(void **state) {
    (void)state;
    struct rig r;
    ampere_make(&r);
    r.machine.mem.read_Bps = r.machine.mem.mixed_Bps = 1e15;
    struct f2f_op two = gemm(3072, 2304, 32768, F2F_DTYPE_BF16), more = two, many = two; /* 12 x 18 tiles, two waves */
    more.n = 128 * 22; /* 2.4 */
    many.n = 128 * 29; /* 3.2 */
    assert_true(time_of(&r, &more) < 1.4 * time_of(&r, &two));
    near(time_of(&r, &many), 2.0 * time_of(&r, &two), 0.02);
}

/* A second wave of large tiles is split where k is long (an A100 takes 1.6 times as long for 128 tiles as for 96 with
 * 8,192), and run whole where it is not (twice with 4,096); less than a wave is split with either. */
static void ampere_leaves_short_k_whole(void **state) {
    (void)state;
    struct rig r;
    ampere_make(&r);
    r.machine.mem.read_Bps = r.machine.mem.mixed_Bps = 1e15;
    struct f2f_op one = gemm(512, 6144, 4096, F2F_DTYPE_BF16), two = one, half = one;
    two.n = 8192;
    half.n = 4096;
    near(time_of(&r, &two), 2.0 * time_of(&r, &one), 0.05);
    assert_true(time_of(&r, &half) < 0.95 * time_of(&r, &one));
    one.k = two.k = 8192;
    assert_true(time_of(&r, &two) < 1.7 * time_of(&r, &one));
}

/* TensorRT-LLM's kernels for narrow weights before Hopper have a tile of 32 rows and parts of k that add up in the same
 * kernel, which is worth more than one launch where k is long; others' are a library's. */
static void narrow_weights_have_tiles_of_their_own(void **state) {
    (void)state;
    struct rig r;
    ampere_make(&r);
    r.chip.vector_flops = 1e12; /* no kernel on vector units, and widening shows */
    r.cls.weight_only_s = 0.0;
    r.machine.mem.read_Bps = r.machine.mem.mixed_Bps = 1e15;
    struct f2f_op few = gemm(32.0, 65536.0, 8192.0, F2F_DTYPE_BF16),
                  split = gemm(128.0, 1024.0, 16384.0, F2F_DTYPE_BF16);
    few.weight = split.weight = F2F_DTYPE_INT8;
    struct f2f_op few_library = few, split_library = split;
    few.kernels = split.kernels = F2F_KERNELS_TRTLLM;
    assert_true(time_of(&r, &few) < 0.8 * time_of(&r, &few_library));
    double whole_s = time_of(&r, &split);
    split.k += 1.0; /* no whole blocks: k is not split */
    assert_true(time_of(&r, &split) > 2.0 * whole_s);
    split_library.k += 1.0;
    assert_true(time_of(&r, &split_library) < 1.5 * whole_s);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.compute_capability = 9.0;
    near(time_of(&r, &few), time_of(&r, &few_library), 1e-9);
}

/* Of weights that are multiplied by in turn the cache keeps all that take 0.6 of it, none once they exceed it by a
 * tenth; with two partitions every other is held twice. What is kept comes at the cache's rate. */
static void a_set_of_weights_stays_in_the_cache(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(1.0, 1024.0, 1024.0, F2F_DTYPE_BF16);
    double set_B = 10.0 * f2f_op_weight_B(&op), all_B = f2f_machine_op(&r.machine, &op).mem_B;
    static const struct {
        double of_cache, read;
    } cases[] = {{0.4, 0.0}, {0.6, 0.0}, {0.85, 0.5}, {1.1, 1.0}, {2.0, 1.0}};
    op.copies = 10.0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        r.chip.cache_B = set_B / cases[i].of_cache;
        double kept_B = (1.0 - cases[i].read) * f2f_op_weight_B(&op);
        r.chip.cache_copies = 1;
        near(f2f_machine_op(&r.machine, &op).mem_B, all_B - kept_B, 1e-9);
        r.chip.cache_copies = 2;
        r.chip.cache_B *= 1.5;
        near(f2f_machine_op(&r.machine, &op).mem_B, all_B - kept_B, 1e-9);
    }
    struct f2f_op large = gemm(1.0, 65536.0, 16384.0, F2F_DTYPE_BF16);
    large.copies = 1.0;
    r.chip.cache_B = 4.0 * f2f_op_weight_B(&large);
    double kept_s = time_of(&r, &large);
    r.chip.cache_B = 0.1 * f2f_op_weight_B(&large);
    assert_true(kept_s < 0.6 * time_of(&r, &large));
    assert_true(kept_s > f2f_op_weight_B(&large) / f2f_chip_stated_cache_Bps(&r.chip, &r.cls));
}

/* Origami's Stream-K: whole waves cost the same as without, up to half a wave more costs half a wave, else a whole one.
 */
static void stream_k_halves_the_last_wave(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.units = 128;
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.array = (struct f2f_array){.rows = 128, .columns = 128}; /* one shape of tile, or twice it */
    struct f2f_op whole = gemm(2048.0, 2048.0, 16384.0, F2F_DTYPE_BF16), more = whole, half = whole, most = whole;
    more.n += 128.0; /* 272 tiles */
    half.n = 2560.0; /* 320 */
    most.n = 2688.0; /* 336 */
    double tiles_s = time_of(&r, &whole), more_tiles_s = time_of(&r, &more), most_tiles_s = time_of(&r, &most);
    r.chip.decomposition = F2F_DECOMPOSITION_STREAM_K;
    near(time_of(&r, &whole), tiles_s, 1e-9);
    near(time_of(&r, &most), most_tiles_s, 1e-9);
    assert_true(more_tiles_s > 1.25 * tiles_s);
    assert_true(time_of(&r, &more) < 0.95 * more_tiles_s && time_of(&r, &more) > 1.1 * tiles_s);
    assert_true(time_of(&r, &half) < 1.1 * time_of(&r, &more)); /* as many steps, a sixth more traffic */
    /* One tile is cut in 16. */
    struct f2f_op one = gemm(128.0, 128.0, 65536.0, F2F_DTYPE_BF16);
    double alone_s = 65536.0 * 2.0 * 128.0 * 128.0 * 128.0 / 989e12;
    assert_true(time_of(&r, &one) < 0.2 * alone_s && time_of(&r, &one) > alone_s / 16.0);
}

/* Where a block of the largest tile fills a unit its result is written while nothing is multiplied. */
static void results_of_the_largest_tiles_are_written_alone(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(65536.0, 8192.0, 512.0, F2F_DTYPE_BF16);
    double products_s = f2f_op_flop(&op) / 989.4e12, result_s = 65536.0 * 8192.0 * 2.0 / r.machine.mem.mixed_Bps;
    r.chip.tdp_W = 1e4;
    double beside_s = time_of(&r, &op);
    r.chip.unit_registers_B = 512.0 * 1024.0;
    assert_true(time_of(&r, &op) > products_s + result_s &&
                time_of(&r, &op) > beside_s + 0.5 * result_s); /* larger tiles save some */
}

/* A unit that takes less from the cache feeds its tile no faster. */
static void a_unit_takes_no_more_than_it_can_fetch(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(4096.0, 4096.0, 8192.0, F2F_DTYPE_BF16);
    double free_s = time_of(&r, &op);
    r.chip.unit_fetch_Bps = 1e9; /* tiles of 256 x 256 at most read what a unit multiplies least often */
    assert_true(time_of(&r, &op) > 4096.0 * 4096.0 * 8192.0 * (2.0 / 256.0 + 2.0 / 256.0) / 1e9 / r.chip.units);
    r.chip.unit_fetch_Bps = 1e15;
    assert_true(time_of(&r, &op) <= free_s);
}

/* vLLM's cast gives each row a block, which a short row does not fill. */
static void short_rows_are_cast_no_faster(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    for (int k = 512; k <= 4096; k *= 2) {
        struct f2f_op op = gemm(16384.0, 128.0, k, F2F_DTYPE_FP8), cast = op;
        op.kernels = cast.kernels = F2F_KERNELS_VLLM;
        op.act = F2F_DTYPE_FP8;
        cast.cast = true;
        double elements = 16384.0 * fmax(k, 2048.0), ops_s = 5.0 * elements / 132.0 / (8.0 * 1.83e9);
        double bytes_B = 16384.0 * k * 5.0;
        near(time_of(&r, &cast) - time_of(&r, &op) - r.cls.launch_ck / 1.83e9, ops_s, 0.2 + bytes_B / 3e12 / ops_s);
    }
}

/* Training multiplies a cast input along its other side too: two copies where units read 8 bits with k innermost only
 * or scales belong to blocks of k, one on Blackwell and on arrays. */
static void training_casts_a_second_copy(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = gemm(16384.0, 4096.0, 4096.0, F2F_DTYPE_FP8), once = op;
    op.cast = once.cast = true;
    op.kernels = F2F_KERNELS_TE;
    double copy_B = 16384.0 * 4096.0;
    r.chip.cache_B = 0.0; /* two passes of bf16 and both copies from and to memory, five operations for 8 elements */
    near(f2f_machine_cast_s(&r.machine, &op),
         2.0 * 4000.0 / 1.83e9 + 6.0 * copy_B / 2970e9 + 5.0 * copy_B / 8.0 / 132.0 / (8.0 * 1.83e9), 1e-9);
    near(f2f_machine_op(&r.machine, &op).mem_B - f2f_machine_op(&r.machine, &once).mem_B, copy_B, 1e-9);
    r.chip.operands = F2F_OPERANDS_PAIRED;
    near(f2f_machine_op(&r.machine, &op).mem_B, f2f_machine_op(&r.machine, &once).mem_B, 1e-12);
    assert_true(f2f_machine_cast_s(&r.machine, &op) < f2f_machine_cast_s(&r.machine, &once)); /* 16 bytes a thread */
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.array = (struct f2f_array){.rows = 128, .columns = 128};
    near(f2f_machine_op(&r.machine, &op).mem_B, f2f_machine_op(&r.machine, &once).mem_B, 1e-12);
}

/* Where software blocks for the cache, a chip of few units does not read its operands again and again. */
static void blocking_saves_rereads(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op op = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    rig_make(&r);
    r.chip.units = 4;
    double walked_B = f2f_machine_op(&r.machine, &op).mem_B, once_B = 3.0 * 2.0 * 8192.0 * 8192.0;
    assert_true(walked_B > 5.0 * once_B);
    r.cls.blocked_frac = 0.5; /* 25 MB of 134 MB: one operand is read 134 / 25 times */
    double operand_B = 2.0 * 8192.0 * 8192.0;
    near(f2f_machine_op(&r.machine, &op).mem_B, once_B + operand_B * (operand_B / 25e6 - 1.0), 1e-9);
    r.chip.cache_B = 1e9;
    near(f2f_machine_op(&r.machine, &op).mem_B, once_B, 1e-9);
}

static void groups_read_their_own_weights(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op one = gemm(64.0, 4096.0, 4096.0, F2F_DTYPE_BF16), eight = one;
    eight.groups = 8.0;
    struct f2f_op_cost a = f2f_machine_op(&r.machine, &one), b = f2f_machine_op(&r.machine, &eight);
    near(a.flop, b.flop, 1e-12);
    near(b.mem_B - a.mem_B, 7.0 * 2.0 * 4096.0 * 4096.0, 1e-9);
    assert_true(b.time_s > 4.0 * a.time_s);
}

static void formats_fall_back(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op fp8 = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_FP8),
                  bf16 = gemm(8192.0, 8192.0, 8192.0, F2F_DTYPE_BF16);
    assert_true(time_of(&r, &fp8) < 0.75 * time_of(&r, &bf16));
    struct f2f_op cast = fp8;
    cast.cast = true;
    assert_true(time_of(&r, &cast) > time_of(&r, &fp8));
    r.chip.peak_flops[F2F_DTYPE_FP8] = 0.0; /* like an A100 */
    assert_true(time_of(&r, &fp8) >= 0.9 * time_of(&r, &bf16));
    near(time_of(&r, &cast), time_of(&r, &fp8), 1e-12); /* nothing to cast to */
    /* fp16 stands in for bf16, and the vector units for a missing matrix unit. */
    double bf16_s = time_of(&r, &bf16);
    r.chip.peak_flops[F2F_DTYPE_FP16] = 989.4e12;
    r.chip.peak_flops[F2F_DTYPE_BF16] = 0.0;
    near(time_of(&r, &bf16), bf16_s, 1e-12);
    r.chip.peak_flops[F2F_DTYPE_FP16] = 0.0;
    assert_true(time_of(&r, &bf16) >= 2.0 * pow(8192.0, 3.0) / 67e12);
}

static void narrow_weights_stream_faster(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op wide = gemm(1.0, 65536.0, 8192.0, F2F_DTYPE_BF16), int4 = wide;
    int4.weight = F2F_DTYPE_INT4;
    assert_true(time_of(&r, &int4) < 0.45 * time_of(&r, &wide));
    wide = gemm(1.0, 512.0, 512.0, F2F_DTYPE_BF16), int4 = wide, int4.weight = F2F_DTYPE_INT4;
    double int4_s = time_of(&r, &int4);
    assert_true(int4_s < time_of(&r, &wide));
    int4.kernels = F2F_KERNELS_TRTLLM; /* whose setup is not worth it */
    near(time_of(&r, &int4), int4_s + 8e-6, 1e-9);
}

/* A few rows by narrow weights take the vector units, as long as they are the faster way. */
static void narrow_weights_of_few_rows_need_no_tiles(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.port.read_Bps = r.port.mixed_Bps = 1e15; /* compute alone */
    rig_build(&r);
    struct f2f_op one = gemm(1.0, 65536.0, 8192.0, F2F_DTYPE_BF16), many = gemm(16.0, 65536.0, 8192.0, F2F_DTYPE_BF16);
    one.weight = many.weight = F2F_DTYPE_INT4;
    double ends_s = 5500.0 / 1.83e9, each_s = 65536.0 * 8192.0 / (0.5 * 67e12); /* a launch, the start of a tile */
    near(time_of(&r, &one), ends_s + 1.5 * each_s, 0.02);
    assert_true(time_of(&r, &many) < 8.0 * time_of(&r, &one));
    r.chip.vector_flops *= 0.1;
    assert_true(time_of(&r, &one) < ends_s + 13.0 * each_s); /* not 15: tiles where vectors are slow */
}

static void decode_streams_the_cache(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 16384.0), narrow = op, twice = op;
    struct f2f_op_cost c = f2f_machine_op(&r.machine, &op);
    assert_int_equal(c.bound, F2F_BOUND_MEMORY);
    near(c.mem_B, 64.0 * 16384.0 * 2.0 * 8.0 * 128.0 * 2.0, 0.001);
    narrow.kv = F2F_DTYPE_FP8;
    near(time_of(&r, &narrow), 0.6 * c.time_s, 0.15); /* it is widened */
    twice.kv_len *= 2.0;
    near(time_of(&r, &twice), 2.0 * c.time_s, 0.03);
}

/* Query heads that read the cache each for itself: slower by what the chip's cache delivers less than as many times the
 * memory, unless no two share it. */
static void lone_heads_read_again(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op shared = attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 16384.0), lone = shared;
    lone.lone_heads = true;
    double times = shared.q_heads / shared.kv_heads, ratio = time_of(&r, &lone) / time_of(&r, &shared);
    assert_true(times > 1.0 && ratio > 1.2 && ratio < times);
    shared.kv_heads = lone.kv_heads = shared.q_heads;
    near(time_of(&r, &lone), time_of(&r, &shared), 1e-12);
}

/* Such heads are products of vectors. In 8 bit, widened for each, vector units bind: half of them, twice the time; in
 * 16 bit they do not. */
static void lone_heads_are_vectors(void **state) {
    (void)state;
    static const enum f2f_dtype formats[] = {F2F_DTYPE_FP8, F2F_DTYPE_FP16};
    for (int i = 0; i < 2; i++) {
        struct rig r;
        rig_make(&r);
        struct f2f_op lone = attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 16384.0);
        lone.kv = formats[i];
        lone.lone_heads = true;
        double whole_s = time_of(&r, &lone);
        r.chip.vector_flops *= 0.5;
        double ratio = time_of(&r, &lone) / whole_s;
        assert_true(i == 0 ? ratio > 1.75 && ratio < 2.001 : ratio < 1.05);
    }
}

static void chunks_cost_no_less_than_the_whole(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op whole = attention(F2F_OP_ATTN_PREFILL, 1.0, 8192.0, 8192.0);
    double chunks_s = 0.0;
    for (double end = 1024.0; end <= 8192.0; end += 1024.0) {
        struct f2f_op chunk = attention(F2F_OP_ATTN_PREFILL, 1.0, 1024.0, end);
        chunks_s += time_of(&r, &chunk);
    }
    assert_true(chunks_s >= time_of(&r, &whole));
    struct f2f_op windowed = whole;
    windowed.window = 1024.0;
    assert_true(time_of(&r, &windowed) < 0.5 * time_of(&r, &whole));
}

/* Few sequences over an 8-bit cache: only TensorRT-LLM's kernel for operands from registers leaves units idle. */
static void a_cache_that_is_not_split_is_read_by_few(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 1.0, 1.0, 65536.0);
    op.kv = F2F_DTYPE_FP8;
    op.kernels = F2F_KERNELS_TRTLLM;
    r.chip.operands = F2F_OPERANDS_REGISTERS;
    double one_s = time_of(&r, &op), block_s = f2f_op_kv_B(&op) / op.kv_heads / (6.4 * 1.83e9);
    assert_true(one_s > block_s);
    op.batch = 4.0;
    near(time_of(&r, &op), one_s, 0.1);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    assert_true(time_of(&r, &op) < 0.5 * one_s);
    op.batch = 1.0, op.q_heads = op.kv_heads; /* no group to fill a matrix instruction: split over units that idle */
    near(time_of(&r, &op), one_s / floor(132.0 / 8.0), 0.5);
    assert_true(time_of(&r, &op) > block_s / floor(132.0 / 8.0));
}

/* Where FlashAttention-3 runs a short job has a start and an end that show beside the memory's time. */
static void short_jobs_show_their_ends(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op bare = attention(F2F_OP_ATTN_DECODE, 1024.0, 1.0, 128.0), hidden;
    bare.q_heads = bare.kv_heads;
    hidden = bare;
    hidden.kernels = F2F_KERNELS_TRTLLM;
    r.cls.vllm_attention = 1.0;
    near(time_of(&r, &bare), time_of(&r, &hidden), 1e-12);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    near(time_of(&r, &bare), time_of(&r, &hidden), 1e-12); /* FlashAttention-3 is Hopper's alone */
    r.chip.compute_capability = 9.0;
    r.cls.overlap_frac = 1.0; /* nor products it pads */
    double tile = 0.5 + 0.5 * 16.0 * 128.0 / (256.0 * 128.0); /* a start, and the end of 16 rows of 128 */
    near(time_of(&r, &bare) - time_of(&r, &hidden), 1024.0 * 8.0 / 132.0 * tile * 3000.0 / 1.83e9, 1e-9);
}

/* TensorRT-LLM's blocks of grouped heads in 16 bit fill a unit each: two starts and ends of the largest tile. */
static void blocks_of_groups_show_their_ends(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op alone = attention(F2F_OP_ATTN_DECODE, 1024.0, 1.0, 64.0), grouped = alone, longer;
    alone.q_heads = alone.kv_heads;
    alone.kernels = grouped.kernels = F2F_KERNELS_TRTLLM;
    double blocks_s = 1024.0 * 8.0 / 132.0 * 2.0 * 3000.0 / 1.83e9;
    assert_true(time_of(&r, &alone) < blocks_s && time_of(&r, &grouped) > blocks_s);
    longer = grouped;
    longer.kv_len = 4096.0; /* whose reads take longer than blocks do */
    near(time_of(&r, &longer), f2f_op_kv_B(&longer) / (0.87 * 3150e9), 0.05);
    r.chip.operands = F2F_OPERANDS_PAIRED;
    assert_true(time_of(&r, &grouped) < blocks_s);
}

/* Prompts over an 8-bit cache: queries are cast first where units fetch operands themselves. */
static void prompts_are_cast_for_an_8_bit_cache(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op wide = attention(F2F_OP_ATTN_PREFILL, 64.0, 256.0, 256.0), narrow = wide;
    narrow.kv = F2F_DTYPE_FP8;
    assert_true(time_of(&r, &narrow) < time_of(&r, &wide));
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    assert_true(time_of(&r, &narrow) > time_of(&r, &wide));
}

/* FlashAttention-3 works on 160 tokens of an 8-bit cache at once, whether there are as many or not. */
static void a_block_of_tokens_is_worked_in_full(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 1024.0, 1.0, 160.0), more = op;
    op.kv = more.kv = F2F_DTYPE_FP8;
    op.kernels = more.kernels = F2F_KERNELS_VLLM;
    more.kv_len = 161.0;
    double before_s = time_of(&r, &op), by_token_s = time_of(&r, &more) - before_s;
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    r.chip.compute_capability = 9.0;
    assert_true(time_of(&r, &more) > 1.2 * time_of(&r, &op));
    assert_true(by_token_s < 0.01 * before_s);
}

/* An 8-bit cache is half as long to read, but costs vector operations where products are wider. */
static void an_8_bit_cache_is_widened(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 16384.0), grouped = op;
    op.kv = grouped.kv = F2F_DTYPE_FP8;
    op.kernels = F2F_KERNELS_VLLM;
    grouped.kernels = F2F_KERNELS_TRTLLM;
    r.cls.vllm_attention = 1.0;
    r.cls.stream_frac = 1.0; /* of registers; the others read what memory delivers */
    r.chip.operands = F2F_OPERANDS_PAIRED; /* takes it as it is */
    double as_is_s = time_of(&r, &op);
    r.chip.operands = F2F_OPERANDS_REGISTERS;
    double widened_s = f2f_op_kv_B(&op) * 16.0 / 67e12;
    near(time_of(&r, &op) - as_is_s, (1.0 - 0.7) * widened_s, 0.05);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD; /* TensorRT-LLM multiplies in 8 bit there */
    assert_true(time_of(&r, &op) > time_of(&r, &grouped) + 0.25 * widened_s);
    double wide_s = time_of(&r, &op);
    op.kernels = F2F_KERNELS_ANY; /* may take it as it is */
    assert_true(time_of(&r, &op) < wide_s - 0.25 * widened_s);
}

/* Operands in the scratchpad come by bulk copies, which reach what the memory delivers. */
static void bulk_copies_read_what_memory_delivers(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op op = attention(F2F_OP_ATTN_DECODE, 64.0, 1.0, 65536.0);
    double by_loads_s = time_of(&r, &op);
    near(by_loads_s, f2f_op_kv_B(&op) / (0.87 * 3150e9), 0.05);
    r.chip.operands = F2F_OPERANDS_SCRATCHPAD;
    near(time_of(&r, &op), f2f_op_kv_B(&op) / 3150e9, 0.05);
}

static void few_rows_leave_units_idle(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op one = vector(1.0), full = vector(132.0), two = vector(264.0), over = vector(265.0);
    double fixed_s = 4000.0 / 1.83e9;
    near((time_of(&r, &full) - fixed_s) / (time_of(&r, &one) - fixed_s), 1.0, 0.3);
    double one_s = time_of(&r, &one);
    r.cls.profiled_frac = 0.6; /* how a profiler shares that out changes nothing */
    near(time_of(&r, &one), one_s, 1e-12);
    near(f2f_machine_gap_s(&r.machine), 0.4 * fixed_s, 1e-9);
    /* Two rows of a unit hide each other's waits; a third has to wait for them. */
    double one_turn_s = time_of(&r, &full) - fixed_s, two_s = time_of(&r, &two) - fixed_s;
    near(two_s, one_turn_s, 0.3);
    assert_true(time_of(&r, &over) - fixed_s > 1.5 * two_s);
}

/* A narrow load waits for memory before it works; of a wide one most hides. */
static void wide_loads_hide(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.cache_B = 0.0;
    struct f2f_op narrow = vector(13200.0), wide = narrow;
    double work_s = 50.0 * 8192.0 * 4.5 / 8.0 / 1.83e9, ends_s = 4000.0 / 1.83e9;
    double memory_s = 13200.0 * 2.0 * 8192.0 * 2.0 / 2970e9;
    near(time_of(&r, &narrow), ends_s + work_s + memory_s / 0.87, 1e-9);
    wide.wide_elems = 4.0;
    near(time_of(&r, &wide), ends_s + memory_s + 0.3 * work_s / 4.0, 1e-9);
}

/* PyTorch walks the first rows it looks up one by one; TensorRT-LLM copies rows like any others. */
static void gathers_walk_few_rows(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    struct f2f_op one = vector(1.0), four = vector(4.0), many = vector(4096.0), other;
    one.kind = four.kind = many.kind = F2F_OP_EMBED;
    double ends_s = 4000.0 / 1.83e9;
    near(time_of(&r, &four) - ends_s, 4.0 * 1000.0 / 1.83e9, 0.05);
    near(time_of(&r, &many) - ends_s, 4096.0 * 8192.0 / (132.0 * 0.5) / 1.83e9, 0.2);
    other = many;
    other.kernels = F2F_KERNELS_TRTLLM;
    assert_true(time_of(&r, &other) < 0.5 * time_of(&r, &many));
    assert_true(time_of(&r, &one) < time_of(&r, &four));
}

static void graph_is_the_sum_of_its_operators(void **state) {
    (void)state;
    struct rig r;
    struct f2f_op ops[N_SAMPLES];
    struct f2f_op_cost want = {0};
    rig_make(&r);
    samples(ops);
    for (int i = 0; i < N_SAMPLES; i++) {
        ops[i].count = 1.0 + i;
        struct f2f_op_cost c = f2f_machine_op(&r.machine, &ops[i]);
        want.time_s += ops[i].count * c.time_s, want.energy_J += ops[i].count * c.energy_J;
        want.flop += ops[i].count * c.flop, want.mem_B += ops[i].count * c.mem_B;
    }
    struct f2f_graph graph = {.ops = ops, .n_ops = N_SAMPLES};
    f2f_arena *arena = f2f_arena_new();
    struct f2f_share *root = f2f_share_root(f2f_record_new(arena, "test"), "pass", "s");
    struct f2f_op_cost got = f2f_machine_graph(&r.machine, &graph, arena, root);
    near(got.time_s, want.time_s, 1e-12);
    near(got.energy_J, want.energy_J, 1e-12);
    near(got.flop, want.flop, 1e-12);
    near(got.mem_B, want.mem_B, 1e-12);
    near(f2f_share_sum(root), want.time_s, 1e-12);
    near(f2f_machine_graph(&r.machine, &graph, NULL, NULL).time_s, want.time_s, 1e-12);
    f2f_arena_free(arena);
}

static void faulty_chips_are_refused(void **state) {
    (void)state;
    struct rig r;
    struct f2f_machine machine;
    f2f_error err = {0};
    rig_make(&r);
    r.chip.cls = NULL;
    assert_int_equal(f2f_machine_make(&machine, &r.system, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "class"));
    rig_make(&r);
    r.chip.units = 0;
    assert_int_equal(f2f_machine_make(&machine, &r.system, &err), F2F_EINPUT);
    assert_non_null(strstr(err.message, "0 units"));
}

static void bounds_have_names(void **state) {
    (void)state;
    assert_string_equal(f2f_bound_name(F2F_BOUND_COMPUTE), "compute");
    assert_string_equal(f2f_bound_name(F2F_BOUND_MEMORY), "memory");
    assert_string_equal(f2f_bound_name(F2F_BOUND_LATENCY), "latency");
    assert_string_equal(f2f_bound_name(F2F_BOUND_NETWORK), "network");
}

/* With sums in tensor memory the longer of products and exponentials counts: heads of 16 wait for the latter, which are
 * twice as fast from 10.3 on, heads of 256 do not. All engines multiply in 8 bit over an 8-bit cache there. */
static void exponentials_bind_short_heads(void **state) {
    (void)state;
    struct rig r;
    rig_make(&r);
    r.chip.operands = F2F_OPERANDS_PAIRED;
    r.chip.compute_capability = 10.0;
    r.chip.tdp_W = 50000.0;
    struct f2f_op heads_16 = attention(F2F_OP_ATTN_PREFILL, 4.0, 8192.0, 8192.0), heads_256 = heads_16;
    heads_16.head_dim = 16.0, heads_256.head_dim = 256.0;
    double short_s = time_of(&r, &heads_16), long_s = time_of(&r, &heads_256);
    struct f2f_op engine = heads_256, pytorch = heads_256;
    engine.kv = pytorch.kv = F2F_DTYPE_FP8;
    engine.kernels = F2F_KERNELS_VLLM, pytorch.kernels = F2F_KERNELS_PYTORCH;
    assert_true(time_of(&r, &engine) < 0.8 * long_s && time_of(&r, &pytorch) > long_s);
    r.chip.compute_capability = 10.3;
    assert_true(time_of(&r, &heads_16) < 0.8 * short_s);
    near(time_of(&r, &heads_256), long_s, 1e-9);
}

/* With operands in registers less of memory's time shows the longer products take beside it; not so with operands from
 * the scratchpad, nor where memory is the longer. */
static void loads_run_ahead_of_long_products(void **state) {
    (void)state;
    static const int operands[] = {F2F_OPERANDS_REGISTERS, F2F_OPERANDS_SCRATCHPAD};
    for (int i = 0; i < 2; i++) {
        struct rig r;
        rig_describe(&r);
        r.chip.operands = operands[i];
        r.chip.tdp_W = 1e5;
        rig_build(&r);
        struct f2f_op op = gemm(4096.0, 4096.0, 4096.0, F2F_DTYPE_BF16);
        double shown_s[3];
        for (int k = 0; k < 3; k++) { /* all of it hidden, some, and some of half as much */
            r.cls.overlap_frac = k == 0 ? 1.0 : 0.7;
            r.machine.mem.read_Bps *= k == 2 ? 2.0 : 1.0;
            r.machine.mem.mixed_Bps *= k == 2 ? 2.0 : 1.0;
            shown_s[k] = time_of(&r, &op);
        }
        double once = shown_s[1] - shown_s[0], half = shown_s[2] - shown_s[0];
        near(half, once * (i == 0 ? 0.25 : 0.5), 0.02);
    }
}

/* At p10 and p90 each operator takes as long as a tenth of its kind was measured, at the same energy. */
static void quantiles_stretch_operators(void **state) {
    (void)state;
    struct rig r;
    rig_describe(&r);
    r.cls.errors.gemm = (struct f2f_residuals){0.8, 1.3};
    rig_build(&r);
    struct f2f_op ops[] = {gemm(64.0, 4096.0, 4096.0, F2F_DTYPE_BF16),
                           {.kind = F2F_OP_VECTOR, .rows = 64, .read_elems = 4096}};
    const double factor[2][3] = {{1.0, 0.8, 1.3}, {1.0, 1.0, 1.0}}; /* no errors of the other kind are known */
    for (int i = 0; i < 2; i++) {
        struct f2f_op_cost expected = f2f_machine_op(&r.machine, &ops[i]);
        for (int q = F2F_EXPECTED; q <= F2F_P90; q++) {
            r.machine.quantile = (enum f2f_quantile)q;
            near(f2f_machine_op(&r.machine, &ops[i]).time_s, factor[i][q] * expected.time_s, 1e-12);
            near(f2f_machine_op(&r.machine, &ops[i]).energy_J, expected.energy_J, 1e-12);
        }
        r.machine.quantile = F2F_EXPECTED;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(loads_run_ahead_of_long_products),
                                       cmocka_unit_test(quantiles_stretch_operators),
                                       cmocka_unit_test(roofline_is_never_beaten),
                                       cmocka_unit_test(larger_products_are_never_faster),
                                       cmocka_unit_test(no_tile_suits),
                                       cmocka_unit_test(on_chip_memory_is_the_cache),
                                       cmocka_unit_test(better_parts_are_never_slower),
                                       cmocka_unit_test(one_tile_more_is_one_wave_more),
                                       cmocka_unit_test(skinny_products_stream),
                                       cmocka_unit_test(blocking_saves_rereads),
                                       cmocka_unit_test(ampere_runs_waves_of_large_tiles),
                                       cmocka_unit_test(ampere_splits_few_waves),
                                       cmocka_unit_test(ampere_leaves_short_k_whole),
                                       cmocka_unit_test(narrow_weights_have_tiles_of_their_own),
                                       cmocka_unit_test(a_set_of_weights_stays_in_the_cache),
                                       cmocka_unit_test(stream_k_halves_the_last_wave),
                                       cmocka_unit_test(results_of_the_largest_tiles_are_written_alone),
                                       cmocka_unit_test(a_unit_takes_no_more_than_it_can_fetch),
                                       cmocka_unit_test(short_rows_are_cast_no_faster),
                                       cmocka_unit_test(training_casts_a_second_copy),
                                       cmocka_unit_test(groups_read_their_own_weights),
                                       cmocka_unit_test(formats_fall_back),
                                       cmocka_unit_test(narrow_weights_stream_faster),
                                       cmocka_unit_test(narrow_weights_of_few_rows_need_no_tiles),
                                       cmocka_unit_test(decode_streams_the_cache),
                                       cmocka_unit_test(lone_heads_read_again),
                                       cmocka_unit_test(lone_heads_are_vectors),
                                       cmocka_unit_test(chunks_cost_no_less_than_the_whole),
                                       cmocka_unit_test(a_cache_that_is_not_split_is_read_by_few),
                                       cmocka_unit_test(short_jobs_show_their_ends),
                                       cmocka_unit_test(blocks_of_groups_show_their_ends),
                                       cmocka_unit_test(a_block_of_tokens_is_worked_in_full),
                                       cmocka_unit_test(prompts_are_cast_for_an_8_bit_cache),
                                       cmocka_unit_test(an_8_bit_cache_is_widened),
                                       cmocka_unit_test(bulk_copies_read_what_memory_delivers),
                                       cmocka_unit_test(few_rows_leave_units_idle),
                                       cmocka_unit_test(wide_loads_hide),
                                       cmocka_unit_test(gathers_walk_few_rows),
                                       cmocka_unit_test(graph_is_the_sum_of_its_operators),
                                       cmocka_unit_test(faulty_chips_are_refused),
                                       cmocka_unit_test(bounds_have_names),
                                       cmocka_unit_test(exponentials_bind_short_heads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
