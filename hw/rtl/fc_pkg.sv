// SPDX-License-Identifier: BSD-2-Clause
// Types that the blocks of the card hand to each other. Layout of vector_t and of the records: hw/regs/flowcard.rdl.
`default_nettype none

package fc_pkg;

  localparam int unsigned VectorBits = 544;  // 68 octets, 17 words; bit 8*n is the lowest bit of octet n
  localparam int unsigned RecordBits = 960;  // 30 payload words: ring words 0..14, then 16..30 (trailers are the DMA's)
  localparam int unsigned MonitorBits = 3;
  localparam int unsigned HashBits = 64;     // 4 tables x 16 bits; table t takes bits [16*t +: 16]
  localparam int unsigned KeyOctets = 69;    // vector octets, then one octet with the monitor number

  // Field vector, last octet first (packed structs start at the top). Octet strings: first octet in the low byte.
  typedef struct packed {
    logic [15:0]  inner_tci;
    logic [15:0]  outer_tci;
    logic [47:0]  dst_mac;
    logic [47:0]  src_mac;
    logic         direction;    // 1: metered as output of output_port
    logic [6:0]   output_port;  // both are fc_select's; the front end leaves them 0
    logic [23:0]  mpls_label;
    logic         pppoe;
    logic         mpls;
    logic [1:0]   vlan_tags;
    logic [7:0]   input_port;
    logic [19:0]  label_id;
    logic [2:0]   frag_flags;
    logic [12:0]  frag_offset;
    logic [3:0]   ip_version;
    logic [11:0]  tcp_flags;
    logic [7:0]   ext_map;
    logic [7:0]   ttl;
    logic [7:0]   tos;
    logic [7:0]   proto;
    logic [15:0]  dport;
    logic [15:0]  sport;
    logic [127:0] dst;
    logic [127:0] src;
  } vector_t;

  // What the front end says of one packet (only packets with the verdict `flow` become descriptors).
  typedef struct packed {
    logic [63:0] time_ns;
    logic [19:0] frame_len;  // layer-2 octets, saturating
    logic [16:0] l3_len;
    vector_t     vec;
  } desc_t;
  localparam int unsigned DescBits = 64 + 20 + 17 + VectorBits;

endpackage

`default_nettype wire
