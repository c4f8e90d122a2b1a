/* aliases.c - words of sources and what they mean here, one table for each kind of word.
 *
 * Training tables keep the words of their papers, in any case and with remarks in brackets. A word that is in no table
 * makes its rows skipped, never guessed. docs/validation.md repeats these tables with the reasons. */
#include "validate/aliases.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fab2fleet/parallel.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct word {
    const char *text, *means;
};

/* Equal, or equal in any case but for a remark in brackets: "BF16 (assumed)". */
static bool is_word(const char *word, const char *text) {
    const char *remark = strstr(text, " (");
    size_t length = remark ? (size_t)(remark - text) : strlen(text);
    return strlen(word) == length && strncasecmp(word, text, length) == 0;
}

/* Equal in any case, whatever joins the words of the text: "TensorRT-LLM", "tensorrt_llm". */
static bool is_joined(const char *word, const char *text) {
    for (; *text && strncmp(text, " (", 2) != 0; text++)
        if (!strchr("-_. ", *text) && tolower((unsigned char)*text) != *word++) return false;
    return *word == '\0';
}

static const char *find_word(const struct word *words, size_t n, const char *text) {
    for (size_t i = 0; i < n; i++)
        if (is_word(words[i].text, text)) return words[i].means;
    return NULL;
}

static const struct word chips[] = {{"a100-80gb", "a100-sxm-80gb"}};

static const struct word frameworks[] = {
    {"tensorrtllm", "trtllm"},
    {"trtllm", "trtllm"},
    {"sglang", "sglang"},
    {"flashattention", "flashattention"},
    {"flashattn", "flashattention"},
    {"flashattention2", "flashattention"},
    {"flashattention3", "flashattention"},
    {"flashinfer", "flashinfer"},
    {"cudnn", "cudnn"},
    {"aiter", "aiter"},
};

static const char *const libraries[] = {
    "pytorch",   "cublas",   "cublaslt", "cutlass",   "cudnn",   "deepgemm", "flashattention", "flashinfer", "flashmla",
    "fab2fleet", "xformers", "hipblas",  "hipblaslt", "rocblas", "aiter",    "triton",         "onednn",     "mkl",
};

static const struct word models[] = {
    {"llama2-70b", "llama-2-70b"},       {"Llama 2 70b", "llama-2-70b"},     {"Llama 2 7b", "llama-2-7b"},
    {"Meta Llama 3 70B", "llama-3-70b"}, {"Meta Llama 3 8B", "llama-3-8b"},  {"Llama 3.1 70B", "llama-3.1-70b"},
    {"Llama 3.1 8B", "llama-3.1-8b"},    {"Llama 3 405B", "llama-3.1-405b"},
};

static const struct word precisions[] = {
    {"bf16", "bf16"},           {"", "bf16"}, /* not stated: all of these runs are in 16 bit */
    {"fp16", "fp16"},           {"FP16 mixed", "fp16"}, {"FP16, FP32 Adam", "fp16"}, {"fp8", "fp8"}, {"mxfp8", "mxfp8"},
    {"fp8_block", "fp8_block"}, {"nvfp4", "nvfp4"},
};

static const struct {
    const char *text;
    int means;
} zeros[] =
    {
        {"0", 0},
        {"none", 0},
        {"1", 1},
        {"", 1}, /* not stated: the distributed optimizer of Megatron-LM */
        {"distributed optimizer", 1},
        {"ZeRO-1", 1},
        {"2", 2},
        {"ZeRO-2", 2},
        {"FSDP shards optim+grads, weights not resharded after fwd", 2},
        {"3", 3},
        {"ZeRO-3", 3},
        {"FSDP", 3},
},
  recomputes[] = {
      {"none", F2F_RECOMPUTE_NONE},
      {"no", F2F_RECOMPUTE_NONE},
      {"selective", F2F_RECOMPUTE_SELECTIVE},
      {"selective + seq-parallel", F2F_RECOMPUTE_SELECTIVE},
      {"selective-op", F2F_RECOMPUTE_SELECTIVE_OP},
      {"full", F2F_RECOMPUTE_FULL},
      {"full, no seq-parallel", F2F_RECOMPUTE_FULL},
      {"yes", F2F_RECOMPUTE_FULL},
      {"not stated", F2F_RECOMPUTE_CHOSEN},
      {"", F2F_RECOMPUTE_CHOSEN},
};

