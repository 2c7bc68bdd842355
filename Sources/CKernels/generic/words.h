/// Words of ASCII text: vectors find what bytes are, bits of a block say what is dropped and where words begin.

/// Bytes that a bit mask stands for.
#define WORDS_BLOCK 32

typedef uint8_t block __attribute__((ext_vector_type(WORDS_BLOCK)));
typedef bool block_bits __attribute__((ext_vector_type(WORDS_BLOCK)));

/// The bits of the lanes that are not 0.
INLINE uint32_t bits_of_lanes(block x) {
    const block_bits lanes = __builtin_convertvector(x, block_bits);
    uint32_t bits;
    memcpy(&bits, &lanes, sizeof bits);
    return bits;
}

/// The next `count` bytes, up to a block, behind them zeros.
INLINE block load_block(const uint8_t *bytes, size_t count) {
    block x = (block)0;
    if (count >= WORDS_BLOCK) {
        memcpy(&x, bytes, WORDS_BLOCK);
    } else {
        uint8_t padded[WORDS_BLOCK] = {0};
        memcpy(padded, bytes, count);
        memcpy(&x, padded, WORDS_BLOCK);
    }
    return x;
}

static size_t fold_words(size_t count, const uint8_t *text, bool stops_at_digits, m3_words *words) {
    uint8_t *out = words->bytes + words->byte_count;
    uint8_t folded[2 * WORDS_BLOCK] = {0};
    uint32_t is_in_word = words->is_in_word, stops = 0;
    size_t i = 0;
    while (i < count && !stops) {
        const block x = load_block(text + i, count - i);
        const block letters = (block)((x | 0x20) - 'a' < 26), digits = (block)(x - '0' < 10), parts = letters | digits;
        const block lower = (letters & (x | 0x20)) | (digits & x) | (~parts & ' ');
        stops = bits_of_lanes((block)(x >= 0x80) | (stops_at_digits ? digits : (block)0));
        const size_t rest = count - i < WORDS_BLOCK ? count - i : WORDS_BLOCK;
        const size_t taken = stops ? (size_t)__builtin_ctz(stops) : rest;
        if (taken == 0) break;

        const uint32_t inside = UINT32_MAX >> (WORDS_BLOCK - taken);
        const uint32_t kept = bits_of_lanes(parts) & inside, behind = kept << 1 | is_in_word;
        uint32_t dropped = ~(kept | behind) & inside;
        memcpy(out, &lower, WORDS_BLOCK);
        size_t shift = 0;
        if (dropped) {
            memcpy(folded, &lower, WORDS_BLOCK);
            for (; dropped; dropped &= dropped - 1, shift++) {
                const size_t gap = (size_t)__builtin_ctz(dropped);
                memcpy(out + gap - shift, folded + gap + 1, WORDS_BLOCK);
            }
        }
        out += taken - shift;
        is_in_word = kept >> (taken - 1) & 1;
        i += taken;
    }
    words->byte_count = (size_t)(out - words->bytes);
    words->is_in_word = is_in_word;
    return i;
}

static size_t word_starts(size_t count, const uint8_t *bytes, size_t *starts) {
    if (count == 0) return 0;
    size_t *next = starts;
    *next++ = 0;
    for (size_t i = 0; i < count; i += WORDS_BLOCK) {
        uint32_t spaces = bits_of_lanes((block)(load_block(bytes + i, count - i) == ' '));
        size_t *const end = next + __builtin_popcount(spaces);
        // Blocks with more than 8 words are few: to write 8 always is faster than to guess how many.
        do UNROLL for (int j = 0; j < 8; j++) {
                *next++ = i + 1 + (size_t)__builtin_ctz(spaces | 1u << 31);
                spaces &= spaces - 1;
            }
        while (spaces);
        next = end;
    }
    return (size_t)(next - starts);
}

#undef WORDS_BLOCK
