#include "analyze/json_out.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

static void print_to_sink(void *context, const char *text, size_t len)
{
    struct json *j = context;
    pp_sink_write(j->out, text, len);
}

void json_open(struct json *j, struct pp_sink *out)
{
    j->out = out;
    j->gen = yajl_gen_alloc(NULL);
    yajl_gen_config(j->gen, yajl_gen_beautify, 1);
    yajl_gen_config(j->gen, yajl_gen_indent_string, " ");
    yajl_gen_config(j->gen, yajl_gen_print_callback, print_to_sink, j);
}

void json_close(struct json *j)
{
    yajl_gen_free(j->gen);
}

/* DEL, C1, bidi controls, line separators. */
static bool has_hidden_controls(struct pp_str s)
{
    for (size_t at = 0; at < s.len;) {
        unsigned char byte = (unsigned char)s.data[at];
        if (byte < 0x7f) {
            at++;
        } else if (pp_text_is_control(pp_utf8_next(s, &at, NULL))) {
            return true;
        }
    }
    return false;
}

void json_string(struct json *j, struct pp_str s)
{
    if (pp_utf8_valid(s) && !has_hidden_controls(s)) {
        yajl_gen_string(j->gen, (const unsigned char *)(s.data ? s.data : ""), s.len);
        return;
    }
    /* yajl escapes only C0: what else must not reach a terminal is escaped here, and the literal handed over as it stands. */
    struct pp_sink *literal = pp_sink_memory();
    pp_sink_byte(literal, '"');
    for (size_t at = 0; at < s.len;) {
        char bytes[4];
        uint32_t code = pp_utf8_next(s, &at, NULL);
        if (pp_text_is_control(code)) {
            pp_sink_printf(literal, "\\u%04lx", (unsigned long)code);
        } else {
            pp_text_json(literal, (struct pp_str){bytes, pp_utf8_put(bytes, code)});
        }
    }
    pp_sink_byte(literal, '"');
    struct pp_str text = pp_sink_contents(literal);
    yajl_gen_number(j->gen, text.data, text.len);
    pp_sink_abandon(literal);
}

void json_key(struct json *j, const char *key)
{
    yajl_gen_string(j->gen, (const unsigned char *)key, strlen(key));
}

void json_text(struct json *j, const char *key, struct pp_str value)
{
    json_key(j, key);
    json_string(j, value);
}

void json_integer(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    yajl_gen_integer(j->gen, value);
}

void json_double(struct json *j, const char *key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    json_key(j, key);
    if (isnan(value)) {
        yajl_gen_null(j->gen);
        return;
    }
    size_t len = pp_format_double_repr(text, value);
    if (isinf(value)) {
        yajl_gen_string(j->gen, (const unsigned char *)text, len);
    } else {
        yajl_gen_number(j->gen, text, len);
    }
}
