/* bindery/html.h - index.html of a package: what a reader opens first.
 *
 * One page, static and offline: no script, no reference beyond the package, and well-formed XML besides, so that any
 * parser can check it.  It leads from the score and the criteria by month to each criterion, its controls and their
 * files, to exceptions, all evidence and what is missing; its links reach the files below the package's root and
 * binder.pdf#<anchor>.  What comes from evidence is escaped, and hidden characters in it are shown.
 *
 * A page of forty thousand rows is no page: of each check it lists the first 100 exceptions, then the number of the
 * others.  The lists for machines have them all.
 */
#ifndef BINDERY_HTML_H
#define BINDERY_HTML_H

#include "bindery/util.h"
#include "bindery/writing.h"

/* The page as one output; without `package_paths` it links to no file.  Same inputs, same bytes.  Fails as the sink
 * does. */
BD_MUST_USE bd_rc bd_html_write_index(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

#endif
