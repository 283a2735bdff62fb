/* Names in the fields of tables that programs and pages read. */
#ifndef PP_ANALYZE_FIELD_TEXT_H
#define PP_ANALYZE_FIELD_TEXT_H

#include "base/sink.h"

/* A CSV field: in quotes where it has to be (RFC 4180). */
void write_csv_text(struct pp_sink *out, struct pp_str s);
/* A TSV field: \\t, \\n, \\r and \\\\ for what they name, other control characters as \\xNN. */
void write_tsv_text(struct pp_sink *out, struct pp_str s);
/* Text that Markdown shows as it is, control characters escaped. */
void write_markdown_text(struct pp_sink *out, struct pp_str s);

#endif
