/* Stacks for people and scripts: as text like a traceback upside down, or as JSON. */
#ifndef PP_RECORD_STACK_TEXT_H
#define PP_RECORD_STACK_TEXT_H

#include "base/sink.h"
#include "record/python_process.h"

/* Zero-initialise, set the first three. */
struct stack_text {
    struct pp_sink *out; /* borrowed */
    bool json;
    bool first_lines; /* frames show where their function begins */
    size_t processes, threads;
};

struct stack_text_thread {
    struct python_process *process;
    struct python_thread *thread; /* its reader's frames are those shown */
    enum stack_verdict verdict;
    uint32_t flags; /* enum pp_sample_flag */
};

void stack_text_begin(struct stack_text *text);
/* The threads that follow are of this process. */
void stack_text_process(struct stack_text *text, const struct python_process *process);
void stack_text_thread(struct stack_text *text, const struct stack_text_thread *thread);
void stack_text_end(struct stack_text *text);

#endif
