/* Stands between a tool and the C library's file calls, and fails one of them, or writes down all of them.
 *
 *   cc -shared -fPIC -O2 -o shim.so shim.c -ldl
 *   LD_PRELOAD=shim.so M3_FAULT_ROOT=/work M3_FAULT_CALL=write M3_FAULT_AT=3 M3_FAULT_DO=eio tool ...
 *
 * Only calls on files beneath M3_FAULT_ROOT count, so that what the loader and libraries read does not.
 *
 *   M3_FAULT_CALL  a kind of call, see `kind_names`, or `change`: any of those that change a folder or a file
 *   M3_FAULT_AT    its number, from 1; every: all of them, of which eintr leaves the next one of a thread alone
 *   M3_FAULT_DO    eio, emfile, eintr; enospc, edquot, erofs (this call, and every later one that such a disk refuses);
 *                  short (half of the bytes, no error), torn (half of the bytes, then SIGKILL), before and after (SIGKILL
 *                  before or after the call), lie (nothing is done, and success is said; of write, sync, rename and unlink)
 *   M3_FAULT_ALSO  another folder whose files count: the models'
 *   M3_FAULT_SKIP  files: fsync of files does nothing; folders: that of folders does nothing; both
 *   M3_FAULT_REPORT  a file: what was done to which path, and at exit how many calls of each kind there were
 *   M3_FAULT_LOG   a file: every change with its data, in order, for power_loss.py
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, CREATE, READ, WRITE, SYNC, RENAME, UNLINK, MKDIR, FLOCK, STAT, LIST, CLOSE, UNFORESEEN, KINDS };
static const char *const kind_names[KINDS] = {"open",  "create", "read", "write", "sync",  "rename",    "unlink",
                                              "mkdir", "flock",  "stat", "list",  "close", "unforeseen"};
static const int is_change[KINDS] = {[CREATE] = 1, [WRITE] = 1, [SYNC] = 1, [RENAME] = 1,
                                     [UNLINK] = 1, [MKDIR] = 1, [FLOCK] = 1};
static const int needs_space[KINDS] = {[CREATE] = 1, [WRITE] = 1, [SYNC] = 1, [RENAME] = 1, [MKDIR] = 1};

enum fault { NONE, EIO_, ENOSPC_, EDQUOT_, EROFS_, EMFILE_, EINTR_, SHORT, TORN, BEFORE, AFTER, LIE, FAULTS };
static const char *const fault_names[FAULTS] = {"none",   "eio",   "enospc", "edquot", "erofs", "emfile",
                                                "eintr",  "short", "torn",   "before", "after", "lie"};
/* What a call that is refused says. */
static const int errors[FAULTS] = {[EIO_] = EIO,     [ENOSPC_] = ENOSPC, [EDQUOT_] = EDQUOT,
                                   [EROFS_] = EROFS, [EMFILE_] = EMFILE, [EINTR_] = EINTR};

#define MAXIMUM_DESCRIPTORS 4096
#define MAXIMUM_PATH 4096

