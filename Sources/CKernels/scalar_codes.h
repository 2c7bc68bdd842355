/// The scalar variant's share of the functions that decode memories.

static size_t decode_int4(size_t rows, size_t dimension, const uint8_t *codes, const float *mean,
                          const float *deviation, float *out) {
    for (size_t row = 0; row < rows; row++, codes += 2 + dimension / 2, out += dimension) {
        const float scale = float_from_half((uint16_t)(codes[0] | codes[1] << 8));
        if (!isfinite(scale) || scale < 0) return row;
        for (size_t i = 0; i < dimension; i++) {
            const int code = codes[2 + i / 2] >> (i % 2 == 0 ? 0 : 4) & 15;
            out[i] = mean[i] + deviation[i] * (scale * ((float)code - 7.5f));
        }
    }
    return rows;
}

static size_t decode_bfloat16(size_t count, const uint8_t *in, float *out) {
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        out[i] = float_of((uint32_t)in[2 * i] << 16 | (uint32_t)in[2 * i + 1] << 24);
        if (finite == i && isfinite(out[i])) finite++;
    }
    return finite;
}

static void rope_rows(size_t rows, size_t head_dimension, float *x, const float *angles, const uint16_t *positions) {
    for (size_t row = 0; row < rows; row++) {
        const float *cos = angles + positions[row] * head_dimension;
        rope(1, head_dimension, x + row * head_dimension, head_dimension, cos, cos + head_dimension / 2);
    }
}
