/* What a file is that no format reads, so that the error can say it. */
#ifndef PP_FORMATS_FOREIGN_H
#define PP_FORMATS_FOREIGN_H

#include "base/str.h"

/* What the first bytes of the input look like, as words that follow "found", with the way to a file that can be read where there is one; "data of no
 * known format" where nothing is known. Static text. A guess for a message: nothing is decided by it. */
const char *pp_foreign_name(struct pp_str head);

#endif
