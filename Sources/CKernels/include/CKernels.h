/// The numeric kernels of a transformer's forward pass, in float32.
///
/// One table of functions per instruction set; `m3_kernels_at(0)` is the fastest this machine can run.
///
/// Rules common to all functions:
/// - They keep no state and start no thread: any of them may run on several threads at once.
/// - Counts, strides and columns are in elements, never in bytes. A stride is at least the row's length.
/// - Pointers need the alignment of their element type only; 64 bytes are faster. A pointer whose count is 0 is not read.
/// - Outputs do not overlap inputs unless the function says "in place". Nothing outside the stated output is written.
/// - NaN in an input gives NaN in every output that depends on it.
/// - Results depend on the inputs and the table alone, not on alignment, nor on how a caller splits its rows into calls.
#ifndef M3_CKERNELS_H
#define M3_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Elements that share a scale.
enum { M3_QUANTIZED_BLOCK = 32 };

/// Weights in blocks of 32, with the numbers and the bytes that GGUF gives them; d and m are half-precision numbers.
typedef enum m3_quantized_type {
    /// d, 32 codes of 4 bits: d · (code − 8).
    M3_Q4_0 = 2,
    /// d, m, 32 codes of 4 bits: d · code + m.
    M3_Q4_1 = 3,
    /// d, 32 signed bytes: d · code.
    M3_Q8_0 = 8,
} m3_quantized_type;

/// 32 activations: scale · codes[i], codes within ±127.
typedef struct m3_quantized_block {
    float scale;
    /// Σ codes[i].
    int32_t sum;
    /// scale · sum.
    float scaled_sum;
    int8_t codes[M3_QUANTIZED_BLOCK];
} m3_quantized_block;

/// Words as they are found in a text.
typedef struct m3_words {
    /// Words with one space behind each but one that has not ended; room for M3_WORDS_SLACK bytes more than a text has.
    uint8_t *_Nonnull bytes;
    size_t byte_count;
    /// Whether the last word has not ended.
    bool is_in_word;
} m3_words;

enum { M3_WORDS_SLACK = 64 };

/// Codes of a vector at most.
enum { M3_MOST_CODES = 64 };

