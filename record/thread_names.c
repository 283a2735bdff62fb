#include "record/thread_names.h"

#include "record/dictionary.h"
#include "record/remote_memory.h"

/* PyModuleObject: head, then md_dict. */
static uint64_t module_dict(const struct target *t, uint64_t module)
{
    uint64_t dict;
    return module && remote_u64(t->pid, module + t->offsets.object_type + 8, &dict) ? dict : 0;
}

uint64_t thread_names_find(const struct target *t, uint64_t interpreter)
{
    const struct python_offsets *o = &t->offsets;
    uint64_t modules;
    if (!remote_u64(t->pid, interpreter + o->interpreter_modules, &modules)) {
        return 0;
    }
    return dictionary_value(t->pid, o, module_dict(t, dictionary_value(t->pid, o, modules, "threading")), "_active");
}

bool thread_names_read(const struct target *t, uint64_t active, uint64_t ident, remote_text *name)
{
    const struct python_offsets *o = &t->offsets;
    uint64_t thread = dictionary_value_of_int(t->pid, o, active, ident);
    uint64_t text = instance_attribute(t->pid, o, thread, "_name");
    if (!text || !unicode_read(t->pid, o, text, name)) {
        name->count = 0;
        return false;
    }
    /* The same again: nothing was given to another object meanwhile. */
    return dictionary_value_of_int(t->pid, o, active, ident) == thread &&
           instance_attribute(t->pid, o, thread, "_name") == text;
}
