/* options.h: the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

/* options_parse fills the options of `host`, or explains the usage and exits with EXIT_USAGE. */
void options_parse(int argc, char **argv);

#endif
