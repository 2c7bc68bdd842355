#include "CCLD2.h"

#include <cstdio>
#include <cstring>

#include <cld2/internal/cld2tablesummary.h>
#include <cld2/internal/lang_script.h>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace CLD2 {
extern const CLD2TableSummary kQuad_obj;
extern const CLD2TableSummary kCjkCompat_obj;
}  // namespace CLD2

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

const char *m3_cld2_version(void) {
    return CLD2::DetectLanguageVersion();
}

// Whether a table names a language: its entries are the code with a script ("en-Latn"), or the code itself ("zh-Hant").
static bool names(const CLD2::CLD2TableSummary &table, const char *code) {
    const size_t length = strlen(code);
    const char *entry = table.kRecognizedLangScripts;
    while (entry && *entry) {
        const size_t size = strcspn(entry, " ");
        const bool begins = size >= length && memcmp(entry, code, length) == 0;
        if (begins && (size == length || (size == length + 5 && entry[length] == '-'))) return true;
        entry += size;
        entry += strspn(entry, " ");
    }
    return false;
}

// Whether a language is the only one that CLD2 knows in some script.
static bool has_script(CLD2::Language language) {
    for (int index = 0; index < CLD2::NUM_ULSCRIPTS; index++) {
        const CLD2::ULScript script = static_cast<CLD2::ULScript>(index);
        if (CLD2::ULScriptRecognitionType(script) != CLD2::RTypeOne) continue;
        if (CLD2::DefaultLanguage(script) == language) return true;
    }
    return false;
}

void m3_cld2_languages(void *context, void (*visit)(void *context, m3_cld2_known_language language)) {
    for (int index = 0; index < CLD2::NUM_LANGUAGES; index++) {
        const CLD2::Language language = static_cast<CLD2::Language>(index);
        const char *code = CLD2::LanguageCode(language);
        if (!*code || language == CLD2::UNKNOWN_LANGUAGE || language == CLD2::TG_UNKNOWN_LANGUAGE) continue;
        if (!names(CLD2::kQuad_obj, code) && !names(CLD2::kCjkCompat_obj, code) && !has_script(language)) continue;
        visit(context, {code, CLD2::LanguageName(language)});
    }
}
