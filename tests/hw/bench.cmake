# SPDX-License-Identifier: BSD-2-Clause
# Benches of single blocks: hw_model(NAME dma TOP fc_dma GLUE dma_glue.cpp [PARAMETERS Rings=2]) makes the library hw_NAME_model
# out of a Verilated block and its glue (ALL: of every source), with assertions on and registers that start from noise.
find_program(VERILATOR verilator)
if(VERILATOR)
	execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE hw_verilator_root
		OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
	set(hw_verilator_include ${hw_verilator_root}/include)
	find_package(Threads REQUIRED)
	add_library(hw_verilated STATIC ${hw_verilator_include}/verilated.cpp ${hw_verilator_include}/verilated_threads.cpp
		${hw_verilator_include}/verilated_cov.cpp)
	target_include_directories(hw_verilated SYSTEM PUBLIC ${hw_verilator_include} ${hw_verilator_include}/vltstd)
	target_compile_options(hw_verilated PRIVATE -w)
	target_link_libraries(hw_verilated PUBLIC Threads::Threads)
endif()

file(STRINGS ${PROJECT_SOURCE_DIR}/hw/rtl/files.f hw_rtl)
list(TRANSFORM hw_rtl PREPEND ${PROJECT_SOURCE_DIR}/)

function(hw_model)
	cmake_parse_arguments(M "ALL" "NAME;TOP;GLUE" "PARAMETERS" ${ARGN})
	set(dir ${CMAKE_CURRENT_BINARY_DIR}/V${M_NAME})
	set(archive ${dir}/V${M_TOP}__ALL.a)
	list(TRANSFORM M_PARAMETERS PREPEND -G)
	# The two packages first; of the rest only what the block is made of.
	file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hw/rtl/${M_TOP}*.sv ${PROJECT_SOURCE_DIR}/hw/rtl/fc_axil.sv)
	list(FILTER parts EXCLUDE REGEX _pkg.sv$)
	set(rtl ${PROJECT_SOURCE_DIR}/hw/rtl/fc_pkg.sv ${PROJECT_SOURCE_DIR}/hw/rtl/fc_regs_pkg.sv ${parts})
	if(M_ALL)
		set(rtl ${hw_rtl})
	endif()
	add_custom_command(OUTPUT ${archive}
		COMMAND ${VERILATOR} --cc -O3 -Wno-fatal -Wno-lint --assert --x-assign unique --x-initial unique ${FC_COVERAGE_ARGS}
			--top-module ${M_TOP} --prefix V${M_TOP} --Mdir ${dir} ${M_PARAMETERS} ${rtl}
		COMMAND make -s -C ${dir} -f V${M_TOP}.mk CXX=${CMAKE_CXX_COMPILER} OPT_FAST=${FC_MODEL_OPT} OPT_SLOW=-O0 OPT_GLOBAL=-O1
			V${M_TOP}__ALL.a
		DEPENDS ${rtl} VERBATIM COMMENT "Verilating ${M_TOP}")
	add_custom_target(hw_${M_NAME}_archive DEPENDS ${archive})
	add_library(hw_${M_NAME}_model STATIC ${M_GLUE})
	add_dependencies(hw_${M_NAME}_model hw_${M_NAME}_archive)
	target_include_directories(hw_${M_NAME}_model SYSTEM PRIVATE ${dir})
	target_link_libraries(hw_${M_NAME}_model PRIVATE fc_flags PUBLIC ${archive} hw_verilated)
endfunction()
