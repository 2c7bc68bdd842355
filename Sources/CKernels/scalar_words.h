/// The scalar variant's share of finding words.

static size_t fold_words(size_t count, const uint8_t *text, bool stops_at_digits, m3_words *words) {
    size_t i = 0;
    for (; i < count && text[i] < 0x80; i++) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        const uint8_t lower = text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 0x20 : text[i];
        if (is_digit && stops_at_digits) break;
        if (is_digit || (lower >= 'a' && lower <= 'z')) {
            words->bytes[words->byte_count++] = lower;
            words->is_in_word = true;
        } else if (words->is_in_word) {
            words->bytes[words->byte_count++] = ' ';
            words->is_in_word = false;
        }
    }
    return i;
}

static size_t word_starts(size_t count, const uint8_t *bytes, size_t *starts) {
    if (count == 0) return 0;
    size_t words = 0;
    starts[words++] = 0;
    for (size_t i = 0; i < count; i++)
        if (bytes[i] == ' ') starts[words++] = i + 1;
    return words;
}
