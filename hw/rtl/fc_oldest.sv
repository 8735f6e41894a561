// SPDX-License-Identifier: BSD-2-Clause
// The candidate idle longest. Every pair of ages is compared at once; what an operation still in the window changed is
// younger than anything that was read, and the nearer operation's slot is the younger, so no age waits for the window.
`default_nettype none

module fc_oldest #(
  parameter int unsigned Ways = 8,
  parameter int unsigned Window = fc_core_pkg::Window,
  localparam int unsigned NumberBits = fc_core_pkg::NumberBits
) (
  input  wire logic                       valid_i,
  input  wire logic [Ways*NumberBits-1:0] age_i,
  input  wire logic [Window*Ways-1:0]     near_i,     // the operation k+1 clocks ahead changed this candidate last
  input  wire logic [Ways-1:0]            covered_i,  // one of them did
  output logic [Ways-1:0]                 oldest_o    // one bit; the lower number among equals
);

  localparam int unsigned PlaceBits = $clog2(Window + 1);

  // How far ahead the operation is that changed a candidate last; beyond the window for one that was read.
  logic [Ways*PlaceBits-1:0] place;
  always_comb begin : places
    place = '0;
    if (valid_i) begin
      for (int unsigned w = 0; w < Ways; w++) begin
        if (!covered_i[w]) place[w*PlaceBits +: PlaceBits] = PlaceBits'(Window);
        for (int unsigned k = 0; k < Window; k++) begin
          if (near_i[k*Ways + w]) place[w*PlaceBits +: PlaceBits] = place[w*PlaceBits +: PlaceBits] | PlaceBits'(k);
        end
      end
    end
  end

  always_comb begin : compare
    logic younger;
    oldest_o = '1;
    younger  = 1'b0;
    if (valid_i) begin
      for (int unsigned a = 0; a < Ways; a++) begin
        for (int unsigned b = a + 1; b < Ways; b++) begin
          younger = age_i[a*NumberBits +: NumberBits] < age_i[b*NumberBits +: NumberBits];
          if (covered_i[a] || covered_i[b]) younger = place[a*PlaceBits +: PlaceBits] < place[b*PlaceBits +: PlaceBits];
          if (younger) oldest_o[a] = 1'b0;
          else oldest_o[b] = 1'b0;
        end
      end
    end
  end

endmodule

`default_nettype wire
