// SPDX-License-Identifier: BSD-2-Clause
// Lays out the payload of ring records (hw/regs/flowcard.rdl) and queues them, one FIFO a ring. Flow records and
// barriers are built at stage U2; a ledger record takes its counters a clock later, when all before it are counted.
`default_nettype none

module fc_record #(
  parameter int unsigned Rings = 1,
  parameter int unsigned FifoLog2 = 6
) (
  input  wire logic                                clk_i,
  input  wire logic                                rst_ni,
  input  wire logic                                valid_i,      // U2
  input  wire fc_core_pkg::op_t                    op_i,
  input  wire fc_core_pkg::decision_t              decision_i,
  input  wire logic [2:0]                          ring_i,
  input  wire fc_core_pkg::delta_t                 delta_i,
  input  wire logic [fc_core_pkg::PacketMax-1:0]   packets_i,
  input  wire logic [fc_pkg::VectorBits-1:0]       vec_i,
  input  wire logic [2:0]                          monitor_i,
  input  wire logic                                sampler_we_i, // SAMPLER.CONTROL, index {monitor, direction, port}
  input  wire logic [6:0]                          sampler_i,
  input  wire logic [7:0]                          sampler_id_i,
  input  wire logic [127:0]                        sampler_on_i,
  input  wire logic [31:0]                         open_i,       // number of the open epoch
  input  wire logic [63:0]                         closing_label_i,
  input  wire logic [63:0]                         closing_start_i,
  input  wire logic [63:0]                         closing_end_i,
  input  wire logic                                closing_step_i,
  output logic [2:0]                               ledger_monitor_o,
  input  wire logic [511:0]                        ledger_set_i,
  output logic                                     done_o,       // U3: a mark, ledger or barrier came out ...
  output logic                                     done_ok_o,    // ... and its record is in the FIFO
  output logic [Rings-1:0]                         rec_valid_o,
  output logic [Rings*fc_pkg::RecordBits-1:0]      rec_o,
  input  wire logic [Rings-1:0]                    rec_ready_i,
  output logic [Rings-1:0]                         popped_o
);

  localparam int unsigned RecordBits = fc_pkg::RecordBits;

  logic [RecordBits-1:0] record_q, word;
  logic [31:0]           epoch_q, epoch;
  logic                  write_q, ledger_q, tag, emits;
  logic [3:0]            flow_kind;
  logic [2:0]            ring_q, monitor_q;

  function automatic logic [31:0] head(input logic [3:0] kind, input logic [3:0] reason, input logic [2:0] monitor,
                                       input logic [7:0] sampler, input logic step);
    head = {7'b0, step, sampler, 5'b0, monitor, reason, kind};
  endfunction

  // The sampler is that of the first packet: its vector names direction and port. One that is off has no number.
  logic [7:0]     ids [128];
  logic [7:0]     sampler;
  logic [6:0]     sampler_at;
  fc_pkg::vector_t vec;
  assign vec        = vec_i;
  assign sampler_at = {monitor_i, vec.direction, vec.direction ? vec.output_port[2:0] : vec.input_port[2:0]};
  assign sampler    = (emits && sampler_on_i[sampler_at]) ? ids[sampler_at] : 8'd0;
  always_ff @(posedge clk_i) begin
    if (sampler_we_i) ids[sampler_i] <= sampler_id_i;
  end

  // Entries carry one bit of their epoch; only the open one and the one before exist.
  assign tag   = (decision_i.emit_old || decision_i.copy) ? decision_i.old_tag : op_i.tag;
  assign epoch = (tag == open_i[0]) ? open_i : open_i - 32'd1;

  assign emits = valid_i && (decision_i.emit_old || decision_i.emit_self || decision_i.copy);
  assign flow_kind = decision_i.copy ? fc_regs_pkg::KindSnapshot : fc_regs_pkg::KindFlow;

  always_ff @(posedge clk_i) begin
    if (emits) begin
      epoch_q   <= epoch;
      ring_q    <= ring_i;
      monitor_q <= op_i.monitor;
      if (op_i.kind == fc_core_pkg::OpBarrier) begin
        record_q <= {22'(0), {21{32'b0}}, 10'(0), closing_end_i, closing_start_i, closing_label_i, epoch,
                     head(fc_regs_pkg::KindBarrier, fc_regs_pkg::ReasonNone, 3'd0, 8'd0, closing_step_i)};
      end else begin
        record_q <= {15'b0, delta_i.len_max, 15'b0, delta_i.len_min, delta_i.ttl_max, delta_i.ttl_min, 4'b0, delta_i.tcp_flags,
                     delta_i.last_ns, delta_i.first_ns, delta_i.l2_bytes[31:0],
                     delta_i.l2_bytes[47:32], delta_i.bytes[47:32], delta_i.bytes[31:0], 32'(packets_i), vec_i, epoch,
                     head(flow_kind, decision_i.reason, monitor_i, sampler, 1'b0)};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    write_q   <= emits;
    ledger_q  <= valid_i && op_i.kind == fc_core_pkg::OpLedger;
    done_o    <= valid_i && (op_i.kind == fc_core_pkg::OpMark || op_i.kind == fc_core_pkg::OpLedger || op_i.kind == fc_core_pkg::OpBarrier);
    done_ok_o <= !decision_i.failed;
    if (!rst_ni) begin
      write_q  <= 1'b0;
      ledger_q <= 1'b0;
      done_o   <= 1'b0;
    end
  end

  logic unused;
  assign unused = ^{op_i, decision_i, vec};  // kind, monitor, tag and what is emitted are all that a record needs

  assign ledger_monitor_o = monitor_q;
  always_comb begin : choose
    word = record_q;
    if (ledger_q) begin
      word = {{11{32'b0}}, ledger_set_i[511:384], 32'b0, ledger_set_i[383:0], epoch_q,
              head(fc_regs_pkg::KindLedger, fc_regs_pkg::ReasonNone, monitor_q, 8'd0, 1'b0)};
    end
  end

  for (genvar r = 0; r < Rings; r++) begin : g_ring
    logic ready;
    fc_fifo #(.Width(RecordBits), .Log2(FifoLog2)) u_fifo (
      .clk_i, .rst_ni, .valid_i(write_q && ring_q == 3'(r)), .ready_o(ready), .data_i(word),
      .valid_o(rec_valid_o[r]), .ready_i(rec_ready_i[r]), .data_o(rec_o[r*RecordBits +: RecordBits])
    );
`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
      if (rst_ni && write_q && ring_q == 3'(r)) assert (ready) else $error("fc_record: a record met a full FIFO");
    end
`else
    logic unused;
    assign unused = ready;
`endif
  end
  assign popped_o = rec_valid_o & rec_ready_i;

endmodule

`default_nettype wire
