hw/rtl/fc_pkg.sv
hw/rtl/fc_regs_pkg.sv
