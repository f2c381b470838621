// Package cmd holds the commands that come with the plugin, one directory each.
//
// Conventions: a command reads no configuration file of its own; flags are words with hyphens and
// come before arguments; the help is one text, printed by --help to standard output; results go to
// standard output and log lines to standard error; the exit code is 2 if nothing was done because
// of a wrong flag. Whatever sends to Dynatrace is built by plugin/wire. No command prints a
// secret: the test of this package runs every command to check that, and fails for one that has no
// row in it.
package cmd
