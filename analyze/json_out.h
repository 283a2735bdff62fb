/* JSON into a sink through yajl: strings repaired, numbers exact. */
#ifndef PP_ANALYZE_JSON_OUT_H
#define PP_ANALYZE_JSON_OUT_H

#include <yajl/yajl_gen.h>

#include "base/sink.h"

/* A generator that writes indented JSON to `out` (borrowed). json_close frees it. */
struct json {
    yajl_gen gen;
    struct pp_sink *out;
};

void json_open(struct json *j, struct pp_sink *out);
void json_close(struct json *j);
/* A string value; bytes that are no UTF-8 become U+FFFD: JSON has no other strings. */
void json_string(struct json *j, struct pp_str s);
void json_key(struct json *j, const char *key);
/* A key and its value. */
void json_text(struct json *j, const char *key, struct pp_str value);
void json_integer(struct json *j, const char *key, int64_t value);
/* The shortest decimal that reads back to the same double. JSON has no NaN and no infinity: null, and the strings "inf" and "-inf". */
void json_double(struct json *j, const char *key, double value);

#endif
