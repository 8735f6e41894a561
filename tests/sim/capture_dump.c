/* SPDX-License-Identifier: BSD-2-Clause */
/* Print every frame of the captures named: number,time,captured,original,link,offset,CRC-32 of the
 * octets; then how it ended. */
#include "sim/capture.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static int dump(const char *path)
{
	struct fc_capture *capture;
	struct fc_frame f;
	int result = fc_capture_open(path, &capture);

	if (result) {
		printf("open,%d\n", result);
		return 0;
	}
	while ((result = fc_capture_next(capture, &f)) == 1)
		printf("%" PRIu64 ",%" PRIu64 ",%zu,%u,%u,%" PRIu64 ",%08lx\n", f.number, f.time_ns,
		       f.octets, f.original, (unsigned)f.link, f.offset,
		       crc32(0, f.data, (uInt)f.octets));
	if (fc_capture_next(capture, &f) != result)
		printf("the end is not final\n");
	printf("end,%d,%" PRIu64 ",%" PRIu64 ",%s,%s\n", result, fc_capture_position(capture),
	       fc_capture_size(capture), fc_capture_format(capture), fc_capture_error(capture));
	fc_capture_close(capture);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		dump(argv[i]);
	return argc > 1 ? 0 : 2;
}
