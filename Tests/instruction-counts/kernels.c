/// Calls each kernel of one table once, on inputs that are the same in every run, for `Tests/instruction-counts.sh`.
/// Valgrind writes one file a kernel. A call sees what the calls before it left behind: new ones go to the end.
///
/// Shapes are those of a model of 135 million parameters (W 576, D 64, 1536 hidden) and of its memories, with few rows
/// and with odd counts that reach the loops for what is left over.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "variants.h"

enum {
    width = 576,
    hidden = 1536,
    dimension = 64,
    tokens = 65,
    outputs = 200,
    blocks = width / M3_QUANTIZED_BLOCK,
    heads = 9,
    memory_rows = 48,
    code_count = 11,
    centroids = 256,
    permutations = 260,
    hashes = 300,
    text_bytes = 4000,
};

static const m3_kernels *kernels;

// MARK: Inputs

static float activations[tokens * width], weights[outputs * width], gate[hidden], up[hidden], row[hidden], bias[hidden];
static float queries[heads * dimension], keys[tokens * 8 * dimension], scores[heads * tokens * 8];
static float cosines[dimension / 2], sines[dimension / 2], angles[tokens * dimension];
static float mean[dimension], deviation[dimension], memory[memory_rows * dimension], normalized[dimension];
static float *packed;
static float product[tokens * hidden], result[tokens * hidden];
static float best[tokens];
static uint32_t best_indices[tokens], sparse_starts[tokens + 1], sparse_indices[tokens * width];
static float sparse_values[tokens * width];
static uint16_t positions[memory_rows], narrow[hidden], half[hidden];
static uint8_t stored[memory_rows * (2 + dimension)], levels[9][memory_rows * (2 + dimension)], wide[hidden * 2];
static int16_t centroid_tables[code_count * centroids * dimension];
static size_t centroid_starts[code_count];
static uint32_t centroid_codes[memory_rows * code_count], masks[permutations], multipliers[permutations];
static uint32_t minima[permutations];
static uint64_t shingles[hashes];
static uint8_t text[text_bytes], word_bytes[text_bytes + M3_WORDS_SLACK], folded[text_bytes + M3_WORDS_SLACK];
static size_t word_places[text_bytes + M3_WORDS_SLACK], folded_count;

typedef struct quantized_weight {
    uint8_t codes[(outputs + 64) * width];
    uint16_t scales[(outputs + 64) * blocks * 2];
} quantized_weight;

/// By the numbers of `m3_quantized_type`.
static quantized_weight quantized_weights[9];
static m3_quantized_block quantized_activations[tokens * blocks], rounded[blocks];