/* Numbers of papers: BLOOM (arXiv 2211.05100 table 3), MT-NLG (arXiv 2201.11990 sections 2.2 and 3.2), PaLM (arXiv
 * 2204.02311 section 2 and table 1). */
static const struct f2f_model shapes[] = {
    {.name = "bloom-176b", .layers = 70, .hidden = 14336, .heads = 112, .vocab = 250880, .tied_embeddings = true},
    {.name = "PaLM 540B",
     .layers = 118,
     .hidden = 18432,
     .heads = 48,
     .kv_heads = 1,
     .head_dim = 256,
     .ffn = 73728,
     .vocab = 256000,
     .gated = true,
     .tied_embeddings = true},
    {.name = "MT-NLG 530B", .layers = 105, .hidden = 20480, .heads = 128, .vocab = 51200, .tied_embeddings = true},
};

/* Megatron-LM stored the score matrix until it took FlashAttention in 2023, reduced gradients after the last backward
 * pass until its overlap of the same year, and hid neither collectives of tensor parallelism nor sends; its fp16
 * gradients were summed by kernels of their own until 2022, and reduced in 16 bit. vTrain (arXiv 2312.12391) measured
 * it on nodes with 800 Gb/s for eight chips, BLOOM ran on nodes with 400 Gb/s. MegaScale's baseline is Megatron-LM, its
 * own rows overlap all (arXiv 2402.15627 section 3). TFLOP/s: arXiv 2104.04473 counts recompute (its equation 3). */
#define OLD .stored_scores = true, .exposed_data = true, .exposed_tensor = true, .exposed_pipeline = true
#define OLDER OLD, .exposed_sum = true, .half_gradients = true

/* Attention, FLOP of a unit in a clock. llm-foundry's runs used its Triton kernels (submit_benchmarks.py), which are
 * the first FlashAttention: at most 40 % of an A100's 2,048. Llama 3 and MegaScale used the second: 73 % (Dao 2023,
 * arXiv 2307.08691). Neither knows what Hopper added, so that a unit of an H100 does as many in a clock: 35 % of its
 * peak, as measured (Shah et al. 2024, arXiv 2407.08608). */
#define FLASH_1 (0.40 * 2048)
#define FLASH_2 (0.73 * 2048)

/* NVIDIA's runs of 2025 and 2026, in NeMo, Megatron-Bridge and MLPerf: gradients in 16 bit (grad_reduce_in_fp32=False
 * of their recipes), weights held and gathered in fp8 (fp8_param_gather), keys and values round a ring (cp_comm_type
 * p2p, Megatron-Core's default). */
#define NEMO .half_gradients = true, .narrow_weights = true
#define RING .context = F2F_CONTEXT_RING

/* torchtitan until the summer of 2025: in fp8 it gathers weights so (enable_fsdp_float8_all_gather), its compiler drops
 * what nothing reads again, and attention is PyTorch's, the second FlashAttention (its list of saved operators names no
 * cuDNN). */
#define TITAN .narrow_weights = true, .lean_recompute = true, .attention_unit_flop = FLASH_2

