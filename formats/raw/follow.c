/* A recording is shown while it goes on: raw to text, a block at a time. */
#include "formats/raw/raw.h"
#include "formats/text.h"

struct follow {
    struct text_follower *text;
    struct pp_sink *out;
};

/* What is shown is shown now: the next block may be seconds away. */
static bool show(void *context, const struct pp_builder *so_far)
{
    struct follow *f = context;
    text_follower_show(f->text, so_far);
    return pp_sink_flush(f->out);
}

bool pp_raw_follow(struct pp_source *source, struct pp_sink *out, const struct pp_options *options,
                   struct pp_report *report, struct pp_error *err)
{
    struct follow f = {text_follower_new(out), out};
    struct pp_builder *b = pp_builder_new();
    bool read = raw_read_with(source, b, options, show, &f, err);
    if (pp_sink_ok(out, NULL)) {
        *report = *pp_builder_report(b);
    }
    struct pp_profile *p = NULL;
    if (read && !pp_source_error(source, err)) {
        p = pp_builder_finish(b, err);
    } else {
        pp_source_error(source, err);
        pp_builder_free(b);
    }
    if (p) {
        text_follower_end(f.text, p);
    }
    text_follower_free(f.text);
    pp_profile_free(p);
    return p != NULL;
}
