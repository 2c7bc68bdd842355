#include "CICU.h"

#include <stdlib.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

int64_t m3_icu_nfkc(const char *utf8, int64_t count, char *result, int64_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *form = unorm2_getNFKCInstance(&status);
    if (U_FAILURE(status) || count > (int64_t)1 << 28) return -1;
    if (count == 0) return 0;

    // UTF-16 has at most one unit a byte of UTF-8.
    UChar *text = malloc((size_t)count * sizeof(UChar));
    UChar *normal = NULL;
    int64_t needed = -1;
    int32_t units = 0;
    if (!text) goto end;
    u_strFromUTF8WithSub(text, (int32_t)count, &units, utf8, (int32_t)count, 0xFFFD, NULL, &status);
    if (U_FAILURE(status)) goto end;

    int32_t length = unorm2_normalize(form, text, units, NULL, 0, &status);
    if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status)) goto end;
    status = U_ZERO_ERROR;
    normal = malloc(((size_t)length + 1) * sizeof(UChar));
    if (!normal) goto end;
    unorm2_normalize(form, text, units, normal, length + 1, &status);
    if (U_FAILURE(status)) goto end;

    int32_t bytes = 0;
    const int32_t room = capacity > INT32_MAX ? INT32_MAX : (int32_t)capacity;
    u_strToUTF8(result, room, &bytes, normal, length, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(status)) needed = bytes;
end:
    free(text);
    free(normal);
    return needed;
}
