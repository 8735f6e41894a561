// SPDX-License-Identifier: BSD-2-Clause
// Which monitors have packets in the cache or between selection and ledger. What stands on a mask is known by this.
`default_nettype none

module fc_presence #(
  parameter int unsigned Monitors = 8
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic [Monitors-1:0] before_i,     // in selection or sampler
  input  wire logic                enter_i,      // a packet's operation enters the pipeline ...
  input  wire logic [2:0]          enter_monitor_i,
  input  wire logic                leave_i,      // ... and is in the ledger
  input  wire logic [2:0]          leave_monitor_i,
  input  wire logic [Monitors-1:0] resident_i,
  output logic [Monitors-1:0]      present_o
);

  localparam int unsigned CountBits = 5;  // the pipeline is shorter than 31 operations

  logic [Monitors*CountBits-1:0] flying_q;
  logic [Monitors-1:0]           enter, leave, flying;

  always_comb begin : which
    enter  = '0;
    leave  = '0;
    flying = '0;
    if (enter_i || leave_i) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        enter[m] = enter_i && enter_monitor_i == 3'(m);
        leave[m] = leave_i && leave_monitor_i == 3'(m);
      end
    end
    if (flying_q != '0) begin
      for (int unsigned m = 0; m < Monitors; m++) flying[m] = flying_q[m*CountBits +: CountBits] != '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (enter_i || leave_i) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        if (enter[m] != leave[m])
          flying_q[m*CountBits +: CountBits] <= enter[m] ? flying_q[m*CountBits +: CountBits] + 1'b1 : flying_q[m*CountBits +: CountBits] - 1'b1;
      end
    end
    if (!rst_ni) flying_q <= '0;
  end

  assign present_o = before_i | flying | resident_i;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert ((leave & ~flying) == '0) else $error("fc_presence: a packet leaves that never came");
  end
`endif

endmodule

`default_nettype wire
