/* curl.c - the transport over libcurl.
 *
 * The library is loaded when it is first needed: it brings some thirty others, and most commands never ask anybody
 * anything.  Redirects are off, since a token must not travel to whoever an answer names; only http and https are
 * spoken; certificates are judged by the system's authorities or by the caller's own. */
#include "bindery/http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIBRARY "libcurl.so.4"
#define HEADER_BYTES 1024
#define CONNECT_MS 8000L

typedef struct {
    bool is_loaded;
    CURL *(*open)(void);
    void (*close)(CURL *);
    void (*reset)(CURL *);
    CURLcode (*set)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    CURLcode (*ask)(CURL *, CURLINFO, ...);
    const char *(*explain)(CURLcode);
    struct curl_slist *(*append)(struct curl_slist *, const char *);
    void (*free_list)(struct curl_slist *);
} library;

static library curl;
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

/* ISO C knows no way from an object pointer to a function pointer; POSIX promises that the bits are the same. */
static bool find_symbol(void *handle, const char *name, void *out) {
    void *symbol = dlsym(handle, name);
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}

static char *copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(bd_heap_alloc(size), text, size);
}

static void *take_zeroed(size_t count, size_t bytes) {
    BD_ASSERT(bytes == 0 || count <= SIZE_MAX / bytes);
    return bd_heap_zeroed(count * bytes);
}

static void load_library(void) {
    CURLcode (*init)(long, curl_malloc_callback, curl_free_callback, curl_realloc_callback,
                     curl_strdup_callback, curl_calloc_callback) = NULL;
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return;
    }
    curl.is_loaded = find_symbol(handle, "curl_global_init_mem", &init) &&
                     find_symbol(handle, "curl_easy_init", &curl.open) &&
                     find_symbol(handle, "curl_easy_cleanup", &curl.close) &&
                     find_symbol(handle, "curl_easy_reset", &curl.reset) &&
                     find_symbol(handle, "curl_easy_setopt", &curl.set) &&
                     find_symbol(handle, "curl_easy_perform", &curl.perform) &&
                     find_symbol(handle, "curl_easy_getinfo", &curl.ask) &&
                     find_symbol(handle, "curl_easy_strerror", &curl.explain) &&
                     find_symbol(handle, "curl_slist_append", &curl.append) &&
                     find_symbol(handle, "curl_slist_free_all", &curl.free_list) &&
                     init(CURL_GLOBAL_DEFAULT, bd_heap_alloc, bd_heap_free, bd_heap_resize, copy_text,
                          take_zeroed) == CURLE_OK;
}

struct bd_http {
    CURL *handle;
    bd_http_transport transport;
};

/* ---- one exchange ---- */

typedef struct {
    bd_buf body;
    bool is_over;
    bd_arena *arena;
    bd_http_reply *reply;
    size_t most_bytes;
} receiving;

static size_t take_body(char *data, size_t unit, size_t count, void *context) {
    receiving *r = context;
    size_t size = unit * count;
    if (size > r->most_bytes - r->body.size) {
        r->is_over = true;
        return 0;
    }
    bd_buf_put(&r->body, data, size);
    return size;
}

static bool is_header(bd_str line, const char *name, bd_str *value) {
    bd_str wanted = bd_str_of(name);
    if (line.size <= wanted.size || line.data[wanted.size] != ':' ||
        !bd_str_ieq(bd_str_sub(line, 0, wanted.size), wanted)) {
        return false;
    }
    *value = bd_str_trim(bd_str_sub(line, wanted.size + 1, line.size));
    return true;
}

static size_t take_header(char *data, size_t unit, size_t count, void *context) {
    receiving *r = context;
    size_t size = unit * count;
    bd_str line = {data, size}, value;
    int64_t seconds = 0;
    if (size > HEADER_BYTES) {
        return size;
    }
    if (is_header(line, "Content-Type", &value)) {
        ptrdiff_t end = bd_str_find(value, BD_STR(";"));
        value = bd_str_trim(bd_str_sub(value, 0, end < 0 ? value.size : (size_t)end));
        r->reply->content_type = bd_str_lower(r->arena, value);
    } else if (is_header(line, "Location", &value)) {
        r->reply->location = bd_str_visible(r->arena, value);
    } else if (is_header(line, "Retry-After", &value) && bd_str_to_i64(value, &seconds) &&
               seconds >= 0 && seconds <= 86400) {
        r->reply->retry_after_ms = seconds * 1000;
    }
    return size;
}

