/* views_priv.h - shared by the files of room views. */
#ifndef VIEWS_PRIV_H
#define VIEWS_PRIV_H

#include "bindery/views.h"

void bd_views_sort_snapshots(bd_views *views);
void bd_views_date_facts(bd_views *views, bd_check_view *view); /* fills `choice` and `limit` */
void bd_views_open_places(bd_views *views); /* fills `unseen_places` */

#endif
