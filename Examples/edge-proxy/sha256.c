#include "sha256.h"

#include <string.h>

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8. */
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t initial[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t turned(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static void mix(struct sha256 *hash) {
    uint32_t words[64], state[8];
    for (int index = 0; index < 16; index++) {
        const uint8_t *at = hash->block + 4 * index;
        words[index] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int index = 16; index < 64; index++) {
        uint32_t early = words[index - 15], late = words[index - 2];
        words[index] = words[index - 16] + words[index - 7] + (turned(early, 7) ^ turned(early, 18) ^ early >> 3)
                     + (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
    memcpy(state, hash->state, sizeof state);
    for (int index = 0; index < 64; index++) {
        uint32_t a = state[0], e = state[4];
        uint32_t choice = (e & state[5]) ^ (~e & state[6]), majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]);
        uint32_t one = state[7] + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + rounds[index] + words[index];
        uint32_t two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
        memmove(state + 1, state, 7 * sizeof *state);
        state[4] += one;
        state[0] = one + two;
    }
    for (int index = 0; index < 8; index++) hash->state[index] += state[index];
}

void sha256_begin(struct sha256 *hash) {
    memcpy(hash->state, initial, sizeof initial);
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t count) {
    const uint8_t *from = bytes;
    for (size_t index = 0; index < count; index++) {
        hash->block[hash->length++ % 64] = from[index];
        if (hash->length % 64 == 0) mix(hash);
    }
}

void sha256_end(struct sha256 *hash, uint8_t digest[32]) {
    uint64_t bits = hash->length * 8;
    uint8_t length[8];
    for (int index = 0; index < 8; index++) length[index] = (uint8_t)(bits >> (56 - 8 * index));
    sha256_add(hash, "\x80", 1);
    while (hash->length % 64 != 56) sha256_add(hash, "", 1);
    sha256_add(hash, length, 8);
    for (int index = 0; index < 32; index++) digest[index] = (uint8_t)(hash->state[index / 4] >> (24 - 8 * (index % 4)));
}
