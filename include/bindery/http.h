/* bindery/http.h - one request over HTTP, its answer bounded, its failures retried by one rule.
 *
 * Nothing here knows what is asked.  A request goes through a transport: libcurl, or in tests whatever answers.  The
 * rules stand above it, so that they are the same for both:
 *
 *   - only http:// and https:// addresses of at most 8 KiB, without a name or password in them; a redirect is not
 *     followed but said, with where it leads;
 *   - the body is read up to `most_bytes` and not a byte further; a body that ends early is a failure;
 *   - what may pass away is asked again: no connection, a time limit, 408, 429 and 5xx; the pause is 250 ms, then
 *     twice as long each time, or what Retry-After says, at most 10 s.  Everything else is an answer.
 *
 *     bd_http *network = NULL;
 *     BD_TRY(bd_http_open(&network, err));
 *     bd_http_request request = {.url = url, .body = question, .content_type = "application/timestamp-query"};
 *     BD_TRY(bd_http_ask(bd_http_network(network), &request, arena, &reply, err));
 *
 * libcurl is loaded by the first bd_http_open: who never asks never pays for it.  Threads: a handle belongs to one
 * thread at a time.
 */
#ifndef BINDERY_HTTP_H
#define BINDERY_HTTP_H

#include "bindery/util.h"

enum {
    BD_HTTP_URL_BYTES = 8 << 10,
    BD_HTTP_BODY_BYTES = 16 << 20, /* where a request names no bound of its own */
    BD_HTTP_TIMEOUT_MS = 15000,
    BD_HTTP_ATTEMPTS = 3,
    BD_HTTP_PAUSE_MS = 250,
    BD_HTTP_PAUSE_MOST_MS = 10000
};

typedef struct {
    const char *url;
    bd_str body;               /* there: POST; NULL data: GET */
    const char *content_type;  /* of the body */
    const char *accept;        /* or NULL */
    bd_str bearer;             /* "Authorization: Bearer ..."; never in a message; empty: none */
    size_t most_bytes;         /* 0: BD_HTTP_BODY_BYTES */
    unsigned timeout_ms;       /* of one attempt; 0: BD_HTTP_TIMEOUT_MS */
    unsigned attempts;         /* 0: BD_HTTP_ATTEMPTS */
    const char *ca_path;       /* certificates that https is judged by; NULL: the system's */
} bd_http_request;

typedef struct {
    int status;          /* 200 ... */
    bd_str content_type; /* lower case, without parameters; may be empty */
    bd_str body;
    bd_str location;        /* of a redirect */
    int64_t retry_after_ms; /* -1: the reply says nothing */
    unsigned attempts;      /* that were made, this one included */
} bd_http_reply;

typedef enum {
    BD_HTTP_DONE,   /* there is a reply, whatever its status */
    BD_HTTP_PASSING /* no reply, and asking again may help: connection, time, name */
} bd_http_outcome;

/* One attempt.  BD_HTTP_PASSING comes with *why, one fragment without a full stop.  Fails, and is not asked again,
 * with LIMIT (body over the bound) or IO (a certificate that does not hold, an answer that is no HTTP). */
typedef struct {
    bd_rc (*exchange)(void *context, const bd_http_request *request, bd_arena *arena,
                      bd_http_reply *reply, bd_http_outcome *outcome, bd_str *why, bd_err *err);
    void (*pause)(void *context, unsigned milliseconds);
    void *context;
} bd_http_transport;

/* A reply of status 200 to 299; its texts Allocated in <arena>.  USAGE: the address is none of ours.  IO: nobody
 * answered, or the answer is another status; the message names host and attempts.  LIMIT: the body is too large. */
BD_MUST_USE bd_rc bd_http_ask(const bd_http_transport *transport, const bd_http_request *request,
                              bd_arena *arena, bd_http_reply *out, bd_err *err);
/* "http" or "https", a host, no user; else USAGE with the address in the message. */
BD_MUST_USE bd_rc bd_http_url_check(bd_str url, bd_err *err);

typedef struct bd_http bd_http;
/* UNSUPPORTED: libcurl is not installed. */
BD_MUST_USE bd_rc bd_http_open(bd_http **out, bd_err *err);
const bd_http_transport *bd_http_network(const bd_http *http);
void bd_http_close(bd_http *http); /* accepts NULL */

#endif
