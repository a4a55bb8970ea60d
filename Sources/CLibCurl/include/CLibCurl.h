// libcurl's variadic functions with types, which Swift can't call otherwise.
#ifndef GRAFT_CLIBCURL_H
#define GRAFT_CLIBCURL_H

#include <curl/curl.h>
#include <stddef.h>

/// Reads or writes `size` times `count` bytes of a transfer; libcurl's header, read and write callbacks.
typedef size_t (*graft_transfer_callback)(char *bytes, size_t size, size_t count, void *context);
/// Goes back to an earlier place in the request body.
typedef int (*graft_seek_callback)(void *context, curl_off_t offset, int origin);
/// Is told of a new socket before it connects.
typedef int (*graft_socket_callback)(void *context, curl_socket_t socket, curlsocktype purpose);
/// Is told that the connection stands and the request goes out next.
typedef int (*graft_ready_callback)(void *context, char *peer, char *local, int peer_port, int local_port);

static inline CURLcode graft_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode graft_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode graft_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode graft_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode graft_set_buffer(CURL *handle, CURLoption option, char *value) {
    return curl_easy_setopt(handle, option, value);
}

/// libcurl keeps a copy of the bytes.
static inline CURLcode graft_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob;
    blob.data = (void *)bytes;
    blob.len = count;
    blob.flags = CURL_BLOB_COPY;
    return curl_easy_setopt(handle, option, &blob);
}

static inline void graft_set_header_callback(CURL *handle, graft_transfer_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

static inline void graft_set_write_callback(CURL *handle, graft_transfer_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline void graft_set_read_callback(
    CURL *handle, graft_transfer_callback read, graft_seek_callback seek, void *context) {
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, context);
}

static inline void graft_set_socket_callback(CURL *handle, graft_socket_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, context);
}

static inline void graft_set_ready_callback(CURL *handle, graft_ready_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

static inline long graft_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(handle, info, &value);
    return value;
}

static inline CURLcode graft_message_result(const CURLMsg *message) {
    return message->data.result;
}

static inline void graft_limit_connections(CURLM *multi, long per_host) {
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
}

#endif
