/* bindery/banned.h - functions that no file of ours may call (forced in by the Makefile).
 *
 * Each has a replacement in bindery/util.h: bounded strings, atomic files, our own calendar.  `malloc` and
 * its kin stay usable only where a file defines BD_HEAP_ALLOWED before anything else: util and the adapters
 * of third-party libraries, which must free what those libraries hand out.
 */
#ifndef BINDERY_BANNED_H
#define BINDERY_BANNED_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atof gmtime localtime ctime asctime mktime strftime
#pragma GCC poison system popen tmpnam tempnam mktemp rand srand alloca setlocale

#endif
