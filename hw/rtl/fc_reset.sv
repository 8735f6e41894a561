// SPDX-License-Identifier: BSD-2-Clause
// Orders the card's reset: first the DMA comes to rest, since a burst on the bus cannot be called back, then core and
// ports are held in reset long enough for every clock to see it. Registers stay. Page: docs/hw/card.md
`default_nettype none

module fc_reset #(
  parameter int unsigned HoldLog2 = 6  // core clocks of reset, log2; the slowest MAC clock must see two edges in half of it
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,       // the whole card's

  input  wire logic request_i,
  input  wire logic dma_idle_i,
  output logic      stop_o,       // DMA: take nothing more
  output logic      rst_core_no,
  output logic      busy_o
);

  typedef enum logic [1:0] {
    StRun,
    StStop,
    StHold
  } state_e;

  state_e              state_q;
  logic [HoldLog2-1:0] hold_q;
  logic                rst_core_nq;

  always_ff @(posedge clk_i) begin
    case (state_q)
      StRun: if (request_i) state_q <= StStop;
      StStop: begin
        hold_q <= '1;
        if (dma_idle_i) state_q <= StHold;
      end
      StHold: begin
        hold_q <= hold_q - HoldLog2'(1);
        if (hold_q == '0) state_q <= StRun;
      end
      default: state_q <= StStop;
    endcase
    rst_core_nq <= state_q != StHold;
    if (!rst_ni) begin
      // The card's own reset is prolonged in the same way, so that it may be as short as one core clock.
      state_q     <= StHold;
      hold_q      <= '1;
      rst_core_nq <= 1'b0;
    end
  end

  assign stop_o      = state_q != StRun || !rst_core_nq;
  assign busy_o      = state_q != StRun || !rst_core_nq;
  // At once with the card's own reset: before the first clock the flip-flop may hold anything.
  assign rst_core_no = rst_core_nq && rst_ni;

endmodule

`default_nettype wire