static char root[MAXIMUM_PATH], also[MAXIMUM_PATH], start[MAXIMUM_PATH];
static size_t root_length, also_length;
static int wanted_kind = -1, wanted_change, wanted_every, report = -1, journal = -1, skip_files, skip_folders;
static long wanted_at;
static enum fault wanted_fault;
static atomic_long counts[KINDS], changes;
/* A fault that lasts: the disk is full, or has become read-only. */
static atomic_int lasting;
static _Thread_local int is_retry;
/* Names of open files and folders beneath the root, and which of them are folders. */
static char *names[MAXIMUM_DESCRIPTORS];
static char folders[MAXIMUM_DESCRIPTORS];
/* Recursive: a fault in a call that the journal holds reports itself. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int find(const char *name, const char *const *among, int count) {
  for (int index = 0; name && index < count; index++)
    if (!strcmp(name, among[index])) return index;
  return -1;
}

static void put(int descriptor, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    long wrote = syscall(SYS_write, descriptor, next, count);
    if (wrote <= 0) _exit(99);
    next += wrote;
    count -= (size_t)wrote;
  }
}

static void say(int descriptor, const char *format, ...) {
  char line[3 * MAXIMUM_PATH];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (descriptor >= 0) put(descriptor, line, (size_t)length);
}

static int open_log(const char *variable) {
  const char *path = getenv(variable);
  return path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("M3_FAULT_ROOT"), *call = getenv("M3_FAULT_CALL"), *at = getenv("M3_FAULT_AT");
  const char *skip = getenv("M3_FAULT_SKIP");
  if (!folder || !getcwd(start, sizeof start)) return;
  snprintf(root, sizeof root, "%s", folder);
  root_length = strlen(root);
  snprintf(also, sizeof also, "%s", getenv("M3_FAULT_ALSO") ? getenv("M3_FAULT_ALSO") : "");
  also_length = strlen(also);
  wanted_kind = find(call, kind_names, KINDS);
  wanted_change = call && !strcmp(call, "change");
  wanted_at = at ? atol(at) : 0;
  wanted_every = at && !strcmp(at, "every");
  int fault = find(getenv("M3_FAULT_DO"), fault_names, FAULTS);
  wanted_fault = fault < 0 ? NONE : (enum fault)fault;
  skip_files = skip && strcmp(skip, "folders");
  skip_folders = skip && strcmp(skip, "files");
  report = open_log("M3_FAULT_REPORT");
  journal = open_log("M3_FAULT_LOG");
  say(journal, "start\n");
}

__attribute__((destructor)) static void end(void) {
  for (int kind = 0; kind < KINDS; kind++) say(report, "count\t%s\t%ld\n", kind_names[kind], counts[kind]);
  say(report, "count\tchange\t%ld\n", changes);
}

/* The path beneath the root, or null. */
static const char *inside(const char *path, char *buffer) {
  if (!root_length || !path) return NULL;
  if (path[0] == '/')
    snprintf(buffer, MAXIMUM_PATH, "%s", path);
  else if (!strcmp(path, "."))
    snprintf(buffer, MAXIMUM_PATH, "%s", start);
  else
    snprintf(buffer, 2 * MAXIMUM_PATH, "%s/%s", start, path);
  if (also_length && !strncmp(buffer, also, also_length)) return buffer;
  if (strncmp(buffer, root, root_length)) return NULL;
  const char *rest = buffer + root_length;
  return *rest == '/' ? rest + 1 : *rest ? NULL : ".";
}

static const char *named(int descriptor) {
  return descriptor >= 0 && descriptor < MAXIMUM_DESCRIPTORS ? names[descriptor] : NULL;
}

