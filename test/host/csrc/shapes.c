/*
 * shapes.c: the table of the differences between Fluent Bit versions that a plugin sees.
 *
 * The definition handed to FLBPluginRegister grew from 32 to 40 and 48 bytes, and the api table
 * from 1 to 7 and 9 functions, without a version number: a plugin that assumes one size fails with
 * the others.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

static const struct shape shapes[] = {
    /* name   version def zeroed slots hooks exports */
    {"1.9",   109,    32, 0,     1,    0,    0},
    {"2.0",   200,    32, 0,     7,    0,    1},
    {"2.2",   202,    32, 0,     7,    1,    2},
    {"3.2",   302,    32, 0,     7,    1,    2},
    {"4.0",   400,    32, 0,     7,    1,    2},
    {"4.2",   402,    32, 0,     9,    1,    3},
    {"5.0",   500,    40, 1,     9,    1,    3}, /* late 4.2 releases (4.2.8), too */
    {"5.1.1", 501,    48, 1,     9,    1,    3},
};

#define COUNT (sizeof(shapes) / sizeof(shapes[0]))

const struct shape *shape_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(shapes[i].name, name) == 0) {
            return &shapes[i];
        }
    }
    return NULL;
}

/* shape_names writes all names, separated by spaces, for the usage line. */
void shape_names(char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < COUNT && n < size; i++) {
        n += (size_t)snprintf(out + n, size - n, "%s%s", i ? " " : "", shapes[i].name);
    }
}
