# SPDX-License-Identifier: BSD-2-Clause
# fc_capture: capture files and re-framing, without a card. fc_feeder: on top of libfcsim (the user links fcsim).
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

add_library(fc_capture STATIC
	${CMAKE_CURRENT_LIST_DIR}/capture.c
	${CMAKE_CURRENT_LIST_DIR}/capture_source.c
	${CMAKE_CURRENT_LIST_DIR}/capture_pcap.c
	${CMAKE_CURRENT_LIST_DIR}/capture_pcapng.c
	${CMAKE_CURRENT_LIST_DIR}/reframe.c)
target_include_directories(fc_capture PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/driver/include)
target_link_libraries(fc_capture PRIVATE fc_flags PUBLIC PkgConfig::ZLIB)

add_library(fc_feeder STATIC ${CMAKE_CURRENT_LIST_DIR}/feeder.c)
target_include_directories(fc_feeder PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/driver/include)
target_link_libraries(fc_feeder PRIVATE fc_flags PUBLIC fc_capture)
