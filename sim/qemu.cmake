# SPDX-License-Identifier: BSD-2-Clause
# fc_qemu_front: the card as a PCI device of a QEMU machine; what is behind it comes from the caller.
add_library(fc_qemu_front STATIC qemu_config.c qemu_front.c qemu_loop.c)
target_link_libraries(fc_qemu_front PUBLIC fc_vfio_user_server PRIVATE fc_flags)
