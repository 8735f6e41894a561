# SPDX-License-Identifier: BSD-2-Clause
add_executable(flowcard-gen
	${CMAKE_CURRENT_LIST_DIR}/flowcard_gen.c
	${CMAKE_CURRENT_LIST_DIR}/gen_traffic.c
	${CMAKE_CURRENT_LIST_DIR}/gen_packet.c
	${CMAKE_CURRENT_LIST_DIR}/gen_noise.c)
target_include_directories(flowcard-gen PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(flowcard-gen PRIVATE fc_flags)
