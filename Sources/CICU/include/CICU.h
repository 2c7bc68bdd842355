// What M3 needs of ICU, in C under names of its own: ICU's headers rename each function after ICU's version, which Swift
// does not see through.

#ifndef M3_CICU_H
#define M3_CICU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Words of a text by the rules of UAX #29 and, for scripts without spaces, by ICU's dictionaries.
// One is for one thread at a time.
typedef struct m3_icu_words m3_icu_words;

typedef enum {
    M3_ICU_OTHER = 0,
    M3_ICU_NUMBER = 1,
    M3_ICU_WORD = 2,
} m3_icu_kind;

// Null where ICU has no rules or no memory.
m3_icu_words *m3_icu_words_open(void);
void m3_icu_words_close(m3_icu_words *words);

// The bytes must live, and stay as they are, until the next text or m3_icu_words_close. A byte that belongs to no
// well-formed sequence is a character of its own. False where ICU fails.
bool m3_icu_words_set_text(m3_icu_words *words, const char *utf8, int64_t count);

// The byte behind the next segment; -1 at the end.
int64_t m3_icu_words_next(m3_icu_words *words, m3_icu_kind *kind);

// Writes the text in normalization form KC. Returns how many bytes it takes, which are written if `capacity` suffices; -1
// where ICU fails or the text has more than 2^28 bytes.
int64_t m3_icu_nfkc(const char *utf8, int64_t count, char *result, int64_t capacity);

// For each of `count` code points from `first` on: whether ICU's transform to simplified Chinese changes it.
// False where ICU has no such transform.
bool m3_icu_traditional(uint32_t first, uint32_t count, bool *flags);

// The versions of ICU's code and of its data, with dots, ended by a zero. An empty text where ICU has none.
enum { M3_ICU_VERSION_LENGTH = 20 };
void m3_icu_version(char code[M3_ICU_VERSION_LENGTH], char data[M3_ICU_VERSION_LENGTH]);

#ifdef __cplusplus
}
#endif

#endif
