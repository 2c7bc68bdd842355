/// The scalar variant's share of scalar codes.

#include "codes_ranges.h"

static size_t decode_levels(unsigned bits, size_t rows, size_t dimension, const uint8_t *codes, const float *mean,
                            const float *deviation, float *out) {
    for (size_t row = 0; row < rows; row++, codes += 2 + dimension * bits / 8, out += dimension) {
        const float scale = float_from_half((uint16_t)(codes[0] | codes[1] << 8));
        if (!isfinite(scale) || scale < 0) return row;
        for (size_t i = 0; i < dimension; i++) {
            unsigned code = 0;
            for (unsigned bit = 0; bit < bits; bit++) {
                const size_t place = i * bits + bit;
                code |= (codes[2 + place / 8] >> place % 8 & 1u) << bit;
            }
            out[i] = mean[i] + deviation[i] * (scale * ((float)code - half_range(bits)));
        }
    }
    return rows;
}

static float levels_error(size_t count, const float *x, float scale, unsigned bits) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        const float difference = x[i] - scale * ((float)level_code(x[i], scale, bits) - half_range(bits));
        sum += difference * difference;
    }
    return sum;
}

static size_t encode_levels(unsigned bits, size_t rows, size_t dimension, const float *x, const float *mean,
                            const float *deviation, float *normalized, uint8_t *codes) {
    for (size_t row = 0; row < rows; row++, x += dimension, codes += 2 + dimension * bits / 8) {
        float largest = 0;
        for (size_t i = 0; i < dimension; i++) {
            normalized[i] = (x[i] - mean[i]) / deviation[i];
            if (!isfinite(normalized[i])) return row;
            largest = fmaxf(largest, fabsf(normalized[i]));
        }
        if (!(largest / half_range(bits) < 65504)) return row;
        uint16_t best = 0;
        float smallest = INFINITY;
        for (size_t range = 0; range < RANGE_COUNT; range++) {
            const uint16_t scale = half_from_float(largest * range_fractions(bits)[range] / half_range(bits));
            const float error = levels_error(dimension, normalized, float_from_half(scale), bits);
            if (error < smallest) {
                smallest = error;
                best = scale;
            }
        }
        memset(codes, 0, 2 + dimension * bits / 8);
        codes[0] = (uint8_t)best;
        codes[1] = (uint8_t)(best >> 8);
        for (size_t i = 0; i < dimension; i++) {
            const unsigned code = level_code(normalized[i], float_from_half(best), bits);
            for (unsigned bit = 0; bit < bits; bit++) {
                const size_t place = i * bits + bit;
                codes[2 + place / 8] |= (uint8_t)((code >> bit & 1u) << place % 8);
            }
        }
    }
    return rows;
}
