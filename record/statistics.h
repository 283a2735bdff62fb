/* How good a recording is, in numbers that its trailer and the last line on standard error tell. */
#ifndef PP_RECORD_STATISTICS_H
#define PP_RECORD_STATISTICS_H

#include <stdint.h>

/* Thread samples, unless said otherwise. */
struct record_statistics {
    uint64_t moments;   /* times at which all threads were sampled */
    uint64_t samples;   /* written out, or left out by choice: whole + stopped + salvaged */
    uint64_t verified;  /* read without stopping, and right */
    uint64_t met;       /* of the verified: read while the thread waited for the processor that profrec was on */
    uint64_t stopped;   /* read while the thread was stopped */
    uint64_t salvaged;  /* of which only the outer part is certain */
    uint64_t dropped;   /* lost: the thread could not be read */
    uint64_t torn;      /* reads thrown away because the stack changed meanwhile */
    uint64_t left_out;  /* by --gil, --on-cpu, --threads */
    uint64_t late;      /* moments */
    uint64_t missed;    /* moments */
    int64_t stopped_ns; /* that stops cost threads: standing still, and then waiting for a processor, in all */
    int64_t met_ns;     /* that met threads waited for their processor, in all */
    int64_t longest_stop_ns;
    int64_t worst_late_ns;
    int64_t duration_ns;
};

#endif
