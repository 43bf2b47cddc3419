/* A disk that can be told to fail: loaded before the C library, it stands between a program and
   its files. Everything done to files below SEGUE_DISK_FOLDER is written to the tape, and faults
   happen as SEGUE_DISK_FAULT or the file SEGUE_DISK_FULL say.

   Not here: what a crash makes of the tape (image.rs). Nothing is synced for real. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES_MAX 4096

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char *names[FILES_MAX];
static const char *folder, *full;
static size_t folder_length;
static int tape = -1;
/* The fault: which call, on files that end so, at the n-th such call, for ever or once. */
static char fault_call[16], fault_end[64];
static long fault_at, fault_seen;
static int fault_stays;

/* One record: kind, result, length of the name, offset, length of the data; name; data. */
struct __attribute__((packed)) head {
    uint8_t kind, failed;
    uint16_t name;
    uint64_t offset;
    uint32_t data;
};

#define REAL(result, name, ...)                                                                    \
    static result (*real)(__VA_ARGS__);                                                            \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
    folder = getenv("SEGUE_DISK_FOLDER");
    if (!folder) return;
    folder_length = strlen(folder);
    full = getenv("SEGUE_DISK_FULL");
    const char *fault = getenv("SEGUE_DISK_FAULT");
    char stays = 0;
    if (fault && sscanf(fault, "%15[a-z]:%63[^:]:%ld%c", fault_call, fault_end, &fault_at, &stays) < 3)
        abort();
    fault_stays = stays == '+';
    const char *path = getenv("SEGUE_DISK_TAPE");
    if (path) {
        REAL(int, "open", const char *, int, ...);
        tape = real(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (tape < 0) abort();
    }
}

static void put(char kind, int failed, const char *name, uint64_t offset, const void *data, size_t length) {
    if (tape < 0) return;
    struct head head = {(uint8_t)kind, (uint8_t)failed, (uint16_t)strlen(name), offset, (uint32_t)length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, strlen(name)}, {(void *)data, length}};
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (real(tape, parts, 3) != (ssize_t)(sizeof head + strlen(name) + length)) abort();
}

static const char *name_of(int fd) { return fd >= 0 && fd < FILES_MAX ? names[fd] : NULL; }

/* The name below the folder; NULL for what is not ours. */
static char *ours(const char *path) {
    char *whole = realpath(path, NULL), *name = NULL;
    const char *rest = whole && !strncmp(whole, folder, folder_length) ? whole + folder_length : NULL;
    if (rest && !*rest) name = strdup(".");
    if (rest && *rest == '/' && !strstr(rest, "-shm")) name = strdup(rest + 1);
    free(whole);
    return name;
}

static int ends(const char *name, const char *end) {
    size_t a = strlen(name), b = strlen(end);
    return a >= b && !strcmp(name + a - b, end);
}

/* Whether the fault happens now. */
static int fails(const char *call, const char *name) {
    if (!fault_at || strcmp(call, fault_call) || !ends(name, fault_end)) return 0;
    fault_seen++;
    return fault_seen == fault_at || (fault_stays && fault_seen > fault_at);
}

static int is_full(void) { return full && !access(full, F_OK); }

static int opened(const char *path, int fd, int flags, int is_new) {
    if (!folder || fd < 0 || fd >= FILES_MAX) return fd;
    pthread_mutex_lock(&turn);
    free(names[fd]);
    names[fd] = ours(path);
    if (names[fd] && is_new) put('C', 0, names[fd], 0, "", 0);
    if (names[fd] && (flags & O_TRUNC)) put('T', 0, names[fd], 0, "", 0);
    pthread_mutex_unlock(&turn);
    return fd;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        REAL(int, #name, const char *, int, ...);                                                  \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                  \
        va_end(rest);                                                                              \
        int is_new = folder && (flags & O_CREAT) && access(path, F_OK);                            \
        return opened(path, real(path, flags, mode), flags, is_new);                               \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    REAL(int, "close", int);
    if (name_of(fd)) {
        pthread_mutex_lock(&turn);
        free(names[fd]);
        names[fd] = NULL;
        pthread_mutex_unlock(&turn);
    }
    return real(fd);
}

/* The kernel's own call, so that all the names of it are one. */
static ssize_t write_at(int fd, const void *data, size_t length, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    const char *name = name_of(fd);
    if (!name) return real(fd, data, length, offset);
    pthread_mutex_lock(&turn);
    ssize_t done = -1;
    if (is_full()) {
        errno = ENOSPC;
    } else if (fails("write", name)) {
        errno = EIO;
    } else {
        /* A short write leaves half, and the rest of it finds no room. */
        int is_short = fails("short", name);
        done = real(fd, data, is_short ? length / 2 : length, offset);
        if (done > 0) put('W', 0, name, (uint64_t)offset, data, (size_t)done);
        if (is_short) { errno = ENOSPC; done = -1; }
    }
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return write_at(fd, data, length, offset); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!name_of(fd)) return real(fd, data, length);
    off64_t offset = lseek64(fd, 0, SEEK_CUR);
    ssize_t done = write_at(fd, data, length, offset);
    if (done > 0) lseek64(fd, offset + done, SEEK_SET);
    return done;
}

static int cut(int fd, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    const char *name = name_of(fd);
    if (!name) return real(fd, length);
    pthread_mutex_lock(&turn);
    int done = real(fd, length);
    if (!done) put('T', 0, name, (uint64_t)length, "", 0);
    pthread_mutex_unlock(&turn);
    return done;
}
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }
int ftruncate(int fd, off_t length) { return cut(fd, length); }

static int make_room(int fd, off64_t offset, off64_t length) {
    REAL(int, "posix_fallocate64", int, off64_t, off64_t);
    if (name_of(fd) && is_full()) return ENOSPC;
    return real(fd, offset, length);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return make_room(fd, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return make_room(fd, offset, length); }
static int make_room_as(int fd, int mode, off64_t offset, off64_t length) {
    REAL(int, "fallocate64", int, int, off64_t, off64_t);
    if (name_of(fd) && is_full()) { errno = ENOSPC; return -1; }
    return real(fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return make_room_as(fd, mode, offset, length); }
int fallocate(int fd, int mode, off_t offset, off_t length) { return make_room_as(fd, mode, offset, length); }

static int synced(int fd, int (*real)(int)) {
    const char *name = name_of(fd);
    if (!name) return real(fd);
    pthread_mutex_lock(&turn);
    int failed = fails("sync", name);
    put('S', failed, name, 0, "", 0);
    pthread_mutex_unlock(&turn);
    if (failed) errno = EIO;
    return failed ? -1 : 0;
}
int fsync(int fd) { REAL(int, "fsync", int); return synced(fd, real); }
int fdatasync(int fd) { REAL(int, "fdatasync", int); return synced(fd, real); }

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    if (!folder) return real(path);
    pthread_mutex_lock(&turn);
    char *name = ours(path);
    int done = real(path), error = errno;
    if (name && !done) put('U', 0, name, 0, "", 0);
    free(name);
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    int done = real(path, mode);
    if (!folder || done) return done;
    pthread_mutex_lock(&turn);
    char *name = ours(path);
    if (name) put('M', 0, name, 0, "", 0);
    free(name);
    pthread_mutex_unlock(&turn);
    return done;
}
