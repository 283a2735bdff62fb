#include "render/value_text.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

const char *const shown_unit_names[] = {"auto", "s", "ms", "us", "ns", "B", "KiB", "MiB", "GiB", NULL};

/* How many of the base unit (ns, bytes) each is. */
static const double sizes[] = {1, 1e9, 1e6, 1e3, 1, 1, 1024, 1024.0 * 1024, 1024.0 * 1024 * 1024};

static size_t append(char *buffer, size_t at, const char *text)
{
    while (*text && at + 1 < VALUE_TEXT_SIZE) {
        buffer[at++] = *text++;
    }
    buffer[at] = '\0';
    return at;
}

/* An integer with fraction: "1,234.5". */
static size_t exact_number(char *buffer, int64_t value, unsigned decimals)
{
    int64_t one = 1;
    char fraction[32] = "";
    for (unsigned i = 0; i < decimals; i++) {
        one *= 10;
    }
    pp_format_decimal(fraction, value % one < 0 ? -(value % one) : value % one, decimals);
    size_t at = value < 0 && value / one == 0 ? append(buffer, 0, "-") : 0;
    at += pp_format_thousands(buffer + at, value / one);
    const char *dot = strchr(fraction, '.');
    return append(buffer, at, dot ? dot : "");
}

/* A number with `decimals` decimals and thousands separators before the point. */
static size_t fixed_number(char *buffer, double value, unsigned decimals)
{
    char text[400];
    size_t at = 0;
    size_t len = pp_format_double_fixed(text, value, decimals);
    size_t digits = strcspn(text, ".");
    for (size_t i = 0; i < len && at + 2 < VALUE_TEXT_SIZE - 16; i++) {
        buffer[at++] = text[i];
        size_t left = i < digits ? digits - 1 - i : 0;
        if (left && left % 3 == 0 && text[i] != '-') {
            buffer[at++] = ',';
        }
    }
    buffer[at] = '\0';
    return at;
}

static enum shown_unit fitting(enum pp_unit unit, double value)
{
    static const enum shown_unit times[] = {SHOWN_S, SHOWN_MS, SHOWN_US, SHOWN_NS};
    static const enum shown_unit bytes[] = {SHOWN_GIB, SHOWN_MIB, SHOWN_KIB, SHOWN_B};
    const enum shown_unit *units = unit == PP_UNIT_NS ? times : bytes;
    size_t at = 0;
    while (at < 3 && fabs(value) < sizes[units[at]]) {
        at++;
    }
    return units[at];
}

/* Decimals that leave four significant digits; none of a whole number of the base unit. */
static unsigned four_digits(double value, bool whole)
{
    double size = fabs(value);
    return whole || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
}

size_t value_text(char buffer[VALUE_TEXT_SIZE], const struct value_style *style, int64_t value)
{
    size_t at;
    double exact = (double)value;
    for (unsigned i = 0; i < style->decimals; i++) {
        exact /= 10;
    }
    if (style->plain || style->unit == PP_UNIT_COUNT) {
        double product = exact * style->factor;
        bool scaled = style->factor < 1 || style->factor > 1;
        at = scaled ? fixed_number(buffer, product, fabs(product - nearbyint(product)) < 1e-9 ? 0 : 2)
                    : exact_number(buffer, value, style->decimals);
        return append(buffer, append(buffer, at, " "), style->count_name);
    }
    enum shown_unit unit = style->shown == SHOWN_AUTO ? fitting(style->unit, exact) : style->shown;
    double shown = exact / sizes[unit];
    bool whole = sizes[unit] <= 1 && style->decimals == 0;
    unsigned decimals = style->shown == SHOWN_AUTO ? four_digits(shown, whole) : whole ? 0 : 3;
    at = fixed_number(buffer, shown, decimals);
    return append(buffer, append(buffer, at, " "), shown_unit_names[unit]);
}

size_t percent_text(char buffer[VALUE_TEXT_SIZE], double share)
{
    if (share >= 1 && share <= 1) {
        return append(buffer, 0, "100");
    }
    if (!(share >= 0 && share < 1e9)) {
        return pp_format_double_fixed(buffer, share * 100, 2);
    }
    /* Every frame has one: not by way of printf. */
    uint64_t hundredths = (uint64_t)(share * 10000 + 0.5);
    size_t at = pp_format_decimal(buffer, (int64_t)(hundredths / 100), 0);
    buffer[at++] = '.';
    buffer[at++] = (char)('0' + hundredths / 10 % 10);
    buffer[at++] = (char)('0' + hundredths % 10);
    buffer[at] = '\0';
    return at;
}
