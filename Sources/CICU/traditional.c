#include "CICU.h"

#include <string.h>

#include <unicode/utf16.h>
#include <unicode/utrans.h>

bool m3_icu_traditional(uint32_t first, uint32_t count, bool *flags) {
    static const UChar name[] = u"Hant-Hans";
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *transform = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status)) return false;
    for (uint32_t index = 0; index < count && U_SUCCESS(status); index++) {
        UChar before[2];
        int32_t length = 0;
        U16_APPEND_UNSAFE(before, length, first + index);
        UChar after[16];
        memcpy(after, before, sizeof before);
        int32_t changed = length;
        int32_t limit = length;
        utrans_transUChars(transform, after, &changed, 16, 0, &limit, &status);
        flags[index] = changed != length || memcmp(before, after, (size_t)length * sizeof(UChar)) != 0;
    }
    utrans_close(transform);
    return U_SUCCESS(status);
}
