/* src/gather/engagement/engagement_priv.h - shapes of texts that both loading and making check. */
#ifndef BINDERY_ENGAGEMENT_PRIV_H
#define BINDERY_ENGAGEMENT_PRIV_H

#include "bindery/engagement.h"

bool engagement_is_guid(bd_str text);
bool engagement_is_period_id(bd_str text);
bool engagement_is_short(bd_str text);
/* Index into bd_category_names under ASCII case folding, or -1. */
int engagement_category(bd_str text);
/* "ID=FROM..TO", or "ID=DAY" for Type I; the id is not checked. */
bool engagement_parse_span(bd_str text, bool is_type_i, bd_str *id, bd_day *from, bd_day *to);

#endif
