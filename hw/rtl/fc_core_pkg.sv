// SPDX-License-Identifier: BSD-2-Clause
// What the stages of fc_core hand to each other. Widths are those of the largest build; synthesis drops what is constant.
`default_nettype none

package fc_core_pkg;

  localparam int unsigned Window = 3;      // operations ahead whose cache writes an operation did not see when it read
  localparam int unsigned WayBits = 3;     // a way is table * Slots + slot
  localparam int unsigned RowMax = 16;
  localparam int unsigned NumberBits = 16; // packet operations, modulo 2^16: the age of an entry
  localparam int unsigned PacketMax = 28;
  localparam int unsigned ByteBits = 48;

  localparam logic [2:0] OpPacket = 3'd0;
  localparam logic [2:0] OpImmediate = 3'd1;
  localparam logic [2:0] OpFlush = 3'd2;   // names way and row; emits the entry if it is still of epoch `tag`
  localparam logic [2:0] OpMark = 3'd3;    // no effect; all before it are decided when it comes out
  localparam logic [2:0] OpLedger = 3'd4;
  localparam logic [2:0] OpBarrier = 3'd5;
  localparam logic [2:0] OpDrain = 3'd6;   // names way and row; emits the entry if it is one of its monitor
  localparam logic [2:0] OpCopy = 3'd7;    // names way and row; a record of the entry, which stays as it is

  typedef struct packed {
    logic [2:0]            kind;
    logic [2:0]            monitor;
    logic                  tag;      // lowest bit of the epoch
    logic [NumberBits-1:0] number;
    logic [WayBits-1:0]    way;      // OpFlush, OpDrain, OpCopy
    logic [RowMax-1:0]     row;
    logic                  urgent;   // of these three: may take places that are kept for packets otherwise
    logic [2:0]            ring;     // OpLedger, OpBarrier; from the hash for the others
  } op_t;

  // What the decide stage said of one operation.
  typedef struct packed {
    logic                 touch;     // the state of the slot changes to {valid, tag, packets}
    logic                 anew;      // the slot starts anew with this packet, vector included
    logic                 add;       // the packet is added to the slot
    logic                 emit_old;  // the slot's delta becomes a record
    logic                 emit_self; // a record that does not come from the cache
    logic                 copy;      // the slot's delta becomes a record and stays
    logic                 refused;   // packet without a place in the FIFO: unaccounted
    logic                 failed;    // any other operation without a place in the FIFO: to be repeated
    logic [3:0]           reason;
    logic [WayBits-1:0]   way;
    logic [RowMax-1:0]    row;
    logic                 valid;
    logic                 tag;
    logic [PacketMax-1:0] packets;
    logic                 old_tag;
    logic [PacketMax-1:0] old_packets;
  } decision_t;

  // Wide counters of an entry; the packet counter is not here, it is part of the narrow state.
  typedef struct packed {
    logic [ByteBits-1:0] l2_bytes;
    logic [ByteBits-1:0] bytes;
    logic [63:0]         first_ns;
    logic [63:0]         last_ns;
    logic [11:0]         tcp_flags;
    logic [7:0]          ttl_min;
    logic [7:0]          ttl_max;
    logic [16:0]         len_min;
    logic [16:0]         len_max;
  } delta_t;

  // What one operation does to the ledger.
  typedef struct packed {
    logic                 selected;
    logic                 refused;
    logic                 stays;     // the packet went into the cache
    logic [2:0]           monitor;
    logic [16:0]          len;
    logic                 emitted;
    logic                 leaves;    // what is emitted came out of the cache
    logic [2:0]           old_monitor;
    logic [PacketMax-1:0] packets;
    logic [ByteBits-1:0]  bytes;
  } entry_t;

endpackage

`default_nettype wire