static const struct f2f_source sources[] = {
    {.part = "2407.21783",
     .system = "h100-roce-24k",
     .software = {.exposed_tensor = true, .attention_unit_flop = FLASH_2}},
    {.part = "2104.04473", .zero = "ZeRO-3", .software = {OLDER, .flat_data = true}, .counts_recompute = true},
    {.part = "2104.04473", .software = {OLDER}, .sequence = F2F_SEQUENCE_WHOLE, .counts_recompute = true},
    {.part = "2205.05198", .software = {OLD}},
    {.part = "vTrain", .nic_Bps = 12.5e9, .software = {OLDER}, .sequence = F2F_SEQUENCE_WHOLE},
    {.part = "tr11-176B-ml", .nic_Bps = 6.25e9, .software = {OLD}, .sequence = F2F_SEQUENCE_WHOLE},
    {.part = "2204.02311 App.B", .software = {OLD, .exposed_sum = true}, .sequence = F2F_SEQUENCE_WHOLE},
    {.part = "1909.08053",
     .software = {OLDER, .loose_mask = true},
     .sequence = F2F_SEQUENCE_WHOLE,
     .counts_recompute = true},
    {.part = "2404.01856", .software = {OLD}, .sequence = F2F_SEQUENCE_WHOLE},
    {.part = "MaxText", .software = {.lean_recompute = true}},
    {.part = "AI-Hypercomputer/tpu-recipes", .software = {.lean_recompute = true}},
    {.part = "without AsyncTP", .software = {TITAN, .exposed_tensor = true}},
    {.part = "torchtitan", .software = {TITAN}},
    {.part = "aws-neuron", .software = {.exposed_tensor = true}},
    {.part = "AMD/results"}, /* MLPerf without NeMo's recipes */
    {.part = "tp_comm_overlap=False", .software = {NEMO, .exposed_tensor = true}, RING},
    {.part = "MLPerf", .software = {NEMO}, RING},
    {.part = "dgxc-benchmarking", .software = {NEMO}, RING},
    {.part = "Megatron-Bridge", .software = {NEMO}, RING},
    {.part = "NeMo", .software = {NEMO}, RING},
    {.part = "2402.15627", .zero = "MegaScale", .software = {.attention_unit_flop = FLASH_2}},
    {.part = "llm-foundry", .software = {.attention_unit_flop = FLASH_1}},
    {.part = "2402.15627", .software = {.exposed_data = true, .exposed_tensor = true, .exposed_pipeline = true}},
    {.part = ""},
};

const char *f2f_alias_chip(const char *text) {
    const char *name = find_word(chips, COUNT(chips), text);
    return name ? name : text;
}

const char *f2f_alias_framework(const char *text) {
    for (size_t i = 0; i < COUNT(frameworks); i++)
        if (is_joined(frameworks[i].text, text)) return frameworks[i].means;
    return text;
}

const char *f2f_alias_model(const char *text) {
    const char *name = find_word(models, COUNT(models), text);
    return name ? name : text;
}

const struct f2f_model *f2f_alias_shape(const char *text) {
    for (size_t i = 0; i < COUNT(shapes); i++)
        if (strcmp(shapes[i].name, text) == 0) return &shapes[i];
    return NULL;
}

bool f2f_alias_is_library(const char *text) {
    for (size_t i = 0; i < COUNT(libraries); i++)
        if (is_joined(libraries[i], text)) return true;
    return false;
}

const char *f2f_alias_precision(const char *text) { return find_word(precisions, COUNT(precisions), text); }

bool f2f_alias_zero(int *out, const char *text) {
    for (size_t i = 0; i < COUNT(zeros); i++) {
        if (!is_word(zeros[i].text, text)) continue;
        *out = zeros[i].means;
        return true;
    }
    return false;
}

bool f2f_alias_recompute(int *out, const char *text) {
    for (size_t i = 0; i < COUNT(recomputes); i++) {
        if (!is_word(recomputes[i].text, text)) continue;
        *out = recomputes[i].means;
        return true;
    }
    return false;
}

static bool is_of(const struct f2f_source *s, const char *text, const char *zero) {
    return strstr(text, s->part) && (!s->zero || strstr(zero, s->zero));
}

const struct f2f_source *f2f_alias_source(const char *text, const char *zero) {
    size_t i = 0;
    while (!is_of(&sources[i], text, zero)) i++; /* the last part is empty and so in every text */
    return &sources[i];
}

/* Its eight L40S do not reach each other through switches: 4 at 5 and 8 at 1.5 GB/s. TensorRT-LLM's did. */
const char *f2f_alias_server(const char *chip, const char *source) {
    return strcmp(chip, "l40s") == 0 && strstr(source, "aiconfigurator") ? "l40s-8x-host" : chip;
}

const char *f2f_alias_fabric(void) { return "h100-ib-24k"; }
