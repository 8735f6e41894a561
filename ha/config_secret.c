// SPDX-License-Identifier: BSD-2-Clause
/* The password of "enable": kept as crypt(3) makes it with SHA-512, written as type 6. */
#include "ha/config_impl.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define SALT "$6$"
#define SALT_OCTETS 16

static bool make_salt(char out[4 + SALT_OCTETS])
{
	static const char letter[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char random[SALT_OCTETS];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	fc_config_text(out, 4 + SALT_OCTETS, SALT);
	for (unsigned i = 0; i < SALT_OCTETS; i++)
		out[3 + i] = letter[random[i] % 64];
	out[3 + SALT_OCTETS] = '\0';
	return true;
}

static bool hash(const char *password, const char *setting, char out[FC_CONFIG_SECRET])
{
	struct crypt_data data = {0};
	const char *text = crypt_r(password, setting, &data);
	bool fits = text && *text != '*' && strlen(text) < FC_CONFIG_SECRET;

	if (fits)
		fc_config_text(out, FC_CONFIG_SECRET, text);
	explicit_bzero(&data, sizeof(data));
	return fits;
}

int fc_config_run_secret(void *context, struct fc_syntax_line *line)
{
	struct fc_config *c = ((struct fc_config_reader *)context)->config;
	bool typed = line->row->detail != NULL && line->values > 1;
	const char *text = line->values ? line->value[line->values - 1].text : "";
	char salt[4 + SALT_OCTETS];

	if (line->no) {
		memset(c->secret, 0, sizeof(c->secret));
		return 0;
	}
	if (typed && line->value[0].number) {
		if (strncmp(text, SALT, strlen(SALT)) != 0 || strlen(text) >= sizeof(c->secret))
			return fc_syntax_refuse(line, 1,
						"%% Not a secret of type 6 (crypt(3), SHA-512)");
		fc_config_text(c->secret, sizeof(c->secret), text);
		return 0;
	}
	if (!make_salt(salt) || !hash(text, salt, c->secret))
		return fc_syntax_refuse(line, 0, "%% The secret cannot be hashed");
	return 0;
}

bool fc_config_secret_fits(const struct fc_config *config, const char *password)
{
	char made[FC_CONFIG_SECRET];
	unsigned char differs = 0;

	if (!*config->secret || !hash(password, config->secret, made))
		return false;
	for (unsigned i = 0; i < sizeof(made); i++)
		differs |= (unsigned char)(made[i] ^ config->secret[i]);
	return !differs;
}
