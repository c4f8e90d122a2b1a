/* engine_list.h - serving engines: documented defaults, and the host times of each.
 *
 * Limits: vLLM EngineArgs (V1, chips of 70 GB and more), TensorRT-LLM LlmArgs 1.0 (max_batch_size,
 * max_num_tokens, kv_cache_config, GUARANTEED_NO_EVICT), SGLang ServerArgs. Host times are fitted on closed-loop
 * runs of Llama 3.1 8B (trtllm 1.0) and 70B (vllm) on H100, one set for each engine; docs/models/serve.md says
 * how. "generic" is an engine without limits or host work: what the chips alone allow. */
/* clang-format off */
/*        name     seqs   tokens blk held chunked mixed  reserve of_free frac  workspace overlap host     per_seq  layer    intake  stream   reply */
ENGINE("generic", 1048576, 8192, 16, 0,   true,   true,  true,   false,  1.00, 0.0,      true,  0.0,     0.0,     0.0,     0.0,    0.0,     0.0)
ENGINE("vllm",    1024,    8192, 16, 0,   true,   true,  false,  false,  0.90, 1.0e9,    false, 1.2e-3,  15.0e-6, 0.0e-6,  1.4e-3, 0.0,     10.0e-3)
ENGINE("trtllm",  2048,    8192, 32, 1,   false,  true,  true,   true,   0.90, 1.0e9,    true,  2.1e-3,  55.0e-6, 780.0e-6, 1.0e-3, 91.0e-6, 24.0e-3)
ENGINE("sglang",  1024,    8192, 1,  0,   true,   false, false,  false,  0.88, 1.0e9,    false, 1.2e-3,  15.0e-6, 0.0e-6,  1.4e-3, 0.0,     10.0e-3)
/* clang-format on */
