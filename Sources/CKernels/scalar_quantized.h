/// The slow, obvious products with quantized weights: rows stay one after another (panels of one row).

static void pack_quantized(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *blocks, uint8_t *codes,
                           uint16_t *scales) {
    const m3_block_layout layout = m3_block_layout_of(type);
    for (size_t b = 0; b < rows * (depth / M3_QUANTIZED_BLOCK); b++, blocks += layout.bytes) {
        memcpy(scales + b * layout.scales, blocks, 2 * layout.scales);
        memcpy(codes + b * layout.words * 4, blocks + 2 * layout.scales, layout.words * 4);
    }
}

static void quantize(size_t count, const float *x, m3_quantized_block *out) {
    for (size_t b = 0; b < count / M3_QUANTIZED_BLOCK; b++, x += M3_QUANTIZED_BLOCK) {
        uint32_t largest = 0;
        for (size_t i = 0; i < M3_QUANTIZED_BLOCK; i++) {
            const uint32_t magnitude = bits_of(x[i]) & 0x7fffffff;
            largest = magnitude > largest ? magnitude : largest;
        }
        const m3_block_scale scale = m3_block_scale_of(largest);
        out[b].scale = scale.scale;
        out[b].sum = 0;
        for (size_t i = 0; i < M3_QUANTIZED_BLOCK; i++) {
            out[b].codes[i] = scale.inverse == 0 ? 0 : (int8_t)nearbyintf(x[i] * scale.inverse);
            out[b].sum += out[b].codes[i];
        }
        out[b].scaled_sum = scale.scale * (float)out[b].sum;
    }
}

/// Code `i` of a block as the integer that its scale multiplies.
static int32_t quantized_weight(m3_quantized_type type, const uint8_t *codes, size_t i) {
    if (type == M3_Q8_0) return (int8_t)codes[i];
    const size_t half = M3_QUANTIZED_BLOCK / 2;
    const int32_t code = i < half ? codes[i] & 15 : codes[i - half] >> 4;
    return type == M3_Q4_0 ? code - 8 : code;
}

static void gemv_quantized(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *codes,
                           const uint16_t *scales, const m3_quantized_block *x, float *y, bool accumulate) {
    const m3_block_layout layout = m3_block_layout_of(type);
    for (size_t row = 0; row < rows; row++) {
        float sum = accumulate ? y[row] : 0, minimum = 0;
        for (size_t b = 0; b < depth / M3_QUANTIZED_BLOCK; b++) {
            int32_t products = 0;
            for (size_t i = 0; i < M3_QUANTIZED_BLOCK; i++)
                products += quantized_weight(type, codes, i) * x[b].codes[i];
            sum = fmaf(float_from_half(scales[0]) * x[b].scale, (float)products, sum);
            if (type == M3_Q4_1) minimum = fmaf(float_from_half(scales[1]), x[b].scaled_sum, minimum);
            codes += layout.words * 4;
            scales += layout.scales;
        }
        y[row] = type == M3_Q4_1 ? sum + minimum : sum;
    }
}

static void gemm_quantized(m3_quantized_type type, size_t tokens, size_t rows, size_t depth,
                           const m3_quantized_block *x, size_t x_stride, const uint8_t *codes, const uint16_t *scales,
                           float *c, size_t c_stride, bool accumulate) {
    for (size_t token = 0; token < tokens; token++)
        gemv_quantized(type, rows, depth, codes, scales, x + token * x_stride, c + token * c_stride, accumulate);
}

static void score_rows(size_t heads, size_t count, size_t dimension, const float *queries, const float *keys,
                       float *scores, size_t scores_stride) {
    for (size_t head = 0; head < heads; head++)
        for (size_t row = 0; row < count; row++)
            scores[head * scores_stride + row] = dot(dimension, queries + head * dimension, keys + row * dimension);
}

static void mix_rows(size_t heads, size_t count, size_t dimension, const float *weights, size_t weights_stride,
                     const float *values, float *out) {
    for (size_t head = 0; head < heads; head++)
        for (size_t row = 0; row < count; row++)
            add_scaled(dimension, weights[head * weights_stride + row], values + row * dimension,
                       out + head * dimension);
}