typedef struct m3_kernels {
    /// "avx512", "avx2", "neon", "scalar" or "avx512-emulated".
    const char *_Nonnull name;

    /// True of a table that exists to compare with or to reproduce another machine's results, not to be fast.
    bool emulation;

    /// Columns of a packed panel (NR).
    size_t panel_width;

    // MARK: Matrix product

    /// C = A·B, or C += A·B when `accumulate`.
    ///
    /// - a: (rows, depth), row-major, a row every `a_stride`.
    /// - packed: B of (depth, columns), as `pack` or `pack_transposed` of the same table lays it out.
    /// - c: (rows, columns), row-major, a row every `c_stride`.
    ///
    /// Each element is one chain of fused multiply-adds over ascending depth that starts from 0, or from C when accumulating.
    /// So a row's bits depend neither on the other rows of the call nor on the table.
    void (*_Nonnull gemm)(size_t rows, size_t columns, size_t depth, const float *_Nonnull a, size_t a_stride,
                          const float *_Nonnull packed, float *_Nonnull c, size_t c_stride, bool accumulate);

    /// C += A·B for a sparse A: bit for bit what `gemm` adds, but for the sign of zeros.
    ///
    /// - starts: (rows + 1) where each row's elements begin, and where the last one's end.
    /// - indices: columns of A, ascending within a row, below `depth`.
    /// - values: as many.
    /// - packed, c: as of `gemm`.
    void (*_Nonnull gemm_sparse)(size_t rows, const uint32_t *_Nonnull starts, const uint32_t *_Nonnull indices,
                                 const float *_Nonnull values, size_t columns, size_t depth,
                                 const float *_Nonnull packed, float *_Nonnull c, size_t c_stride);

    /// Elements of a packed B: ceil(columns / panel_width) * depth * panel_width, or SIZE_MAX when that, in bytes, overflows.
    size_t (*_Nonnull packed_count)(size_t columns, size_t depth);

    /// Packs B given as its transpose: weights (outputs, inputs), or keys (tokens, D).
    ///
    /// - w: (columns, depth), row-major, a row every `w_stride`.
    /// - packed: (ceil(columns / panel_width), depth, panel_width); columns beyond the last are zero.
    void (*_Nonnull pack_transposed)(size_t columns, size_t depth, const float *_Nonnull w, size_t w_stride,
                                     float *_Nonnull packed);

    /// Packs B given as it is, as values (tokens, D): b is (depth, columns), row-major, a row every `b_stride`.
    void (*_Nonnull pack)(size_t columns, size_t depth, const float *_Nonnull b, size_t b_stride,
                          float *_Nonnull packed);

    // MARK: Normalization, position, attention

    /// out = x / sqrt(mean(x²) + epsilon) * weight, over `count` elements. In place when out == x.
    void (*_Nonnull rms_norm)(size_t count, const float *_Nonnull x, const float *_Nonnull weight, float epsilon,
                              float *_Nonnull out);

    /// Rotates `heads` vectors in place by the angles of one position (RoPE, "half-split" pairs as in Llama of
    /// Hugging Face): (x[i], x[i + D/2]) becomes (x[i]·cos[i] − x[i + D/2]·sin[i], x[i + D/2]·cos[i] + x[i]·sin[i]).
    ///
    /// - x: (heads, head_dimension), a head every `x_stride`; `head_dimension` is even.
    /// - cos, sin: (head_dimension / 2).
    void (*_Nonnull rope)(size_t heads, size_t head_dimension, float *_Nonnull x, size_t x_stride,
                          const float *_Nonnull cos, const float *_Nonnull sin);

    /// Replaces x[0, visible) by softmax(scale · x) and x[visible, total) by exact zeros.
    ///
    /// Probabilities below 2^-126 become zero: subnormal numbers would slow the product that follows.
    /// `log_sum_exp`, unless null, receives log Σ exp(scale · x[i]) over the visible entries.
    void (*_Nonnull softmax)(float *_Nonnull x, size_t visible, size_t total, float scale,
                             float *_Nullable log_sum_exp);

    /// Σ exp(scale · x[i]), terms and sum in the range of double: a term above e^709 is infinite, one below e^-708 zero.
    double (*_Nonnull exp_sum)(const float *_Nonnull x, size_t count, float scale);

    /// log Σ exp(x[i]); minus infinity when count is 0.
    float (*_Nonnull log_sum_exp)(size_t count, const float *_Nonnull x);

    // MARK: Element by element

    /// out = gate / (1 + exp(−gate)) * up. In place when out is gate or up.
    void (*_Nonnull silu_multiply)(size_t count, const float *_Nonnull gate, const float *_Nonnull up,
                                   float *_Nonnull out);

    /// out = exp(x), within 2 units in the last place; below 2^-126 it is zero. In place when out == x.
    void (*_Nonnull exp)(size_t count, const float *_Nonnull x, float *_Nonnull out);

    /// y += x.
    void (*_Nonnull add)(size_t count, const float *_Nonnull x, float *_Nonnull y);

    /// y += scale · x, fused.
    void (*_Nonnull add_scaled)(size_t count, float scale, const float *_Nonnull x, float *_Nonnull y);

    /// y = max(x, y).
    void (*_Nonnull max_into)(size_t count, const float *_Nonnull x, float *_Nonnull y);

    /// Σ x[i] · y[i].
    float (*_Nonnull dot)(size_t count, const float *_Nonnull x, const float *_Nonnull y);

    /// Σ x[i].
    float (*_Nonnull sum)(size_t count, const float *_Nonnull x);

    // MARK: Encoder

    /// out = (x − mean(x)) / sqrt(mean((x − mean(x))²) + epsilon) * weight + bias, over `count` elements. In place when
    /// out == x.
    void (*_Nonnull layer_norm)(size_t count, const float *_Nonnull x, const float *_Nonnull weight,
                                const float *_Nonnull bias, float epsilon, float *_Nonnull out);

    /// out = x · Φ(x), Φ the normal distribution's cumulative function: BERT's "gelu". Within 8 units in the last place
    /// while Φ(x) is at least 2^-125, below that no larger than |x| · 2^-125; NaN at minus infinity. In place when out == x.
    void (*_Nonnull gelu)(size_t count, const float *_Nonnull x, float *_Nonnull out);

    /// out = x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))): "gelu_new" and "gelu_pytorch_tanh". In place when out == x.
    void (*_Nonnull gelu_tanh)(size_t count, const float *_Nonnull x, float *_Nonnull out);

    /// y[r] += row for every row: a layer's bias.
    ///
    /// - row: (columns).
    /// - y: (rows, columns), row-major, a row every `y_stride`.
    void (*_Nonnull add_row)(size_t rows, size_t columns, const float *_Nonnull row, float *_Nonnull y,
                             size_t y_stride);

    // MARK: Quantized weights

    /// Rows of quantized weights that stand side by side in a panel.
    size_t quantized_panel_rows;

    /// Lays out a weight of (rows, depth) in GGUF's blocks, row after row, for `gemv_quantized` and `gemm_quantized` of the
    /// same table.
    ///
    /// - blocks: (rows, depth / 32) blocks, without alignment; `depth` is a multiple of 32.
    /// - codes: (panels, depth / 32, words, panel rows, 4) bytes, panels = ceil(rows / panel rows): the 4 words of a block
    ///   of 4-bit codes, or the 8 of signed bytes, each beside those of the panel's other rows.
    /// - scales: (panels, depth / 32, 1 or 2, panel rows) half-precision numbers: d, then m where the type has one.
    ///   Rows beyond the last are zero in both.
    void (*_Nonnull pack_quantized)(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *_Nonnull blocks,
                                    uint8_t *_Nonnull codes, uint16_t *_Nonnull scales);

    /// Rounds `count` activations, a multiple of 32, to signed bytes: each block's largest magnitude becomes 127, ties
    /// go to even. A block with NaN or infinity gets the scale NaN; one below 2^-100 is taken as zero. All tables give
    /// the same bits.
    void (*_Nonnull quantize)(size_t count, const float *_Nonnull x, m3_quantized_block *_Nonnull out);

    /// y = W·x, or y += W·x when `accumulate`, for `rows` rows that begin at a panel.
    ///
    /// Each element is one chain over ascending blocks, y = fma(d · scale, Σ code · x code, y), that starts from 0, or from
    /// y when accumulating; the sum of codes is exact. Q4_1 adds at the end the chain of fma(m, scaled_sum, ·) from 0. So an
    /// element's bits depend neither on how rows are split into calls nor on the table.
    ///
    /// - codes, scales: from a panel on, as `pack_quantized` lays them out.
    /// - x: (depth / 32).
    void (*_Nonnull gemv_quantized)(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *_Nonnull codes,
                                    const uint16_t *_Nonnull scales, const m3_quantized_block *_Nonnull x,
                                    float *_Nonnull y, bool accumulate);

    /// C = X·Wᵀ, or C += X·Wᵀ when `accumulate`, for many tokens and `rows` rows of W that begin at a panel: a token's row of
    /// C has the bits that `gemv_quantized` gives it.
    ///
    /// - x: (tokens, depth / 32), a token every `x_stride` blocks.
    /// - codes, scales: from a panel on, as `pack_quantized` lays them out.
    /// - c: (tokens, rows), row-major, a token every `c_stride`.
    void (*_Nonnull gemm_quantized)(m3_quantized_type type, size_t tokens, size_t rows, size_t depth,
                                    const m3_quantized_block *_Nonnull x, size_t x_stride,
                                    const uint8_t *_Nonnull codes, const uint16_t *_Nonnull scales,
                                    float *_Nonnull c, size_t c_stride, bool accumulate);

    // MARK: One token's attention

    /// scores[h, s] = queries[h] · keys[s]: the query heads that share a key-value head read its keys once.
    ///
    /// - queries: (heads, dimension).
    /// - keys: (count, dimension).
    /// - scores: (heads, count), a head every `scores_stride`.
    void (*_Nonnull score_rows)(size_t heads, size_t count, size_t dimension, const float *_Nonnull queries,
                                const float *_Nonnull keys, float *_Nonnull scores, size_t scores_stride);

    /// out[h] += Σ weights[h, s] · values[s]. Each element is one chain of fused multiply-adds over ascending rows, so its
    /// bits depend neither on how rows are split into calls nor on the table.
    ///
    /// - weights: (heads, count), a head every `weights_stride`.
    /// - values: (count, dimension).
    /// - out: (heads, dimension).
    void (*_Nonnull mix_rows)(size_t heads, size_t count, size_t dimension, const float *_Nonnull weights,
                              size_t weights_stride, const float *_Nonnull values, float *_Nonnull out);

    // MARK: Conversion

    /// Narrowing rounds to nearest, ties to even; NaN stays NaN and becomes quiet. All tables give the same bits.
    void (*_Nonnull float_to_bfloat16)(size_t count, const float *_Nonnull in, uint16_t *_Nonnull out);
    void (*_Nonnull bfloat16_to_float)(size_t count, const uint16_t *_Nonnull in, float *_Nonnull out);
    void (*_Nonnull float_to_half)(size_t count, const float *_Nonnull in, uint16_t *_Nonnull out);
    void (*_Nonnull half_to_float)(size_t count, const uint16_t *_Nonnull in, float *_Nonnull out);

    // MARK: Memories as banks store them

    /// Rows of 4-bit codes: out[i] = mean[i] + deviation[i] · (scale · (code[i] − 7.5)), rounded after each operation. All
    /// tables give the same bits.
    ///
    /// - codes: (rows), each a half-precision scale, little-endian, and dimension / 2 bytes of codes, low nibble first;
    ///   without alignment.
    /// - mean, deviation: (dimension); `dimension` is even.
    /// - out: (rows, dimension).
    ///
    /// Returns `rows`, or the first row whose scale is negative or not finite: rows from there on are not decoded.
    size_t (*_Nonnull decode_int4)(size_t rows, size_t dimension, const uint8_t *_Nonnull codes,
                                   const float *_Nonnull mean, const float *_Nonnull deviation, float *_Nonnull out);

    /// Rows of codes of 8, 4, 3 or 2 bits: out[i] = mean[i] + deviation[i] · (scale · (code[i] − half)), half =
    /// (2^bits − 1) / 2, rounded after each operation. All tables give the same bits.
    ///
    /// - codes: (rows), each a half-precision scale, little-endian, and dimension · bits / 8 bytes of codes from the lowest
    ///   bit of the first byte on; without alignment.
    /// - mean, deviation: (dimension); dimension · bits is a multiple of 8.
    /// - out: (rows, dimension).
    ///
    /// Returns `rows`, or the first row whose scale is negative or not finite: rows from there on are not decoded.
    size_t (*_Nonnull decode_levels)(unsigned bits, size_t rows, size_t dimension, const uint8_t *_Nonnull codes,
                                     const float *_Nonnull mean, const float *_Nonnull deviation, float *_Nonnull out);

    /// Makes the rows that `decode_levels` reads: of a few scales the first with the smallest squared error, at it the
    /// nearest level of each (x[i] − mean[i]) / deviation[i], halves upwards. All tables give the same bits.
    ///
    /// - x: (rows, dimension).
    /// - mean, deviation: (dimension); dimension · bits is a multiple of 8.
    /// - normalized: (dimension), scratch.
    /// - codes: (rows), each 2 + dimension · bits / 8 bytes.
    ///
    /// Returns `rows`, or the first row with an element that is not finite or a scale beyond half precision, which is then
    /// in `normalized` as far as its first element that is not finite; rows from there on are not encoded.
    size_t (*_Nonnull encode_levels)(unsigned bits, size_t rows, size_t dimension, const float *_Nonnull x,
                                     const float *_Nonnull mean, const float *_Nonnull deviation,
                                     float *_Nonnull normalized, uint8_t *_Nonnull codes);

    /// out[i] = mean[i] + scale[i] · Σ_j element i of the centroid of codes[j] in table j, rounded after each operation. All
    /// tables give the same bits.
    ///
    /// - codes: (rows, code_count); at most M3_MOST_CODES.
    /// - tables: centroids of `dimension` elements; those of code j begin at element starts[j]. No sum is beyond 16 bits,
    ///   on the way neither.
    /// - starts: (code_count).
    /// - scale, mean: (dimension).
    /// - out: (rows, dimension).
    void (*_Nonnull sum_centroids)(size_t rows, size_t dimension, size_t code_count, const uint32_t *_Nonnull codes,
                                   const int16_t *_Nonnull tables, const size_t *_Nonnull starts,
                                   const float *_Nonnull scale, const float *_Nonnull mean, float *_Nonnull out);

    /// Raises best[r] and indices[r] to the largest x[r][i] + bias[i] and first + i, where it is larger than best[r]; of
    /// equal ones the first. All tables give the same bits.
    ///
    /// - x: (rows, count), a row every `x_stride`.
    /// - bias: (count).
    /// - best, indices: (rows).
    void (*_Nonnull largest_sum)(size_t rows, size_t count, const float *_Nonnull x, size_t x_stride,
                                 const float *_Nonnull bias, uint32_t first, float *_Nonnull best,
                                 uint32_t *_Nonnull indices);

    /// Inserts each x[i] + bias[i] + offset that is larger than the last of the `kept` best, and first + i, in descending
    /// order, behind equal ones. All tables give the same bits.
    ///
    /// - x, bias: (count).
    /// - best, indices: (kept), changed in place; kept ≥ 1.
    void (*_Nonnull largest_sums)(size_t count, const float *_Nonnull x, const float *_Nonnull bias, float offset,
                                  uint32_t first, size_t kept, float *_Nonnull best, uint32_t *_Nonnull indices);

    /// Widens `count` little-endian bfloat16 without alignment. Returns `count`, or the first element that is not finite.
    size_t (*_Nonnull decode_bfloat16)(size_t count, const uint8_t *_Nonnull in, float *_Nonnull out);

    /// As `rope`, for rows that stand at positions of their own.
    ///
    /// - x: (rows, head_dimension), changed in place.
    /// - angles: (positions, 2, head_dimension / 2): a position's cosines, then its sines.
    /// - positions: (rows), each in the table.
    void (*_Nonnull rope_rows)(size_t rows, size_t head_dimension, float *_Nonnull x, const float *_Nonnull angles,
                               const uint16_t *_Nonnull positions);

    // MARK: Near-duplicates

    /// The least value of a set under each of many permutations of the 32-bit numbers: of
    /// (fold(hash) ^ mask) · multiplier mod 2^32, fold(hash) = low half ^ high half. 2^32 − 1 where there are no hashes. All
    /// tables give the same bits.
    ///
    /// - hashes: (count), in any order.
    /// - masks, multipliers: (permutations); multipliers are odd, which makes each a permutation.
    /// - minima: (permutations).
    void (*_Nonnull minhash)(size_t count, const uint64_t *_Nonnull hashes, size_t permutations,
                             const uint32_t *_Nonnull masks, const uint32_t *_Nonnull multipliers,
                             uint32_t *_Nonnull minima);

    /// Appends the words of ASCII text, in lower case: runs of letters and digits, each followed by one space where
    /// anything stands behind it. Whatever is neither separates words and is dropped but for that space.
    ///
    /// - text: (count).
    /// - words: what was found so far; a word that is not ended goes on.
    ///
    /// Returns how many bytes were read: all, or those before the first that is not ASCII or, when `stops_at_digits`, is a
    /// digit. All tables append the same; what they leave behind it in the space that is free may differ.
    size_t (*_Nonnull fold_words)(size_t count, const uint8_t *_Nonnull text, bool stops_at_digits,
                                  m3_words *_Nonnull words);

    /// Where words begin: at the first byte, and behind each space, also one that is the last byte.
    ///
    /// - bytes: (count), words with one space between any two.
    /// - starts: room for M3_WORDS_SLACK more than there are words.
    ///
    /// Returns how many words there are.
    size_t (*_Nonnull word_starts)(size_t count, const uint8_t *_Nonnull bytes, size_t *_Nonnull starts);
} m3_kernels;

/// The tables this machine can run, fastest first, then the emulations; null from the end on.
const m3_kernels *_Nullable m3_kernels_at(size_t index);

/// XXH3-64 of each run of `length` units of a text: hashes[i] is that of the bytes from starts[i] to starts[i + length] − gap.
///
/// - starts: (count + length), ascending: where a unit begins, and where one would begin behind the last.
/// - gap: bytes between two units.
void m3_hash_windows(const uint8_t *_Nonnull bytes, const size_t *_Nonnull starts, size_t count, size_t length,
                     size_t gap, uint64_t *_Nonnull hashes);

/// XXH3-64 of each band of a MinHash signature, seeded with the band's number.
///
/// - minima: (bands, rows).
/// - keys: (bands).
void m3_hash_bands(size_t bands, size_t rows, const uint32_t *_Nonnull minima, uint64_t *_Nonnull keys);

/// Asks the processor to bring bytes near. It reads nothing that a program could notice.
static inline void m3_prefetch(const void *_Nonnull p, size_t bytes) {
    for (size_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch((const char *)p + byte);
}

#endif
