#include "CCLD2.h"

#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

int32_t m3_cld2_identify(const char *utf8, int32_t count, bool best_effort, m3_cld2_result *result) {
    const CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percents[3];
    double scores[3];
    int letters = 0;
    bool reliable = false;
    int valid = 0;
    CLD2::ExtDetectLanguageSummaryCheckUTF8(
        utf8, count, true, &hints, best_effort ? CLD2::kCLDFlagBestEffort : 0, languages, percents, scores, nullptr, &letters,
        &reliable, &valid);
    if (valid < count) return valid;
    for (int index = 0; index < 3; index++) {
        result->languages[index] = {CLD2::LanguageCode(languages[index]), percents[index], scores[index]};
    }
    result->letter_bytes = letters;
    result->is_reliable = reliable;
    return valid;
}
