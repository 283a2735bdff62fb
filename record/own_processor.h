/* The processors that profrec itself may run on. Where it runs, a thread that it records does not; the kernel does not always see to it that they keep apart: a
 * real-time thread wakes where it slept, and some kernels put what runs little where much runs. */
#ifndef PP_RECORD_OWN_PROCESSOR_H
#define PP_RECORD_OWN_PROCESSOR_H

#include <stddef.h>
#include <stdint.h>

struct own_processor {
    void *
        allowed; /* a cpu_set_t of `size` bytes: those it might use at first; NULL: not known, so that it stays where it is */
    size_t size;     /* bytes of it */
    int64_t left_ns; /* when it left one last, CLOCK_MONOTONIC */
};

void own_processor_init(struct own_processor *own);
/* May use all again that it could at first. */
void own_processor_free(struct own_processor *own);
/* Keeps to the others from now on, unless it left one just before `now_ns`: to move takes time from both. Where there is no other, nothing changes. */
void own_processor_leave(struct own_processor *own, int processor, int64_t now_ns);

#endif
