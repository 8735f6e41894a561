// SPDX-License-Identifier: BSD-2-Clause
/* Memory of the client that the card may write. */
#include "sim/vfio_user_private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static bool overlaps(const struct fc_vfu_map *m, uint64_t address, uint64_t octets)
{
	return address < m->iova ? m->iova - address < octets : address - m->iova < m->octets;
}

static int check_map(const struct fc_vfu_server *s, const struct fc_vfu_dma_map *map)
{
	if (map->octets == 0 || map->octets - 1 > UINT64_MAX - map->address ||
	    map->octets > SIZE_MAX || map->offset > INT64_MAX - map->octets ||
	    map->octets > INT64_MAX ||
	    map->flags & ~(uint32_t)(FC_VFU_DMA_READABLE | FC_VFU_DMA_WRITEABLE))
		return -EINVAL;
	for (unsigned i = 0; i < s->maps; i++)
		if (overlaps(&s->map[i], map->address, map->octets))
			return -EEXIST;
	return s->maps == FC_VFU_MAPS ? -ENOSPC : 0;
}

/* A page that the file does not have would be SIGBUS when the card writes. */
static int file_has(int fd, const struct fc_vfu_dma_map *map)
{
	struct stat info;

	if (fstat(fd, &info))
		return -errno;
	return (uint64_t)info.st_size < map->offset + map->octets ? -EINVAL : 0;
}

/* Memory that the card shall not write, or cannot reach, is known but not mapped: DECERR. */
static int enter(struct fc_vfu_server *s, const struct fc_vfu_dma_map *map, int fd)
{
	struct fc_vfu_map *m = &s->map[s->maps];
	void *mem = NULL;
	int err;

	if (fd >= 0 && map->flags & FC_VFU_DMA_WRITEABLE) {
		err = file_has(fd, map);
		if (err)
			return err;
		mem = mmap(NULL, map->octets, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   (off_t)map->offset);
		if (mem == MAP_FAILED)
			return -errno;
		err = s->ops->dma_map(s->device, map->address, mem, map->octets);
		if (err)
			goto unmap;
	}
	*m = (struct fc_vfu_map){.iova = map->address, .octets = map->octets, .mem = mem};
	s->maps++;
	return 0;

unmap:
	munmap(mem, map->octets);
	return err;
}

int fc_vfu_dma_map(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_dma_map map;
	int err = fc_vfu_take(call, &map, sizeof(map));

	if (!err && (map.argsz < sizeof(map) || call->fd_count > 1))
		err = -EINVAL;
	if (!err)
		err = check_map(s, &map);
	/* The mapping holds its file; the descriptor is closed with the message. */
	return err ? err : enter(s, &map, call->fd_count ? call->fds[0] : -1);
}

static void leave(struct fc_vfu_server *s, unsigned i)
{
	struct fc_vfu_map *m = &s->map[i];

	if (m->mem) {
		s->ops->dma_unmap(s->device, m->iova);
		munmap(m->mem, m->octets);
	}
	s->maps--;
	memmove(m, m + 1, (s->maps - i) * sizeof(*m));
}

void fc_vfu_dma_unmap_all(struct fc_vfu_server *s)
{
	while (s->maps)
		leave(s, s->maps - 1);
}

static int unmap_one(struct fc_vfu_server *s, const struct fc_vfu_dma_unmap *unmap)
{
	for (unsigned i = 0; i < s->maps; i++) {
		if (s->map[i].iova == unmap->address && s->map[i].octets == unmap->octets) {
			leave(s, i);
			return 0;
		}
	}
	return -ENOENT;
}

int fc_vfu_dma_unmap(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_dma_unmap unmap;
	int err = fc_vfu_take(call, &unmap, sizeof(unmap));

	if (!err && unmap.argsz < sizeof(unmap))
		err = -EINVAL;
	if (err)
		return err;
	if (unmap.flags == FC_VFU_UNMAP_ALL && !unmap.address && !unmap.octets)
		fc_vfu_dma_unmap_all(s);
	else if (unmap.flags)
		return -ENOTSUP;
	else
		err = unmap_one(s, &unmap);
	if (!err)
		fc_vfu_answer(call, &unmap, sizeof(unmap));
	return err;
}