static struct curl_slist *headers_of(const bd_http_request *request, bd_arena *arena) {
    struct curl_slist *list = curl.append(NULL, "Expect:");
    bd_str line = {0};
    if (request->content_type != NULL && request->body.data != NULL) {
        line = bd_str_format(arena, "Content-Type: %s", request->content_type);
        list = curl.append(list, line.data);
    }
    if (request->accept != NULL) {
        line = bd_str_format(arena, "Accept: %s", request->accept);
        list = curl.append(list, line.data);
    }
    if (request->bearer.size > 0) {
        line = bd_str_format(arena, "Authorization: Bearer %.*s", BD_ARG(request->bearer));
        list = curl.append(list, line.data);
    }
    return list;
}

static void set_request(CURL *handle, const bd_http_request *request, receiving *r,
                        struct curl_slist *headers) {
    long timeout = request->timeout_ms > 0 ? (long)request->timeout_ms : (long)BD_HTTP_TIMEOUT_MS;
    curl.reset(handle);
    curl.set(handle, CURLOPT_URL, request->url);
    curl.set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl.set(handle, CURLOPT_NOSIGNAL, 1L);
    curl.set(handle, CURLOPT_TIMEOUT_MS, timeout);
    curl.set(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MS ? timeout : CONNECT_MS);
    curl.set(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl.set(handle, CURLOPT_USERAGENT, "bindery/" BINDERY_VERSION);
    curl.set(handle, CURLOPT_HTTPHEADER, headers);
    curl.set(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl.set(handle, CURLOPT_WRITEDATA, r);
    curl.set(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl.set(handle, CURLOPT_HEADERDATA, r);
    if (request->ca_path != NULL) {
        curl.set(handle, CURLOPT_CAINFO, request->ca_path);
    }
    if (request->body.data != NULL) {
        curl.set(handle, CURLOPT_POST, 1L);
        curl.set(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        curl.set(handle, CURLOPT_POSTFIELDS, request->body.data);
    }
}

/* What may be otherwise in a moment. */
static bool may_pass(CURLcode code) {
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
           code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_OPERATION_TIMEDOUT ||
           code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_PARTIAL_FILE;
}

static bd_rc judge_end(CURLcode code, const receiving *r, bd_http_outcome *outcome, bd_str *why,
                       bd_err *err) {
    if (r->is_over) {
        BD_RAISE(err, BD_ERR_LIMIT, "an answer of more than %zu bytes, and no more are read",
                 r->most_bytes);
    }
    if (may_pass(code)) {
        *outcome = BD_HTTP_PASSING;
        *why = bd_str_of(curl.explain(code));
        return BD_OK;
    }
    if (code != CURLE_OK) {
        BD_RAISE(err, BD_ERR_IO, "the connection fails: %s", curl.explain(code));
    }
    return BD_OK;
}

static bd_rc exchange(void *context, const bd_http_request *request, bd_arena *arena,
                      bd_http_reply *reply, bd_http_outcome *outcome, bd_str *why, bd_err *err) {
    bd_http *http = context;
    size_t most = request->most_bytes > 0 ? request->most_bytes : BD_HTTP_BODY_BYTES;
    receiving r = {.arena = arena, .reply = reply, .most_bytes = most};
    long status = 0;
    bd_buf_init(&r.body, most + 1);
    struct curl_slist *headers = headers_of(request, arena);
    set_request(http->handle, request, &r, headers);
    CURLcode code = curl.perform(http->handle);
    curl.ask(http->handle, CURLINFO_RESPONSE_CODE, &status);
    curl.free_list(headers);
    reply->status = (int)status;
    reply->body = bd_str_copy(arena, bd_buf_str(&r.body));
    bd_buf_clear(&r.body);
    return judge_end(code, &r, outcome, why, err);
}

static void take_pause(void *context, unsigned milliseconds) {
    struct timespec left = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000L};
    (void)context;
    nanosleep(&left, NULL);
}

/* ---- the handle ---- */

bd_rc bd_http_open(bd_http **out, bd_err *err) {
    pthread_once(&curl_once, load_library);
    if (!curl.is_loaded) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "cannot ask over the network: %s is not installed (Debian: libcurl4)", LIBRARY);
    }
    bd_http *http = bd_heap_zeroed(sizeof *http);
    BD_ASSERT(http != NULL);
    http->handle = curl.open();
    BD_ASSERT(http->handle != NULL);
    http->transport =
        (bd_http_transport){.exchange = exchange, .pause = take_pause, .context = http};
    *out = http;
    return BD_OK;
}

const bd_http_transport *bd_http_network(const bd_http *http) {
    return &http->transport;
}

void bd_http_close(bd_http *http) {
    if (http != NULL) {
        curl.close(http->handle);
        bd_heap_free(http);
    }
}