/// SplitMix64.
static uint64_t random_bits(void) {
    static uint64_t state = 7;
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/// Uniform within ±1, with 24 bits: exact wherever it is computed.
static float random_float(void) { return (float)((int32_t)(random_bits() >> 40) - (1 << 23)) * 0x1p-23f; }

static void fill(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = random_float();
}

#define FILL(array) fill(array, sizeof(array) / sizeof *(array))

/// Blocks of random codes with scales of ±2^-6 to ±2^-5, laid out for the table.
static void quantize_weight(m3_quantized_type type) {
    const size_t scales = type == M3_Q4_1 ? 2 : 1, bytes = 2 * scales + (type == M3_Q8_0 ? 32 : 16);
    uint8_t *in = malloc((size_t)outputs * blocks * bytes), *byte = in;
    for (size_t block = 0; block < (size_t)outputs * blocks; block++) {
        for (size_t i = 0; i < bytes; i++) byte[i] = (uint8_t)random_bits();
        for (size_t i = 0; i < scales; i++) byte[2 * i + 1] = (uint8_t)(0x24 | (byte[2 * i + 1] & 0x83));
        byte += bytes;
    }
    quantized_weight *out = &quantized_weights[type];
    kernels->pack_quantized(type, outputs, width, in, out->codes, out->scales);
    free(in);
}

static void prepare_codes(void) {
    for (size_t i = 0; i < dimension; i++) deviation[i] = 1 + random_float() / 2;
    for (unsigned bits = 2; bits <= 8; bits++)
        if (bits <= 4 || bits == 8)
            kernels->encode_levels(bits, memory_rows, dimension, memory, mean, deviation, normalized, levels[bits]);
    for (size_t i = 0; i < sizeof centroid_tables / sizeof *centroid_tables; i++)
        centroid_tables[i] = (int16_t)((int)(random_bits() % 2001) - 1000);
    for (size_t j = 0; j < code_count; j++) centroid_starts[j] = j * centroids * dimension;
    for (size_t i = 0; i < (size_t)memory_rows * code_count; i++)
        centroid_codes[i] = (uint32_t)(random_bits() % centroids);
    for (size_t i = 0; i < memory_rows; i++) positions[i] = (uint16_t)(random_bits() % tokens);
}

static void prepare_text(void) {
    for (size_t k = 0; k < permutations; k++) {
        masks[k] = (uint32_t)random_bits();
        multipliers[k] = (uint32_t)random_bits() | 1;
    }
    for (size_t i = 0; i < hashes; i++) shingles[i] = random_bits();
    static const char letters[] = "etaoinshrdlu  ETAOIN ,.-etaoinshrdlu   ";
    for (size_t i = 0; i < text_bytes; i++) text[i] = (uint8_t)letters[random_bits() % (sizeof letters - 1)];
    m3_words words = {.bytes = folded};
    kernels->fold_words(text_bytes, text, false, &words);
    folded_count = words.byte_count;
}

static void prepare(void) {
    FILL(activations), FILL(weights), FILL(gate), FILL(up), FILL(row), FILL(bias);
    FILL(queries), FILL(keys), FILL(scores), FILL(mean), FILL(memory), FILL(product);
    FILL(cosines), FILL(sines), FILL(angles);
    packed = malloc(kernels->packed_count(outputs, width) * sizeof(float));
    kernels->pack_transposed(outputs, width, weights, width, packed);
    // Every fourth element of A is there.
    uint32_t count = 0;
    for (size_t i = 0; i < tokens; i++, sparse_starts[i] = count)
        for (uint32_t k = 0; k < width; k++) {
            if (random_bits() % 4 != 0) continue;
            sparse_indices[count] = k;
            sparse_values[count++] = random_float();
        }
    quantize_weight(M3_Q4_0), quantize_weight(M3_Q4_1), quantize_weight(M3_Q8_0);
    kernels->quantize(tokens * width, activations, quantized_activations);
    kernels->float_to_half(hidden, up, half);
    for (size_t i = 0; i < hidden; i++) {
        kernels->float_to_bfloat16(1, up + i, narrow + i);
        wide[2 * i] = (uint8_t)narrow[i], wide[2 * i + 1] = (uint8_t)(narrow[i] >> 8);
    }
    for (size_t i = 0; i < tokens; i++) best[i] = -INFINITY;
    prepare_codes();
    prepare_text();
}

// MARK: Calls

static void call_gemm(void) {
    kernels->gemm(tokens, outputs, width, activations, width, packed, result, outputs, false);
}
static void call_gemm_sparse(void) {
    kernels->gemm_sparse(tokens, sparse_starts, sparse_indices, sparse_values, outputs, width, packed, result, outputs);
}
static void call_pack(void) { kernels->pack(outputs, tokens, product, hidden, result); }
static void call_pack_transposed(void) { kernels->pack_transposed(outputs, width, weights, width, packed); }

static void gemm_quantized(m3_quantized_type type) {
    const quantized_weight *w = &quantized_weights[type];
    kernels->gemm_quantized(type, tokens, outputs, width, quantized_activations, blocks, w->codes, w->scales, result,
                            outputs, false);
}
static void gemv_quantized(m3_quantized_type type) {
    const quantized_weight *w = &quantized_weights[type];
    kernels->gemv_quantized(type, outputs, width, w->codes, w->scales, quantized_activations, result, false);
}
static void call_gemm_quantized_q4_0(void) { gemm_quantized(M3_Q4_0); }
static void call_gemm_quantized_q4_1(void) { gemm_quantized(M3_Q4_1); }
static void call_gemm_quantized_q8_0(void) { gemm_quantized(M3_Q8_0); }
static void call_gemv_quantized_q4_0(void) { gemv_quantized(M3_Q4_0); }
static void call_gemv_quantized_q4_1(void) { gemv_quantized(M3_Q4_1); }
static void call_gemv_quantized_q8_0(void) { gemv_quantized(M3_Q8_0); }
static void call_quantize(void) { kernels->quantize(width, activations, rounded); }

static void call_rms_norm(void) { kernels->rms_norm(width, activations, row, 1e-5f, result); }
static void call_layer_norm(void) { kernels->layer_norm(width, activations, row, bias, 1e-5f, result); }
static void call_rope(void) { kernels->rope(heads, dimension, queries, dimension, cosines, sines); }
static void call_rope_rows(void) { kernels->rope_rows(memory_rows, dimension, memory, angles, positions); }
static void call_softmax(void) {
    float log_sum;
    kernels->softmax(scores, tokens * 8 - 5, tokens * 8, 0.125f, &log_sum);
}
static void call_exp_sum(void) { kernels->exp_sum(gate, hidden - 5, 0.125f); }
static void call_log_sum_exp(void) { kernels->log_sum_exp(hidden - 5, gate); }
static void call_silu_multiply(void) { kernels->silu_multiply(hidden - 5, gate, up, result); }
static void call_gelu(void) { kernels->gelu(hidden - 5, gate, result); }
static void call_gelu_tanh(void) { kernels->gelu_tanh(hidden - 5, gate, result); }
static void call_exp(void) { kernels->exp(hidden - 5, gate, result); }
static void call_dot(void) { kernels->dot(hidden - 5, gate, up); }
static void call_add_scaled(void) { kernels->add_scaled(hidden - 5, 0.5f, gate, product); }
static void call_score_rows(void) {
    kernels->score_rows(3, tokens * 8, dimension, queries, keys, result, tokens * 8);
}
static void call_mix_rows(void) { kernels->mix_rows(3, tokens * 8, dimension, scores, tokens * 8, keys, result); }

static void call_decode_bfloat16(void) { kernels->decode_bfloat16(hidden - 5, wide, result); }
static void call_half_to_float(void) { kernels->half_to_float(hidden - 5, half, result); }
static void call_float_to_half(void) { kernels->float_to_half(hidden - 5, up, half); }
static void call_float_to_bfloat16(void) { kernels->float_to_bfloat16(hidden - 5, up, narrow); }
static void encode(unsigned bits) {
    kernels->encode_levels(bits, memory_rows, dimension, memory, mean, deviation, normalized, stored);
}
static void decode(unsigned bits) {
    kernels->decode_levels(bits, memory_rows, dimension, levels[bits], mean, deviation, result);
}
static void call_encode_levels_2(void) { encode(2); }
static void call_encode_levels_3(void) { encode(3); }
static void call_encode_levels_4(void) { encode(4); }
static void call_encode_levels_8(void) { encode(8); }
static void call_decode_levels_2(void) { decode(2); }
static void call_decode_levels_3(void) { decode(3); }
static void call_decode_levels_4(void) { decode(4); }
static void call_decode_levels_8(void) { decode(8); }
static void call_sum_centroids(void) {
    kernels->sum_centroids(memory_rows, dimension, code_count, centroid_codes, centroid_tables, centroid_starts,
                           deviation, mean, result);
}
static void call_largest_sum(void) {
    kernels->largest_sum(tokens, centroids, product, hidden, bias, 0, best, best_indices);
}
static void call_largest_sums(void) {
    float sums[16];
    for (size_t i = 0; i < 16; i++) sums[i] = -INFINITY;
    kernels->largest_sums(hidden - 5, gate, bias, 0.25f, 0, 16, sums, best_indices);
}
static void call_minhash(void) { kernels->minhash(hashes, shingles, permutations, masks, multipliers, minima); }
static void call_fold_words(void) {
    m3_words words = {.bytes = word_bytes};
    kernels->fold_words(text_bytes, text, false, &words);
}
static void call_word_starts(void) { kernels->word_starts(folded_count, folded, word_places); }

static const struct {
    const char *name;
    void (*call)(void);
} counted[] = {
    {"gemm", call_gemm},
    {"gemm_sparse", call_gemm_sparse},
    {"pack", call_pack},
    {"pack_transposed", call_pack_transposed},
    {"gemm_quantized_q4_0", call_gemm_quantized_q4_0},
    {"gemm_quantized_q4_1", call_gemm_quantized_q4_1},
    {"gemm_quantized_q8_0", call_gemm_quantized_q8_0},
    {"gemv_quantized_q4_0", call_gemv_quantized_q4_0},
    {"gemv_quantized_q4_1", call_gemv_quantized_q4_1},
    {"gemv_quantized_q8_0", call_gemv_quantized_q8_0},
    {"quantize", call_quantize},
    {"rms_norm", call_rms_norm},
    {"layer_norm", call_layer_norm},
    {"rope", call_rope},
    {"rope_rows", call_rope_rows},
    {"softmax", call_softmax},
    {"exp_sum", call_exp_sum},
    {"log_sum_exp", call_log_sum_exp},
    {"silu_multiply", call_silu_multiply},
    {"gelu", call_gelu},
    {"gelu_tanh", call_gelu_tanh},
    {"exp", call_exp},
    {"dot", call_dot},
    {"add_scaled", call_add_scaled},
    {"score_rows", call_score_rows},
    {"mix_rows", call_mix_rows},
    {"decode_bfloat16", call_decode_bfloat16},
    {"half_to_float", call_half_to_float},
    {"float_to_half", call_float_to_half},
    {"float_to_bfloat16", call_float_to_bfloat16},
    {"encode_levels_2", call_encode_levels_2},
    {"encode_levels_3", call_encode_levels_3},
    {"encode_levels_4", call_encode_levels_4},
    {"encode_levels_8", call_encode_levels_8},
    {"decode_levels_2", call_decode_levels_2},
    {"decode_levels_3", call_decode_levels_3},
    {"decode_levels_4", call_decode_levels_4},
    {"decode_levels_8", call_decode_levels_8},
    {"sum_centroids", call_sum_centroids},
    {"largest_sum", call_largest_sum},
    {"largest_sums", call_largest_sums},
    {"minhash", call_minhash},
    {"fold_words", call_fold_words},
    {"word_starts", call_word_starts},
};

int main(int argc, char **argv) {
    const m3_kernels *const tables[] = {&m3_kernels_avx2, &m3_kernels_scalar};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (argc == 2 && strcmp(argv[1], tables[i]->name) == 0) kernels = tables[i];
    if (!kernels) {
        fprintf(stderr, "usage: %s avx2|scalar\n", argv[0]);
        return 64;
    }
    prepare();
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        CALLGRIND_ZERO_STATS;
        counted[i].call();
        CALLGRIND_DUMP_STATS_AT(counted[i].name);
    }
    return 0;
}
