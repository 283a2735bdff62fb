/* In which unit, and with how many decimals, people are shown the numbers of a table. */
#include "analyze/request.h"

#include <math.h>

double request_unit(const struct request *r, double largest, const char **name)
{
    static const struct {
        const char *name;
        double per_second;
    } units[] = {[UNIT_S] = {"s", 1}, [UNIT_MS] = {"ms", 1e3}, [UNIT_US] = {"us", 1e6}, [UNIT_NS] = {"ns", 1e9}};
    enum print_unit unit = r->unit;
    if (r->counts) {
        *name = "";
        return 1;
    }
    if (unit == UNIT_DEFAULT) {
        bool data = r->format == PRINT_TSV || r->format == PRINT_CSV || r->format == PRINT_JSON;
        unit = data || !r->stacks ? UNIT_S : UNIT_AUTO;
    }
    if (unit == UNIT_AUTO) {
        unit = largest >= 1 || !(largest > 0) ? UNIT_S
               : largest >= 1e-3              ? UNIT_MS
               : largest >= 1e-6              ? UNIT_US
                                              : UNIT_NS;
    }
    *name = units[unit].name;
    return units[unit].per_second;
}

bool request_whole(double value)
{
    return value == floor(value);
}

unsigned request_decimals(const struct request *r, double largest)
{
    bool whole = r->counts;
    for (size_t i = 0; whole && i < r->table->count; i++) {
        const struct pp_call_row *row = &r->table->rows[r->table->order[i]];
        whole = request_whole(row->tottime) && request_whole(row->cumtime);
    }
    if (whole) {
        return 0;
    }
    unsigned decimals = 3;
    for (double size = largest; r->counts && size > 0 && size < 1 && decimals < 12; size *= 10) {
        decimals++;
    }
    return decimals;
}
