/* Another machine's habits, for LD_PRELOAD: the names of a folder come in the reverse order, and the calendar's clock is
   years ahead (M3_AHEAD seconds). Neither may change a byte of any result. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* What is left of a folder that is being listed, last name first. */
struct listing {
    DIR *folder;
    struct dirent *entries;
    size_t left;
    struct listing *next;
};

static __thread struct listing *listings;

static struct listing *find(DIR *folder) {
    for (struct listing *one = listings; one; one = one->next)
        if (one->folder == folder) return one;
    return NULL;
}

static struct listing *read_all(DIR *folder) {
    struct dirent *(*next)(DIR *) = dlsym(RTLD_NEXT, "readdir");
    struct listing *made = calloc(1, sizeof *made);
    size_t room = 0;
    for (struct dirent *entry; (entry = next(folder));) {
        if (made->left == room) made->entries = realloc(made->entries, (room = 2 * room + 16) * sizeof *entry);
        memcpy(&made->entries[made->left++], entry, entry->d_reclen < sizeof *entry ? entry->d_reclen : sizeof *entry);
    }
    made->folder = folder;
    made->next = listings;
    return listings = made;
}

struct dirent *readdir(DIR *folder) {
    struct listing *listing = find(folder);
    if (!listing) listing = read_all(folder);
    return listing->left ? &listing->entries[--listing->left] : NULL;
}

struct dirent64 *readdir64(DIR *folder) { return (struct dirent64 *)readdir(folder); }

int closedir(DIR *folder) {
    for (struct listing **link = &listings; *link; link = &(*link)->next) {
        if ((*link)->folder != folder) continue;
        struct listing *gone = *link;
        *link = gone->next;
        free(gone->entries);
        free(gone);
        break;
    }
    return ((int (*)(DIR *))dlsym(RTLD_NEXT, "closedir"))(folder);
}

static time_t ahead(void) {
    const char *text = getenv("M3_AHEAD");
    return text ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = ((int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime"))(clock, now);
    if (!result && clock == CLOCK_REALTIME) now->tv_sec += ahead();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int result = ((int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday"))(now, zone);
    if (!result) now->tv_sec += ahead();
    return result;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
