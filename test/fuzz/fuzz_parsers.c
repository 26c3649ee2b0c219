/* fuzz_parsers.c - gives what hands, disks and enemies do to files to one of
 * the program's parsers, in this process, and looks for what ends it.
 *
 *   fuzz_parsers KIND FILE...             each file, as it is
 *   fuzz_parsers KIND -n N -s S FILE...   N texts made of the files, broken at
 *                                         random from seed S
 *
 * Built by afl-cc and started without files it is afl++'s target.  A text that
 * ends the process by a signal, or takes more than two seconds, is left in
 * ./fuzz-KIND.
 * SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "test/fuzz/fuzz_kinds.h"

enum { FILES_MAX = 512, HANG_SECONDS = 2 };

static struct fuzz_input input;
static int input_fd;
static const char *kind_name;

/* Puts the input where the parser finds it, in memory. */
static void put(void)
{
    input.text[input.bytes] = '\0';
    SIM_CHECK(ftruncate(input_fd, 0) == 0);
    SIM_CHECK(pwrite(input_fd, input.text, input.bytes, 0) ==
              (ssize_t)input.bytes);
}

/* Each message must be one line of ours. */
static void look_at(const struct diag *d)
{
    for (int i = 0; i < diag_count(d); i++) {
        const char *text = diag_text(d, i);
        SIM_CHECK(strstr(text, ": error: ") != NULL);
        SIM_CHECK(strchr(text, '\n') == NULL);
    }
}

static void parse(const struct fuzz_kind *kind)
{
    struct diag *d = diag_new();
    put();
    kind->parse(&input, d);
    look_at(d);
    diag_free(d);
}

/* Leaves the input that did it. */
static void keep_input(int signal_number)
{
    char path[64] = "fuzz-";
    strncat(path, kind_name, 32);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t written = write(fd, input.text, input.bytes);
    (void)written;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* The seeds, and a generator of chance of our own: the same everywhere. */
static struct {
    char *text[FILES_MAX];
    size_t bytes[FILES_MAX];
    int n;
    uint64_t state;
} seeds;

static uint64_t below(uint64_t n)
{
    seeds.state = seeds.state * 6364136223846793005u + 1442695040888963407u;
    return n > 0 ? (seeds.state >> 33) % n : 0;
}

static void read_seed(const char *path)
{
    FILE *from = fopen(path, "rb");
    if (from == NULL || seeds.n == FILES_MAX) {
        fprintf(stderr, "fuzz_parsers: error: cannot read '%s'\n", path);
        exit(2);
    }
    seeds.text[seeds.n] = xcalloc(FUZZ_BYTES_MAX, 1);
    seeds.bytes[seeds.n] =
        fread(seeds.text[seeds.n], 1, FUZZ_BYTES_MAX - 256, from);
    fclose(from);
    seeds.n++;
}

/* Replaces `old` bytes at `at` by others. */
static void replace(size_t at, size_t old, const char *by, size_t bytes)
{
    if (input.bytes - old + bytes > FUZZ_BYTES_MAX)
        return;
    memmove(input.text + at + bytes, input.text + at + old,
            input.bytes - at - old);
    memcpy(input.text + at, by, bytes);
    input.bytes = input.bytes - old + bytes;
}

static const char *const words[] = {
    "0",
    "1",
    "-1",
    "2147483648",
    "9223372036854775807",
    "1e308",
    "-0.0",
    "nan",
    "0x7fffffff",
    "true",
    "\"\"",
    "\"x\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    "=",
    "\"",
    "/*",
    "//",
    "#",
    "@include \"x\"\n",
    "\\",
    "\n",
    "{}",
    "()",
    "[]",
    "(1, 2)",
    "4294967296L",
    "65536",
    "\xff",
    "\x80",
    "1e-320",
};
#define WORDS (sizeof(words) / sizeof(*words))

/* The word or number that begins near `at`; sets its length. */
static size_t word_near(size_t at, size_t *bytes)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_."
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    while (at > 0 && strchr(letters, input.text[at - 1]) != NULL &&
           input.text[at - 1] != '\0')
        at--;
    *bytes = strspn(input.text + at, letters);
    if (*bytes > input.bytes - at)
        *bytes = input.bytes - at;
    return at;
}

