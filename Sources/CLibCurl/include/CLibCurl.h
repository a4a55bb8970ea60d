// libcurl's variadic functions with types, which Swift can't call otherwise, and what OpenSSL knows of a peer's certificate.
#ifndef GRAFT_CLIBCURL_H
#define GRAFT_CLIBCURL_H

#include <curl/curl.h>
#include <stddef.h>

/// Reads or writes `size` times `count` bytes of a transfer; libcurl's header, read and write callbacks.
typedef size_t (*graft_transfer_callback)(char *bytes, size_t size, size_t count, void *context);
/// Goes back to an earlier place in the request body.
typedef int (*graft_seek_callback)(void *context, curl_off_t offset, int origin);
/// Makes the socket for a connection.
typedef curl_socket_t (*graft_open_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
/// Closes a connection's socket.
typedef int (*graft_close_callback)(void *context, curl_socket_t socket);
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

/// A socket may outlive the handle it was made for: `closing` must live as long as the multi handle.
static inline void graft_set_socket_callbacks(
    CURL *handle, graft_open_callback open, void *opening, graft_close_callback close, void *closing) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, opening);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, closing);
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

/// Tells TLS connections apart as long as they live; NULL when the transfer has none.
static inline const void *graft_tls_session(CURL *handle) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL) { return NULL; }
    return session->internals;
}

static inline CURLcode graft_message_result(const CURLMsg *message) {
    return message->data.result;
}

static inline void graft_limit_connections(CURLM *multi, long per_host) {
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
}

/// Has the sockets by which other threads wake the multi handle closed in child processes, which libcurl leaves open there. Must
/// not run while another thread waits on or wakes this handle. Returns how many sockets it found: 2, or 0 where libcurl sees to it.
int graft_close_wakeup_on_exec(CURLM *multi);

/// Names the calling thread, at most 15 bytes, as tools list it.
void graft_name_thread(const char *name);

/// What a certificate says, in printable characters. Strings are cut where their room ends.
struct graft_certificate {
    /// Distinguished names as in RFC 4514.
    char subject[256];
    char issuer[256];
    /// Alternative names: `DNS:a.test, IP Address:127.0.0.1`; empty when there are none.
    char names[1024];
    /// As in RFC 3339, in UTC.
    char not_before[24];
    char not_after[24];
    /// SHA-256 of the certificate in hexadecimal.
    char fingerprint[65];
};

/// The verification of a peer's certificate during one handshake, shared by the transfer and the TLS context it belongs to.
struct graft_verification;

struct graft_verification *graft_verification_new(void);
void graft_verification_release(struct graft_verification *verification);
/// Makes OpenSSL note there what the peer of this transfer shows. The verdict stays OpenSSL's own.
CURLcode graft_verification_observe(CURL *handle, struct graft_verification *verification);
/// The peer's own certificate; NULL when none was seen.
const struct graft_certificate *graft_verification_leaf(const struct graft_verification *verification);
/// The certificate at which verification stopped; NULL when it passed or none was seen.
const struct graft_certificate *graft_verification_failed(const struct graft_verification *verification);
/// OpenSSL's X509_V_ERR_… number; 0 when verification passed.
int graft_verification_error(const struct graft_verification *verification);

/// Reads the certificates of a PEM bundle from the one at `index` on, at most `room`. Returns how many were read.
int graft_certificates_read(const void *pem, size_t count, int index, struct graft_certificate *out, int room);

#endif
