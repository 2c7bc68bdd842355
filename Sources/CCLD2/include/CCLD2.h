// What M3 needs of Compact Language Detector 2, in C: which languages a text is written in.
//
// CLD2's tables are constant and a call keeps nothing: any number of threads may call at once.

#ifndef M3_CCLD2_H
#define M3_CCLD2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    // CLD2's code of the language ("en", "zh-Hant", "iw"; "un" where it knows none), which lives as long as the program.
    const char *code;
    // Share of the text's letters, by bytes, in percent.
    int32_t percent;
    // How usual the text is for that language: about 1 for ordinary text.
    double normality;
} m3_cld2_language;

typedef struct {
    // By share, largest first.
    m3_cld2_language languages[3];
    // The bytes of letters that were looked at.
    int32_t letter_bytes;
    // The first language is clearly ahead of the next.
    bool is_reliable;
} m3_cld2_result;

// Identifies plain text. `best_effort`: a short text gets the likeliest language instead of none.
// Returns the bytes of the text's valid beginning: fewer than `count` where a byte sequence is not UTF-8 or a code point is
// not for interchange (most controls, noncharacters); the result is then unset.
int32_t m3_cld2_identify(const char *utf8, int32_t count, bool best_effort, m3_cld2_result *result);

// The version of CLD2's code and the date of its tables: "V2.0 - 20141016".
const char *m3_cld2_version(void);

typedef struct {
    // As in m3_cld2_language.
    const char *code;
    // CLD2's English name: "SPANISH", "ChineseT".
    const char *name;
} m3_cld2_known_language;

// The languages that these tables can identify, in CLD2's order: `visit` is called with each. CLD2 numbers many more.
void m3_cld2_languages(void *context, void (*visit)(void *context, m3_cld2_known_language language));

#ifdef __cplusplus
}
#endif

#endif
