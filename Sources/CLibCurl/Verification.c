// What OpenSSL knows of a peer's certificate: libcurl's own words name neither its issuer nor its names when the chain does not pass.
#include "CLibCurl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct graft_verification {
    // The transfer and the TLS context, both on the loop's thread.
    int owners;
    int error;
    struct graft_certificate *leaf, *failed;
};

static void take_text(BIO *text, char *out, size_t room) {
    int count = BIO_read(text, out, (int)room - 1);
    out[count > 0 ? count : 0] = 0;
    // Others wrote it; nothing of it may steer a terminal or break a log line.
    for (char *byte = out; *byte; byte++) {
        if ((unsigned char)*byte < 0x20 || *byte == 0x7F) { *byte = '.'; }
    }
    (void)BIO_reset(text);
}

static void take_time(const ASN1_TIME *time, char *out, size_t room) {
    struct tm parts;
    out[0] = 0;
    if (time && ASN1_TIME_to_tm(time, &parts)) { strftime(out, room, "%Y-%m-%dT%H:%M:%SZ", &parts); }
}

static void describe(X509 *certificate, struct graft_certificate *out) {
    memset(out, 0, sizeof(*out));
    BIO *text = BIO_new(BIO_s_mem());
    if (!text) { return; }
    X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    take_text(text, out->subject, sizeof(out->subject));
    X509_NAME_print_ex(text, X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    take_text(text, out->issuer, sizeof(out->issuer));
    int place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
    if (place >= 0) {
        X509V3_EXT_print(text, X509_get_ext(certificate, place), 0, 0);
        take_text(text, out->names, sizeof(out->names));
    }
    BIO_free(text);
    take_time(X509_get0_notBefore(certificate), out->not_before, sizeof(out->not_before));
    take_time(X509_get0_notAfter(certificate), out->not_after, sizeof(out->not_after));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &count) && count == 32) {
        for (unsigned int i = 0; i < count; i++) { snprintf(out->fingerprint + 2 * i, 3, "%02x", digest[i]); }
    }
}

// What stays in OpenSSL's queue of errors would be taken for the cause of something else.
static void forget_errors_since_mark(void) { ERR_pop_to_mark(); }

struct graft_verification *graft_verification_new(void) {
    struct graft_verification *verification = calloc(1, sizeof(*verification));
    if (verification) { verification->owners = 1; }
    return verification;
}

void graft_verification_release(struct graft_verification *verification) {
    if (!verification || --verification->owners > 0) { return; }
    free(verification->leaf);
    free(verification->failed);
    free(verification);
}

const struct graft_certificate *graft_verification_leaf(const struct graft_verification *verification) {
    return verification ? verification->leaf : NULL;
}

const struct graft_certificate *graft_verification_failed(const struct graft_verification *verification) {
    return verification ? verification->failed : NULL;
}

int graft_verification_error(const struct graft_verification *verification) { return verification ? verification->error : 0; }

static void note(X509 *certificate, struct graft_certificate **out) {
    free(*out);
    *out = certificate ? malloc(sizeof(**out)) : NULL;
    if (*out) { describe(certificate, *out); }
}

static int verify(X509_STORE_CTX *context, void *argument) {
    struct graft_verification *verification = argument;
    int passes = X509_verify_cert(context);
    ERR_set_mark();
    verification->error = passes > 0 ? 0 : X509_STORE_CTX_get_error(context);
    note(X509_STORE_CTX_get0_cert(context), &verification->leaf);
    note(passes > 0 ? NULL : X509_STORE_CTX_get_current_cert(context), &verification->failed);
    forget_errors_since_mark();
    return passes;
}

static void context_is_gone(void *parent, void *item, CRYPTO_EX_DATA *data, int index, long number, void *pointer) {
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    graft_verification_release(item);
}

static int place_in_context = -1;

static void find_place_in_context(void) {
    place_in_context = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, context_is_gone);
}

static CURLcode observe(CURL *handle, void *context, void *argument) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)handle;
    struct graft_verification *verification = argument;
    pthread_once(&once, find_place_in_context);
    if (place_in_context < 0 || SSL_CTX_get_ex_data(context, place_in_context)) { return CURLE_OK; }
    // The context outlives the transfer when its connection is kept; it holds on to what its callback writes to.
    if (!SSL_CTX_set_ex_data(context, place_in_context, verification)) { return CURLE_OK; }
    verification->owners += 1;
    SSL_CTX_set_cert_verify_callback(context, verify, verification);
    return CURLE_OK;
}

CURLcode graft_verification_observe(CURL *handle, struct graft_verification *verification) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, observe);
    if (result != CURLE_OK) { return result; }
    return curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, verification);
}

int graft_certificates_read(const void *pem, size_t count, int index, struct graft_certificate *out, int room) {
    BIO *source = BIO_new_mem_buf(pem, (int)count);
    if (!source) { return 0; }
    ERR_set_mark();
    int seen = 0, read = 0;
    X509 *certificate;
    while (read < room && (certificate = PEM_read_bio_X509(source, NULL, NULL, NULL))) {
        if (seen++ >= index) { describe(certificate, &out[read++]); }
        X509_free(certificate);
    }
    forget_errors_since_mark();
    BIO_free(source);
    return read;
}
