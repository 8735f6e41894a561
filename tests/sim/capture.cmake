# SPDX-License-Identifier: BSD-2-Clause
# Capture reader and re-framing against the oracle (Python); the feeder against a scripted card.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

foreach(program capture_dump reframe_dump)
	add_executable(${program} ${CMAKE_CURRENT_LIST_DIR}/${program}.c)
	target_link_libraries(${program} PRIVATE fc_flags fc_capture)
endforeach()

foreach(part variants damage mutated real)
	string(REPLACE "_variants" "" name capture_${part})
	fc_script_test(NAME sim.${name}
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/capture.py $<TARGET_FILE:capture_dump> ${part})
endforeach()
fc_script_test(NAME sim.reframe
	COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/reframe.py $<TARGET_FILE:reframe_dump>)

fc_unit_test(NAME sim.feeder SOURCES ${CMAKE_CURRENT_LIST_DIR}/feeder_test.c LIBS fc_feeder)
