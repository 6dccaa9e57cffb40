/* http.c - the rules above the transport: addresses, attempts, pauses, what counts as an answer. */
#include "bindery/http.h"

#include <string.h>

/* ---- addresses ---- */

static bd_str host_of(bd_str url) {
    ptrdiff_t at = bd_str_find(url, BD_STR("://"));
    bd_str rest = bd_str_sub(url, at < 0 ? url.size : (size_t)at + 3, url.size);
    size_t end = 0;
    while (end < rest.size && rest.data[end] != '/' && rest.data[end] != '?' &&
           rest.data[end] != '#') {
        end++;
    }
    return bd_str_sub(rest, 0, end);
}

static bool is_plain(bd_str url) {
    for (size_t i = 0; i < url.size; i++) {
        if (url.data[i] <= ' ' || url.data[i] > '~' || url.data[i] == '\\') {
            return false;
        }
    }
    return url.size <= BD_HTTP_URL_BYTES;
}

bd_rc bd_http_url_check(bd_str url, bd_err *err) {
    bool is_web = bd_str_has_prefix(url, BD_STR("http://")) ||
                  bd_str_has_prefix(url, BD_STR("https://"));
    bd_str host = host_of(url);
    bool has_user = bd_str_find(host, BD_STR("@")) >= 0;
    if (!is_web || !is_plain(url) || host.size == 0 || has_user) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "refused the address '%.*s': expected http:// or https:// with a host and no user",
                 BD_ARG(bd_str_sub(has_user ? BD_STR("with a user in it") : url, 0, 120)));
    }
    return BD_OK;
}

/* ---- attempts ---- */

static bool is_passing(int status) {
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

static unsigned pause_of(unsigned attempt, int64_t retry_after_ms) {
    int64_t pause = BD_HTTP_PAUSE_MS;
    for (unsigned i = 1; i < attempt && pause < BD_HTTP_PAUSE_MOST_MS; i++) {
        pause *= 2;
    }
    if (retry_after_ms >= 0) {
        pause = retry_after_ms;
    }
    return (unsigned)(pause > BD_HTTP_PAUSE_MOST_MS ? BD_HTTP_PAUSE_MOST_MS : pause);
}

static bd_rc raise_status(const bd_http_request *request, const bd_http_reply *reply,
                          unsigned attempts, bd_err *err) {
    bd_str host = host_of(bd_str_of(request->url));
    if (reply->status >= 300 && reply->status < 400) {
        BD_RAISE(err, BD_ERR_IO, "'%.*s' answers %d, a redirect to '%.*s', and none is followed",
                 BD_ARG(host), reply->status, BD_ARG(bd_str_sub(reply->location, 0, 120)));
    }
    BD_RAISE(err, BD_ERR_IO, "'%.*s' answers %d, expected 200 (asked %u time%s)", BD_ARG(host),
             reply->status, attempts, attempts == 1 ? "" : "s");
}

bd_rc bd_http_ask(const bd_http_transport *transport, const bd_http_request *request,
                  bd_arena *arena, bd_http_reply *out, bd_err *err) {
    bd_str url = bd_str_of(request->url);
    unsigned most = request->attempts > 0 ? request->attempts : BD_HTTP_ATTEMPTS;
    BD_TRY(bd_http_url_check(url, err));
    for (unsigned attempt = 1;; attempt++) {
        bd_http_reply reply = {.retry_after_ms = -1};
        bd_http_outcome outcome = BD_HTTP_DONE;
        bd_str why = {"", 0};
        BD_TRY(transport->exchange(transport->context, request, arena, &reply, &outcome, &why,
                                   err));
        bool has_answer = outcome == BD_HTTP_DONE && !is_passing(reply.status);
        if (has_answer && reply.status >= 200 && reply.status < 300) {
            reply.attempts = attempt;
            *out = reply;
            return BD_OK;
        }
        if (has_answer || (attempt >= most && outcome == BD_HTTP_DONE)) {
            return raise_status(request, &reply, attempt, err);
        }
        if (attempt >= most) {
            BD_RAISE(err, BD_ERR_IO, "'%.*s' does not answer: %.*s (asked %u time%s)",
                     BD_ARG(host_of(url)), BD_ARG(why), attempt, attempt == 1 ? "" : "s");
        }
        transport->pause(transport->context, pause_of(attempt, reply.retry_after_ms));
    }
}
