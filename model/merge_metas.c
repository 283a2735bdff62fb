/* Metadata of a sum: what all say alike is said once, and what counts something is added. */
#include <string.h>

#include "base/number.h"
#include "model/merge_parts.h"

/* Keys whose values are amounts: the sum says it of the whole. */
static bool is_amount(struct pp_str key)
{
    static const char *const amounts[] = {"duration-ns",   "stat-late",    "stat-torn",
                                          "stat-salvaged", "stat-stopped", "stat-dropped"};
    size_t i = 0;
    while (i < sizeof amounts / sizeof *amounts && !pp_str_eq(key, pp_str_of(amounts[i]))) {
        i++;
    }
    return i < sizeof amounts / sizeof *amounts;
}

/* The number of the pair, a new one if it was not there: the key's length tells where the value begins. */
static bool is_new_pair(struct merge_metas *metas, struct pp_str key, struct pp_str value)
{
    size_t before = metas->pairs.count;
    struct pp_arena scratch = {0};
    struct pp_str pair = pp_arena_printf(&scratch, "%zu:%.*s%.*s", key.len, PP_STR_ARG(key), PP_STR_ARG(value));
    pp_intern_add(&metas->pairs, &metas->arena, pair);
    pp_arena_free(&scratch);
    return metas->pairs.count > before;
}

static size_t *key_entry(struct merge_metas *metas, struct pp_str key, bool *is_new)
{
    uint32_t number = pp_intern_add(&metas->keys, &metas->arena, key);
    *is_new = number == metas->per_key.count;
    if (*is_new) {
        *PP_PUSH(&metas->per_key) = 0;
    }
    return &metas->per_key.at[number];
}

static struct merge_meta *append(struct merge_metas *metas, struct pp_str key)
{
    struct merge_meta *meta = PP_PUSH(&metas->all);
    *meta = (struct merge_meta){.key = pp_arena_str(&metas->arena, key)};
    return meta;
}

static void add_amount(struct merge_metas *metas, struct pp_str key, int64_t amount)
{
    bool is_new;
    size_t *place = key_entry(metas, key, &is_new);
    if (is_new) {
        *place = metas->all.count;
        append(metas, key)->summed = true;
    }
    struct merge_meta *meta = &metas->all.at[*place];
    if (!pp_add_i64(meta->sum, amount, &meta->sum)) {
        meta->sum = INT64_MAX;
    }
}

static void add_value(struct merge_metas *metas, struct pp_str key, struct pp_str value)
{
    if (!is_new_pair(metas, key, value)) {
        return;
    }
    bool is_new;
    size_t *values = key_entry(metas, key, &is_new);
    if (*values >= MERGE_MOST_VALUES) {
        metas->left_out++;
        return;
    }
    ++*values;
    append(metas, key)->value = pp_arena_str(&metas->arena, value);
}

void merge_metas_add(struct merge_metas *metas, const struct pp_profile *p)
{
    for (size_t i = 0; i < p->meta_count; i++) {
        struct pp_str key = pp_profile_str(p, p->metas[i].key);
        struct pp_str value = pp_profile_str(p, p->metas[i].value);
        int64_t amount;
        if (!is_amount(key)) {
            add_value(metas, key, value);
        } else if (pp_parse_i64(value, &amount) && amount >= 0) {
            add_amount(metas, key, amount);
        }
    }
}

static void hand_over(const struct merge_metas *metas, struct pp_builder *b, bool statistics)
{
    for (size_t i = 0; i < metas->all.count; i++) {
        const struct merge_meta *meta = &metas->all.at[i];
        if (pp_str_starts(meta->key, PP_STR("stat-")) == statistics) {
            char digits[32];
            struct pp_str sum = {digits, pp_format_decimal(digits, meta->sum, 0)};
            pp_builder_meta(b, meta->key, meta->summed ? sum : meta->value);
        }
    }
}

void merge_metas_finish(struct merge_metas *metas, struct pp_builder *b, struct pp_report *report)
{
    hand_over(metas, b, false);
    hand_over(metas, b, true);
    if (metas->left_out) {
        pp_report_note_many(report, "values of metadata keys that have over a hundred were left out", metas->left_out,
                            pp_nowhere());
    }
    merge_metas_free(metas);
}

void merge_metas_free(struct merge_metas *metas)
{
    pp_arena_free(&metas->arena);
    pp_intern_free(&metas->pairs);
    pp_intern_free(&metas->keys);
    pp_free(metas->all.at);
    pp_free(metas->per_key.at);
    *metas = (struct merge_metas){0};
}
