# SPDX-License-Identifier: BSD-2-Clause
# fc_verilate(NAME e12 ENTRIES_LOG2 12 [PORTS 2] [RINGS 4] [TRACED] [CHECKED] [OPT -O3]): target fcsim_model_<name>, an object library that holds
# struct fcsim_model fcsim_model_<name> (sim/card_glue.cpp) and brings the Verilated fc_card behind it.
# Verilator runs when the build does, so that a mistake in the RTL is an error of the build and not of cmake.
find_program(VERILATOR verilator REQUIRED)
set(FC_SIM_MODELS "" CACHE STRING "Build only these models, e.g. e9;e9p2r4 (empty: all); tests of the others fail")
set(FC_VERILATOR_FLAGS "" CACHE STRING "More flags for Verilator, e.g. --prof-cfuncs")
find_program(CCACHE ccache)
set(FC_OBJCACHE)
if(CCACHE)
	set(FC_OBJCACHE ccache)
endif()
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
include(ProcessorCount)
ProcessorCount(FC_CORES)
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE FC_VERILATOR_ROOT
	OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE FC_RTL CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hw/rtl/*.sv ${PROJECT_SOURCE_DIR}/hw/rtl/*.vlt)

# One model at a time, each with all cores: the largest of its files takes the longest.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS fc_verilate=1)

add_library(fc_verilated STATIC ${FC_VERILATOR_ROOT}/include/verilated.cpp
	${FC_VERILATOR_ROOT}/include/verilated_fst_c.cpp ${FC_VERILATOR_ROOT}/include/verilated_threads.cpp)
target_include_directories(fc_verilated SYSTEM PUBLIC ${FC_VERILATOR_ROOT}/include ${FC_VERILATOR_ROOT}/include/vltstd)
target_compile_definitions(fc_verilated PUBLIC VM_COVERAGE=0 VM_SC=0 VM_TRACE_FST=1 VM_TRACE_VCD=0)
target_compile_options(fc_verilated PRIVATE -O3 -w)
target_link_libraries(fc_verilated PUBLIC ZLIB::ZLIB Threads::Threads)

function(fc_verilate)
	cmake_parse_arguments(V "TRACED;CHECKED" "NAME;ENTRIES_LOG2;PORTS;RINGS;OPT" "" ${ARGN})
	if(FC_SIM_MODELS AND NOT V_NAME IN_LIST FC_SIM_MODELS)
		return()
	endif()
	foreach(number PORTS RINGS)
		if(NOT V_${number})
			set(V_${number} 1)
		endif()
	endforeach()
	set(prefix Vfc_card_${V_NAME})
	set(dir ${CMAKE_CURRENT_BINARY_DIR}/${V_NAME})
	set(archive ${dir}/${prefix}__ALL.a)
	set(flags --cc -O3 -Wno-fatal --top-module fc_card --prefix ${prefix} --Mdir ${dir}
		-GEntriesLog2=${V_ENTRIES_LOG2} -GPorts=${V_PORTS} -GRings=${V_RINGS} --output-split 10000 --output-split-cfuncs 2000
		${FC_VERILATOR_FLAGS})
	if(V_CHECKED)
		list(APPEND flags --assert --x-assign unique --x-initial unique)
	else()
		list(APPEND flags --x-assign fast --x-initial fast)
	endif()
	if(V_TRACED)
		list(APPEND flags --trace-fst)
	endif()
	set_property(GLOBAL APPEND_STRING PROPERTY FC_VERILATED_MODELS "MODEL(${V_NAME}) ")
	math(EXPR entries "1 << ${V_ENTRIES_LOG2}")

	add_custom_command(OUTPUT ${archive} BYPRODUCTS ${dir}/${prefix}.h ${dir}/${prefix}___024root.h
		COMMAND ${CMAKE_COMMAND} -E rm -rf ${dir}
		COMMAND ${VERILATOR} ${flags} -f hw/rtl/files.f
		COMMAND make -s -C ${dir} -f ${prefix}.mk -j ${FC_CORES} OBJCACHE=${FC_OBJCACHE} CXX=${CMAKE_CXX_COMPILER}
			OPT_FAST=${V_OPT} OPT_SLOW=-O1 OPT_GLOBAL=-O1 ${prefix}__ALL.a
		DEPENDS ${FC_RTL} ${PROJECT_SOURCE_DIR}/hw/rtl/files.f
		WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} JOB_POOL fc_verilate VERBATIM
		COMMENT "Verilating fc_card with ${entries} entries, ${V_PORTS} ports, ${V_RINGS} rings as ${V_NAME}")
	add_custom_target(verilate_${V_NAME} DEPENDS ${archive})

	add_library(fcsim_model_${V_NAME} OBJECT card_glue.cpp)
	add_dependencies(fcsim_model_${V_NAME} verilate_${V_NAME})
	target_include_directories(fcsim_model_${V_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
	target_include_directories(fcsim_model_${V_NAME} SYSTEM PRIVATE ${dir})
	target_compile_definitions(fcsim_model_${V_NAME} PRIVATE FCSIM_PREFIX=${prefix}
		FCSIM_MODEL=fcsim_model_${V_NAME} FCSIM_ENTRIES=${entries}
		FCSIM_PORTS=${V_PORTS} FCSIM_RINGS=${V_RINGS}
		FCSIM_TRACED=$<BOOL:${V_TRACED}> FCSIM_CHECKED=$<BOOL:${V_CHECKED}>)
	target_compile_options(fcsim_model_${V_NAME} PRIVATE -O2 -Wall -Wextra -Werror)
	target_link_libraries(fcsim_model_${V_NAME} PUBLIC fc_verilated)
	target_sources(fcsim PRIVATE $<TARGET_OBJECTS:fcsim_model_${V_NAME}>)
	target_link_libraries(fcsim PUBLIC ${archive})
	add_dependencies(fcsim verilate_${V_NAME})
endfunction()
