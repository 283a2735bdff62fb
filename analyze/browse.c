#include "analyze/browse.h"

int browse(const struct cli_common *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return cli_usage(c, "--browse is not built in");
}
