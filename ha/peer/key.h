/* SPDX-License-Identifier: BSD-2-Clause */
/* The pair's key: 256 bits, in a file that only its owner may read. */
#ifndef FC_PEER_KEY_H
#define FC_PEER_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_KEY_OCTETS 32
#define FC_KEY_IDENTITY 40

/* Secrets must be a regular file of this user or root that nobody else can read or write. Return
 * an open descriptor, or -errno with a sentence. */
int fc_key_open_private(const char *path, char *why, size_t size);
/* Text: comments from '#' on, then 64 hexadecimal digits. Return 0, or -errno with a sentence. */
int fc_key_read(const char *path, uint8_t key[FC_KEY_OCTETS], char *why, size_t size);
/* What a key is called on the wire and in the log: a digest that says nothing about it. */
int fc_key_identity(const uint8_t key[FC_KEY_OCTETS], char out[FC_KEY_IDENTITY]);

#endif
