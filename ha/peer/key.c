// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/key.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 1024

static int refuse(const char *path, const char *what, char *why, size_t size)
{
	snprintf(why, size, "%s: %s", path, what);
	return -EACCES;
}

int fc_key_open_private(const char *path, char *why, size_t size)
{
	/* A FIFO must not hold the unit up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		err = -errno;
		snprintf(why, size, "%s: %s", path, strerror(-err));
		goto close_fd;
	}
	err = 0;
	if (!S_ISREG(st.st_mode))
		err = refuse(path, "not a file", why, size);
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		err = refuse(path, "others may read or write it (chmod 600)", why, size);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		err = refuse(path, "it belongs to another user", why, size);
	if (!err)
		return fd;
close_fd:
	if (fd >= 0)
		close(fd);
	return err;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Return how many whole octets there were; more than FC_KEY_OCTETS, too; -EINVAL. */
static int digits_of(const char *text, uint8_t key[FC_KEY_OCTETS])
{
	unsigned digits = 0;

	for (; *text; text++) {
		if (*text == '#')
			text += strcspn(text, "\n");
		if (!*text)
			break;
		if (isspace((unsigned char)*text))
			continue;
		if (digit(*text) < 0 || digits >= 2 * FC_KEY_OCTETS)
			return -EINVAL;
		key[digits / 2] = (uint8_t)(key[digits / 2] << 4 | digit(*text));
		digits++;
	}
	return digits == 2 * FC_KEY_OCTETS ? 0 : -EINVAL;
}

int fc_key_read(const char *path, uint8_t key[FC_KEY_OCTETS], char *why, size_t size)
{
	char text[FILE_MAX + 1];
	int fd = fc_key_open_private(path, why, size), err = 0;
	ssize_t got;

	if (fd < 0)
		return fd;
	got = read(fd, text, FILE_MAX);
	if (got < 0)
		err = -errno;
	close(fd);
	text[got < 0 ? 0 : got] = 0;
	memset(key, 0, FC_KEY_OCTETS);
	if (!err && (strlen(text) != (size_t)got || digits_of(text, key)))
		err = -EINVAL;
	if (err)
		snprintf(why, size, "%s: %s", path,
			 err == -EINVAL ? "64 hexadecimal digits are expected" : strerror(-err));
	explicit_bzero(text, sizeof(text));
	return err;
}

int fc_key_identity(const uint8_t key[FC_KEY_OCTETS], char out[FC_KEY_IDENTITY])
{
	static const char salt[] = "flowcard pair key identity";
	uint8_t octets[sizeof(salt) + FC_KEY_OCTETS], digest[EVP_MAX_MD_SIZE];
	int err = 0;

	memcpy(octets, salt, sizeof(salt));
	memcpy(octets + sizeof(salt), key, FC_KEY_OCTETS);
	if (EVP_Digest(octets, sizeof(octets), digest, NULL, EVP_sha256(), NULL) != 1)
		err = -ENOMEM;
	else
		snprintf(out, FC_KEY_IDENTITY, "flowcard %02x%02x%02x%02x%02x%02x%02x%02x",
			 digest[0], digest[1], digest[2], digest[3], digest[4], digest[5],
			 digest[6], digest[7]);
	explicit_bzero(octets, sizeof(octets));
	return err;
}