static void name(int descriptor, const char *path, int is_folder) {
  if (descriptor < 0 || descriptor >= MAXIMUM_DESCRIPTORS) return;
  free(names[descriptor]);
  names[descriptor] = path ? strdup(path) : NULL;
  folders[descriptor] = (char)is_folder;
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

static int refused(enum fault fault) { return fault >= EIO_ && fault <= EINTR_; }

/* Counts a call; what is to be done to it. An error that it is to return is in errno. */
static enum fault count(enum kind kind, const char *path) {
  int saved = errno;
  long number = atomic_fetch_add(&counts[kind], 1) + 1;
  long change = is_change[kind] ? atomic_fetch_add(&changes, 1) + 1 : 0;
  int is_wanted = wanted_change ? is_change[kind] : (int)kind == wanted_kind;
  int chosen = is_wanted && (wanted_every ? !is_retry : (wanted_change ? change : number) == wanted_at);
  if (is_wanted) is_retry = wanted_every && wanted_fault == EINTR_ && !is_retry;
  enum fault old = (enum fault)atomic_load(&lasting);
  int refuses = old && (needs_space[kind] || (old == EROFS_ && kind == UNLINK));
  errno = saved;
  if (!chosen && !refuses) return NONE;
  if (chosen) say(report, "fault\t%s\t%s\t%s\n", fault_names[wanted_fault], kind_names[kind], path);
  enum fault fault = refuses ? old : wanted_fault;
  if (refused(fault)) errno = errors[fault];
  if (fault == ENOSPC_ || fault == EDQUOT_ || fault == EROFS_) atomic_store(&lasting, (int)fault);
  if (fault == BEFORE) die();
  return fault;
}

/* Wraps a call: `before` it in the journal's order, `after` it what it needs. */
#define BEGIN(kind, path)                   \
  pthread_mutex_lock(&lock);                \
  enum fault fault = count(kind, path);     \
  if (refused(fault)) {                     \
    pthread_mutex_unlock(&lock);            \
    return -1;                              \
  }
#define END(result)                         \
  if (fault == AFTER) die();                \
  int kept = errno;                         \
  pthread_mutex_unlock(&lock);              \
  errno = kept;                             \
  return result

static int opened(int descriptor, const char *path, int flags, int is_new) {
  struct stat status;
  int is_folder = descriptor >= 0 && !REAL(fstat)(descriptor, &status) && S_ISDIR(status.st_mode);
  name(descriptor, path, is_folder);
  if (descriptor >= 0 && (flags & O_ACCMODE) != O_RDONLY)
    say(journal, "open\t%d\t%s\t%d\t%d\n", descriptor, path, is_new, (flags & O_TRUNC) != 0);
  else if (is_folder)
    say(journal, "folder\t%d\t%s\n", descriptor, path);
  return descriptor;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = folder == AT_FDCWD || path[0] == '/' ? inside(path, buffer) : NULL;
  if (!local) {
    int descriptor = (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    name(descriptor, NULL, 0);
    pthread_mutex_unlock(&lock);
    return descriptor;
  }
  BEGIN(flags & O_CREAT ? CREATE : OPEN, local)
  struct stat status;
  int is_new = (flags & O_CREAT) && REAL(lstat)(path, &status) != 0;
  int descriptor = (int)syscall(SYS_openat, folder, path, flags, mode);
  int failure = errno;
  opened(descriptor, local, flags, is_new);
  errno = failure;
  END(descriptor);
}

#define MODE(flags)                               \
  mode_t mode = 0;                                \
  if ((flags) & (O_CREAT | O_TMPFILE)) {          \
    va_list arguments;                            \
    va_start(arguments, flags);                   \
    mode = (mode_t)va_arg(arguments, int);        \
    va_end(arguments);                            \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(folder, path, flags | O_LARGEFILE, mode);
}
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int descriptor) {
  const char *local = named(descriptor);
  if (!local) return (int)syscall(SYS_close, descriptor);
  pthread_mutex_lock(&lock);
  enum fault fault = count(CLOSE, local);
  int failure = errno;
  say(journal, "close\t%d\n", descriptor);
  name(descriptor, NULL, 0);
  /* A close that fails has closed all the same. */
  int result = (int)syscall(SYS_close, descriptor);
  if (refused(fault)) {
    result = -1;
    errno = failure;
  }
  END(result);
}

static size_t half(enum fault fault, size_t length) {
  return (fault == SHORT || fault == TORN) && length > 1 ? length / 2 : length;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  const char *local = named(descriptor);
  if (!local) return syscall(SYS_write, descriptor, bytes, length);
  BEGIN(WRITE, local)
  ssize_t wrote = fault == LIE ? (ssize_t)length : syscall(SYS_write, descriptor, bytes, half(fault, length));
  if (fault == TORN) die();
  if (wrote > 0 && journal >= 0) {
    say(journal, "write\t%d\t%zd\n", descriptor, wrote);
    put(journal, bytes, (size_t)wrote);
  }
  END(wrote);
}

ssize_t read(int descriptor, void *bytes, size_t length) {
  const char *local = named(descriptor);
  if (!local) return syscall(SYS_read, descriptor, bytes, length);
  BEGIN(READ, local)
  ssize_t got = syscall(SYS_read, descriptor, bytes, half(fault, length));
  END(got);
}

ssize_t pread(int descriptor, void *bytes, size_t length, off_t offset) {
  const char *local = named(descriptor);
  if (!local) return syscall(SYS_pread64, descriptor, bytes, length, offset);
  BEGIN(READ, local)
  ssize_t got = syscall(SYS_pread64, descriptor, bytes, half(fault, length), offset);
  /* Buffers are larger than files: half of what there is, not of what was asked for. */
  if (fault == SHORT && got > 1) got /= 2;
  END(got);
}
ssize_t pread64(int descriptor, void *bytes, size_t length, off_t offset) {
  return pread(descriptor, bytes, length, offset);
}

static int sync_descriptor(int descriptor, long call) {
  const char *local = named(descriptor);
  if (!local) return (int)syscall(call, descriptor);
  BEGIN(SYNC, local)
  int skipped = fault == LIE || (folders[descriptor] ? skip_folders : skip_files);
  int result = skipped ? 0 : (int)syscall(call, descriptor);
  if (!skipped && !result) say(journal, "sync\t%d\n", descriptor);
  END(result);
}
int fsync(int descriptor) { return sync_descriptor(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return sync_descriptor(descriptor, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  char first[2 * MAXIMUM_PATH], second[2 * MAXIMUM_PATH];
  const char *source = inside(from, first), *target = inside(to, second);
  if (!target) return (int)syscall(SYS_rename, from, to);
  BEGIN(RENAME, target)
  int result = fault == LIE ? 0 : (int)syscall(SYS_rename, from, to);
  if (!result) say(journal, "rename\t%s\t%s\n", source ? source : "", target);
  END(result);
}

int unlink(const char *path) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = inside(path, buffer);
  if (!local) return (int)syscall(SYS_unlink, path);
  BEGIN(UNLINK, local)
  int result = fault == LIE ? 0 : (int)syscall(SYS_unlink, path);
  if (!result) say(journal, "unlink\t%s\n", local);
  END(result);
}

int mkdir(const char *path, mode_t mode) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = inside(path, buffer);
  if (!local) return (int)syscall(SYS_mkdir, path, mode);
  BEGIN(MKDIR, local)
  int result = (int)syscall(SYS_mkdir, path, mode);
  if (!result) say(journal, "mkdir\t%s\n", local);
  END(result);
}

int flock(int descriptor, int operation) {
  const char *local = named(descriptor);
  if (!local) return (int)syscall(SYS_flock, descriptor, operation);
  BEGIN(FLOCK, local)
  int result = (int)syscall(SYS_flock, descriptor, operation);
  END(result);
}

int stat(const char *restrict path, struct stat *restrict status) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = inside(path, buffer);
  if (!local) return REAL(stat)(path, status);
  BEGIN(STAT, local)
  int result = REAL(stat)(path, status);
  END(result);
}
int lstat(const char *restrict path, struct stat *restrict status) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = inside(path, buffer);
  if (!local) return REAL(lstat)(path, status);
  BEGIN(STAT, local)
  int result = REAL(lstat)(path, status);
  END(result);
}
int fstat(int descriptor, struct stat *status) {
  const char *local = named(descriptor);
  if (!local) return REAL(fstat)(descriptor, status);
  BEGIN(STAT, local)
  int result = REAL(fstat)(descriptor, status);
  END(result);
}

