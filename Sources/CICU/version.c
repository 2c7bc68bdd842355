#include "CICU.h"

#include <unicode/icudataver.h>
#include <unicode/uversion.h>

_Static_assert(M3_ICU_VERSION_LENGTH >= U_MAX_VERSION_STRING_LENGTH, "a version's text fits");

void m3_icu_version(char code[M3_ICU_VERSION_LENGTH], char data[M3_ICU_VERSION_LENGTH]) {
    UVersionInfo version;
    u_getVersion(version);
    u_versionToString(version, code);
    UErrorCode status = U_ZERO_ERROR;
    u_getDataVersion(version, &status);
    data[0] = 0;
    if (U_SUCCESS(status)) u_versionToString(version, data);
}
