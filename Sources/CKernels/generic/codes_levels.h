/// Rows of scalar codes of 8, 4, 3 or 2 bits, packed densely from the lowest bit of the first byte on.

#include "../codes_ranges.h"

/// Codes that are unpacked together: whole bytes of any width, and whole vectors.
#define GROUP (LANES < 8 ? 8 : LANES)

/// `GROUP` codes at `codes` as levels − half, in GROUP / LANES vectors.
INLINE void unpack_levels(const unsigned bits, const uint8_t *codes, vector *levels) {
    UNROLL for (size_t part = 0; part < GROUP / LANES; part++) {
        words spread, shifts;
        UNROLL for (size_t lane = 0; lane < LANES; lane++) {
            const size_t index = part * LANES + lane;
            uint32_t eight = 0;
            if (bits == 8) {
                eight = codes[index];
                shifts[lane] = 0;
            } else {
                memcpy(&eight, codes + index / 8 * bits, bits);
                shifts[lane] = (uint32_t)(index % 8 * bits);
            }
            spread[lane] = eight;
        }
        const words code = (spread >> shifts) & ((1u << bits) - 1);
        levels[part] = __builtin_convertvector((integers)code, vector) - splat(half_range(bits));
    }
}

INLINE size_t decode_rows(const unsigned bits, size_t rows, size_t dimension, const uint8_t *codes, const float *mean,
                          const float *deviation, float *out) {
    const size_t size = dimension * bits / 8;
    for (size_t row = 0; row < rows; row++, codes += size, out += dimension) {
        const uint16_t half = (uint16_t)(codes[0] | codes[1] << 8);
        if ((half & 0x7c00) == 0x7c00 || half > 0x8000) return row;
        codes += 2;
        halfwords lanes = (halfwords)0;
        lanes[0] = half;
        const vector scale = splat(widen_half(lanes)[0]);
        vector levels[GROUP / LANES];
        size_t i = 0;
        for (; dimension - i >= GROUP; i += GROUP) {
            unpack_levels(bits, codes + i * bits / 8, levels);
            UNROLL for (size_t part = 0; part < GROUP / LANES; part++) {
                const size_t j = i + part * LANES;
                store(out + j, load(mean + j) + load(deviation + j) * (scale * levels[part]));
            }
        }
        if (i < dimension) {
            uint8_t padded[GROUP] = {0};
            memcpy(padded, codes + i * bits / 8, size - i * bits / 8);
            unpack_levels(bits, padded, levels);
            float rest[GROUP];
            UNROLL for (size_t part = 0; part < GROUP / LANES; part++) store(rest + part * LANES, levels[part]);
            for (size_t j = 0; i + j < dimension; j++)
                out[i + j] = mean[i + j] + deviation[i + j] * (scale[0] * rest[j]);
        }
    }
    return rows;
}

static size_t decode_levels(unsigned bits, size_t rows, size_t dimension, const uint8_t *codes, const float *mean,
                            const float *deviation, float *out) {
    switch (bits) {
        case 8: return decode_rows(8, rows, dimension, codes, mean, deviation, out);
        case 4: return decode_int4(rows, dimension, codes, mean, deviation, out);
        case 3: return decode_rows(3, rows, dimension, codes, mean, deviation, out);
        default: return decode_rows(2, rows, dimension, codes, mean, deviation, out);
    }
}

typedef float ranges __attribute__((ext_vector_type(RANGE_COUNT)));
typedef int32_t range_integers __attribute__((ext_vector_type(RANGE_COUNT)));
typedef _Float16 range_halves __attribute__((ext_vector_type(RANGE_COUNT)));

/// The scale with the smallest squared error, as half-precision bits: all ranges side by side, elements one by one, so
/// that sums are those of the definition.
INLINE uint16_t best_scale(const unsigned bits, size_t count, const float *x, float largest) {
    ranges fractions;
    memcpy(&fractions, range_fractions(bits), sizeof fractions);
    const range_halves halves = __builtin_convertvector(largest * fractions / half_range(bits), range_halves);
    const ranges scales = __builtin_convertvector(halves, ranges);
    const float top = (float)((1u << bits) - 1);
    ranges errors = (ranges)0;
    for (size_t i = 0; i < count; i++) {
        const ranges place = (ranges)x[i] / scales + half_range(bits);
        ranges bounded = place < 0 ? (ranges)0 : place;
        bounded = bounded > top ? (ranges)top : bounded;
        ranges code = __builtin_convertvector(__builtin_convertvector(bounded, range_integers), ranges);
        code = bounded - code >= 0.5f ? code + 1 : code;
        code = scales > 0 ? code : (ranges)0;
        const ranges difference = (ranges)x[i] - scales * (code - half_range(bits));
        errors += difference * difference;
    }
    float sums[RANGE_COUNT];
    uint16_t candidates[RANGE_COUNT];
    memcpy(sums, &errors, sizeof sums);
    memcpy(candidates, &halves, sizeof candidates);
    size_t best = 0;
    for (size_t i = 1; i < RANGE_COUNT; i++) best = sums[i] < sums[best] ? i : best;
    return candidates[best];
}

INLINE size_t encode_rows(const unsigned bits, size_t rows, size_t dimension, const float *x, const float *mean,
                          const float *deviation, float *normalized, uint8_t *codes) {
    const size_t size = dimension * bits / 8;
    for (size_t row = 0; row < rows; row++, x += dimension, codes += size) {
        float largest = 0;
        bool is_finite = true;
        for (size_t i = 0; i < dimension; i++) {
            normalized[i] = (x[i] - mean[i]) / deviation[i];
            const float magnitude = fabsf(normalized[i]);
            is_finite &= magnitude < INFINITY;
            largest = magnitude > largest ? magnitude : largest;
        }
        if (!is_finite || !(largest / half_range(bits) < 65504)) return row;
        halfwords lanes = (halfwords)0;
        lanes[0] = best_scale(bits, dimension, normalized, largest);
        const float scale = widen_half(lanes)[0];
        *codes++ = (uint8_t)lanes[0];
        *codes++ = (uint8_t)(lanes[0] >> 8);
        for (size_t i = 0; i < dimension; i += 8) {
            const size_t count = dimension - i < 8 ? dimension - i : 8;
            uint64_t eight = 0;
            for (size_t j = 0; j < count; j++)
                eight |= (uint64_t)level_code(normalized[i + j], scale, bits) << (j * bits);
            memcpy(codes + i * bits / 8, &eight, (count * bits + 7) / 8);
        }
    }
    return rows;
}

static size_t encode_levels(unsigned bits, size_t rows, size_t dimension, const float *x, const float *mean,
                            const float *deviation, float *normalized, uint8_t *codes) {
    switch (bits) {
        case 8: return encode_rows(8, rows, dimension, x, mean, deviation, normalized, codes);
        case 4: return encode_rows(4, rows, dimension, x, mean, deviation, normalized, codes);
        case 3: return encode_rows(3, rows, dimension, x, mean, deviation, normalized, codes);
        default: return encode_rows(2, rows, dimension, x, mean, deviation, normalized, codes);
    }
}