static void break_once(void)
{
    const size_t at = below(input.bytes + 1), left = input.bytes - at;
    const int other = (int)below((uint64_t)seeds.n);
    const char byte = (char)below(256);
    size_t from, n;
    const char *word = words[below(WORDS)];
    switch (below(7)) {
    case 0:
        replace(at, left > 0, &byte, 1);
        break;
    case 1:
        if (below(8) == 0)
            input.bytes = at;
        break;
    case 2:
        replace(at, below(left < 40 ? left + 1 : 40), "", 0);
        break;
    case 3:
        replace(at, 0, word, strlen(word));
        break;
    case 4: /* a piece of another file */
        from = below(seeds.bytes[other] + 1);
        n = below(seeds.bytes[other] - from + 1) % 200;
        replace(at, 0, seeds.text[other] + from, n);
        break;
    default:
        from = word_near(at, &n);
        replace(from, n, word, strlen(word));
    }
}

static void make_input(void)
{
    const int k = (int)below((uint64_t)seeds.n);
    memcpy(input.text, seeds.text[k], seeds.bytes[k]);
    input.bytes = seeds.bytes[k];
    input.text[input.bytes] = '\0';
    for (uint64_t n = 1 + below(4); n > 0; n--) {
        break_once();
        input.text[input.bytes] = '\0';
    }
}

#ifdef __AFL_FUZZ_TESTCASE_LEN
__AFL_FUZZ_INIT();

static int run_afl(const struct fuzz_kind *kind)
{
    __AFL_INIT();
    const unsigned char *text = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(10000)) {
        const size_t bytes = (size_t)__AFL_FUZZ_TESTCASE_LEN;
        input.bytes = bytes < FUZZ_BYTES_MAX ? bytes : FUZZ_BYTES_MAX;
        memcpy(input.text, text, input.bytes);
        parse(kind);
    }
    return 0;
}
#endif

/* SIGPROF after so many seconds of the processor, which a machine that has
 * other work to do does not make longer; 0: none. */
static void limit_time(int seconds)
{
    const struct itimerval limit = {{0, 0}, {seconds, 0}};
    SIM_CHECK(setitimer(ITIMER_PROF, &limit, NULL) == 0);
}

static const struct fuzz_kind *find(const char *name)
{
    const struct fuzz_kind *kind = fuzz_kind_find(name);
    if (kind != NULL)
        return kind;
    fprintf(stderr, "fuzz_parsers: error: there is no kind '%s'; there are",
            name);
    for (kind = fuzz_kinds; kind->name != NULL; kind++)
        fprintf(stderr, " %s", kind->name);
    fprintf(stderr, "\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static const int ends[] = {SIGSEGV, SIGBUS, SIGABRT,
                               SIGFPE,  SIGILL, SIGPROF};
    long n = 0;
    int option;
    if (argc < 2) {
        fprintf(stderr, "usage: fuzz_parsers KIND [-n N] [-s SEED] FILE...\n");
        return 2;
    }
    const struct fuzz_kind *kind = find(argv[1]);
    kind_name = kind->name;
    input_fd = memfd_create("fuzz", 0);
    SIM_CHECK(input_fd >= 0);
    snprintf(input.path, sizeof(input.path), "/proc/self/fd/%d", input_fd);
    for (argc--, argv++; (option = getopt(argc, argv, "n:s:")) != -1;)
        if (option == 'n')
            n = atol(optarg);
        else if (option == 's')
            seeds.state = strtoull(optarg, NULL, 10);
        else
            return 2;
#ifdef __AFL_FUZZ_TESTCASE_LEN
    if (optind == argc)
        return run_afl(kind);
#endif
    for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
        signal(ends[k], keep_input);
    for (int i = optind; i < argc; i++)
        read_seed(argv[i]);
    for (int i = 0; i < seeds.n; i++) {
        memcpy(input.text, seeds.text[i], seeds.bytes[i]);
        input.bytes = seeds.bytes[i];
        limit_time(HANG_SECONDS);
        parse(kind);
    }
    for (long i = 0; i < n && seeds.n > 0; i++) {
        make_input();
        limit_time(HANG_SECONDS);
        parse(kind);
    }
    limit_time(0);
    printf("%s: %d files and %ld texts, none ended the program\n", kind->name,
           seeds.n, n);
    for (int i = 0; i < seeds.n; i++)
        free(seeds.text[i]);
    return 0;
}
