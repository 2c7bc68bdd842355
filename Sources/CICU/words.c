#include "CICU.h"

#include <stdlib.h>

#include <unicode/ubrk.h>
#include <unicode/utext.h>

struct m3_icu_words {
    UBreakIterator *iterator;
    UText text;
};

m3_icu_words *m3_icu_words_open(void) {
    m3_icu_words *words = malloc(sizeof *words);
    if (!words) return NULL;
    const UText empty = UTEXT_INITIALIZER;
    words->text = empty;
    UErrorCode status = U_ZERO_ERROR;
    words->iterator = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (U_SUCCESS(status)) return words;
    free(words);
    return NULL;
}

void m3_icu_words_close(m3_icu_words *words) {
    ubrk_close(words->iterator);
    utext_close(&words->text);
    free(words);
}

bool m3_icu_words_set_text(m3_icu_words *words, const char *utf8, int64_t count) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&words->text, utf8, count, &status);
    ubrk_setUText(words->iterator, &words->text, &status);
    if (U_FAILURE(status)) return false;
    ubrk_first(words->iterator);
    return true;
}

int64_t m3_icu_words_next(m3_icu_words *words, m3_icu_kind *kind) {
    const int32_t end = ubrk_next(words->iterator);
    if (end == UBRK_DONE) return -1;
    const int32_t status = ubrk_getRuleStatus(words->iterator);
    *kind = status < UBRK_WORD_NONE_LIMIT ? M3_ICU_OTHER : status < UBRK_WORD_NUMBER_LIMIT ? M3_ICU_NUMBER : M3_ICU_WORD;
    return end;
}