DIR *opendir(const char *path) {
  char buffer[2 * MAXIMUM_PATH];
  const char *local = inside(path, buffer);
  if (local && refused(count(LIST, local))) return NULL;
  return REAL(opendir)(path);
}
struct dirent *readdir(DIR *stream) {
  char link[64], buffer[2 * MAXIMUM_PATH], target[MAXIMUM_PATH];
  snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd(stream));
  long length = syscall(SYS_readlink, link, target, sizeof target - 1);
  target[length > 0 ? length : 0] = 0;
  const char *local = inside(target, buffer);
  if (local && refused(count(LIST, local))) return NULL;
  return REAL(readdir)(stream);
}
struct dirent64 *readdir64(DIR *stream) { return (struct dirent64 *)readdir(stream); }

/* Calls that change files and that no tool makes: where one does, the harnesses say that they do not know it. */
static void unforeseen(const char *path) {
  if (path) count(UNFORESEEN, path);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  unforeseen(named(descriptor));
  return syscall(SYS_pwrite64, descriptor, bytes, length, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) {
  return pwrite(descriptor, bytes, length, offset);
}
ssize_t writev(int descriptor, const struct iovec *vectors, int vector_count) {
  unforeseen(named(descriptor));
  return syscall(SYS_writev, descriptor, vectors, vector_count);
}
int ftruncate(int descriptor, off_t length) {
  unforeseen(named(descriptor));
  return (int)syscall(SYS_ftruncate, descriptor, length);
}
int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }
int truncate(const char *path, off_t length) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(path, buffer));
  return (int)syscall(SYS_truncate, path, length);
}
int link(const char *from, const char *to) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(to, buffer));
  return (int)syscall(SYS_link, from, to);
}
int symlink(const char *from, const char *to) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(to, buffer));
  return (int)syscall(SYS_symlink, from, to);
}
int renameat(int source, const char *from, int target, const char *to) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(to, buffer));
  return (int)syscall(SYS_renameat, source, from, target, to);
}
int renameat2(int source, const char *from, int target, const char *to, unsigned int flags) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(to, buffer));
  return (int)syscall(SYS_renameat2, source, from, target, to, flags);
}
int unlinkat(int folder, const char *path, int flags) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(path, buffer));
  return (int)syscall(SYS_unlinkat, folder, path, flags);
}
int rmdir(const char *path) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(path, buffer));
  return (int)syscall(SYS_rmdir, path);
}
int mkdirat(int folder, const char *path, mode_t mode) {
  char buffer[2 * MAXIMUM_PATH];
  unforeseen(inside(path, buffer));
  return (int)syscall(SYS_mkdirat, folder, path, mode);
}
