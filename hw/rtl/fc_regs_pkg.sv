// SPDX-License-Identifier: BSD-2-Clause
// Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit.
// XxxOffset: BAR0 offset, inside an array relative to the element; XxxStride, XxxCount: the array;
// XxxYyyLsb, XxxYyyWidth: a register's field; XxxReset: the register after reset.
// VecXxxLsb: bit of the field vector. RecXxxLsb, BarrierXxxLsb, LedgerXxxLsb: bit of the 960-bit payload
// (ring words 0..14, then 16..30; the trailers are not in it). TrailerXxxLsb: bit of a trailer word.
`default_nettype none

package fc_regs_pkg;
  localparam logic [31:0] MapHash = 32'hf2470814;

  // fc_verdict
  localparam logic [4:0] VerdictFlow = 5'd0;
  localparam logic [4:0] VerdictNonipLlc = 5'd1;
  localparam logic [4:0] VerdictNonipEthertype = 5'd2;
  localparam logic [4:0] VerdictNonipVlanDepth = 5'd3;
  localparam logic [4:0] VerdictNonipMplsDepth = 5'd4;
  localparam logic [4:0] VerdictNonipMplsPayload = 5'd5;
  localparam logic [4:0] VerdictNonipPpp = 5'd6;
  localparam logic [4:0] VerdictNonipLoopbackFamily = 5'd7;
  localparam logic [4:0] VerdictTruncEthernet = 5'd8;
  localparam logic [4:0] VerdictTruncVlan = 5'd9;
  localparam logic [4:0] VerdictTruncMpls = 5'd10;
  localparam logic [4:0] VerdictBadPppoe = 5'd11;
  localparam logic [4:0] VerdictTruncPppoe = 5'd12;
  localparam logic [4:0] VerdictTruncIpv4 = 5'd13;
  localparam logic [4:0] VerdictBadVersion = 5'd14;
  localparam logic [4:0] VerdictBadIhl = 5'd15;
  localparam logic [4:0] VerdictBadIpLength = 5'd16;
  localparam logic [4:0] VerdictTruncIpv4Options = 5'd17;
  localparam logic [4:0] VerdictTruncIpv6 = 5'd18;
  localparam logic [4:0] VerdictTruncIpv6Ext = 5'd19;
  localparam logic [4:0] VerdictIpv6ExtDepth = 5'd20;
  localparam logic [4:0] VerdictL4Short = 5'd21;
  localparam logic [4:0] VerdictTruncL4 = 5'd22;
  localparam logic [4:0] VerdictTruncSll = 5'd23;
  localparam logic [4:0] VerdictTruncLoopback = 5'd24;
  localparam logic [4:0] VerdictTruncHdlc = 5'd25;
  localparam logic [4:0] VerdictBeyondWindow = 5'd26;
  localparam logic [4:0] VerdictRxError = 5'd27;

  // fc_kind
  localparam logic [3:0] KindFlow = 4'd1;
  localparam logic [3:0] KindSnapshot = 4'd2;
  localparam logic [3:0] KindLedger = 4'd3;
  localparam logic [3:0] KindBarrier = 4'd4;

  // fc_reason
  localparam logic [3:0] ReasonNone = 4'd0;
  localparam logic [3:0] ReasonEpoch = 4'd1;
  localparam logic [3:0] ReasonEvict = 4'd2;
  localparam logic [3:0] ReasonLate = 4'd3;
  localparam logic [3:0] ReasonOverflow = 4'd4;
  localparam logic [3:0] ReasonImmediate = 4'd5;
  localparam logic [3:0] ReasonFlush = 4'd6;

  // fc_sampler_mode
  localparam logic [1:0] SamplerModeOff = 2'd0;
  localparam logic [1:0] SamplerModeDeterministic = 2'd1;
  localparam logic [1:0] SamplerModeRandom = 2'd2;

  // fc_capability
  localparam logic [7:0] CapabilityNone = 8'd0;
  localparam logic [7:0] CapabilitySamplers = 8'd1;
  localparam logic [7:0] CapabilityPassThrough = 8'd2;
  localparam logic [7:0] CapabilityModeration = 8'd3;
  localparam logic [7:0] CapabilitySnapshot = 8'd4;
  localparam logic [7:0] CapabilityFlushMonitor = 8'd5;
  localparam logic [7:0] CapabilityOutput = 8'd6;
  localparam logic [7:0] CapabilitySweep = 8'd7;

  // MAGIC
  localparam logic [15:0] MagicOffset = 16'h0000;
  localparam logic [31:0] MagicReset = 32'h464c4f57;
  localparam int unsigned MagicMagicLsb = 0;
  localparam int unsigned MagicMagicWidth = 32;

  // ABI
  localparam logic [15:0] AbiOffset = 16'h0004;
  localparam logic [31:0] AbiReset = 32'h00000101;
  localparam int unsigned AbiRecordLsb = 0;
  localparam int unsigned AbiRecordWidth = 8;
  localparam int unsigned AbiMapLsb = 8;
  localparam int unsigned AbiMapWidth = 8;

  // MAP_HASH
  localparam logic [15:0] MapHashOffset = 16'h0008;
  localparam logic [31:0] MapHashReset = 32'h00000000;
  localparam int unsigned MapHashHashLsb = 0;
  localparam int unsigned MapHashHashWidth = 32;

  // BUILD0
  localparam logic [15:0] Build0Offset = 16'h000c;
  localparam logic [31:0] Build0Reset = 32'h00000000;
  localparam int unsigned Build0EntriesLog2Lsb = 0;
  localparam int unsigned Build0EntriesLog2Width = 8;
  localparam int unsigned Build0PortsLsb = 8;
  localparam int unsigned Build0PortsWidth = 8;
  localparam int unsigned Build0RingsLsb = 16;
  localparam int unsigned Build0RingsWidth = 8;
  localparam int unsigned Build0MonitorsLsb = 24;
  localparam int unsigned Build0MonitorsWidth = 8;

  // BUILD1
  localparam logic [15:0] Build1Offset = 16'h0010;
  localparam logic [31:0] Build1Reset = 32'h00000000;
  localparam int unsigned Build1TablesLsb = 0;
  localparam int unsigned Build1TablesWidth = 4;
  localparam int unsigned Build1SlotsLsb = 4;
  localparam int unsigned Build1SlotsWidth = 4;
  localparam int unsigned Build1HeaderWindowLsb = 8;
  localparam int unsigned Build1HeaderWindowWidth = 16;
  localparam int unsigned Build1PacketBitsLsb = 24;
  localparam int unsigned Build1PacketBitsWidth = 8;

  // BUILD2
  localparam logic [15:0] Build2Offset = 16'h0014;
  localparam logic [31:0] Build2Reset = 32'h00000000;
  localparam int unsigned Build2VectorOctetsLsb = 0;
  localparam int unsigned Build2VectorOctetsWidth = 8;
  localparam int unsigned Build2FifoLog2Lsb = 8;
  localparam int unsigned Build2FifoLog2Width = 8;
  localparam int unsigned Build2MonitorsPerPacketLsb = 16;
  localparam int unsigned Build2MonitorsPerPacketWidth = 8;

  // CAPABILITIES
  localparam logic [15:0] CapabilitiesOffset = 16'h0018;
  localparam logic [31:0] CapabilitiesReset = 32'h00000000;
  localparam int unsigned CapabilitiesFirstLsb = 0;
  localparam int unsigned CapabilitiesFirstWidth = 16;

  // SCRATCH
  localparam logic [15:0] ScratchOffset = 16'h001c;
  localparam logic [31:0] ScratchReset = 32'h00000000;
  localparam int unsigned ScratchValueLsb = 0;
  localparam int unsigned ScratchValueWidth = 32;

  // CONTROL
  localparam logic [15:0] ControlOffset = 16'h0020;
  localparam logic [31:0] ControlReset = 32'h00000000;
  localparam int unsigned ControlEnableLsb = 0;
  localparam int unsigned ControlEnableWidth = 1;

  // STATUS
  localparam logic [15:0] StatusOffset = 16'h0024;
  localparam logic [31:0] StatusReset = 32'h00000000;
  localparam int unsigned StatusEnabledLsb = 0;
  localparam int unsigned StatusEnabledWidth = 1;
  localparam int unsigned StatusClearingLsb = 1;
  localparam int unsigned StatusClearingWidth = 1;
  localparam int unsigned StatusIdleLsb = 2;
  localparam int unsigned StatusIdleWidth = 1;
  localparam int unsigned StatusClosingLsb = 3;
  localparam int unsigned StatusClosingWidth = 1;
  localparam int unsigned StatusBusMasterLsb = 4;
  localparam int unsigned StatusBusMasterWidth = 1;
  localparam int unsigned StatusLinkUpLsb = 5;
  localparam int unsigned StatusLinkUpWidth = 1;
  localparam int unsigned StatusLatchingLsb = 6;
  localparam int unsigned StatusLatchingWidth = 1;
  localparam int unsigned StatusFlushingLsb = 7;
  localparam int unsigned StatusFlushingWidth = 1;
  localparam int unsigned StatusFlushingMonitorLsb = 8;
  localparam int unsigned StatusFlushingMonitorWidth = 1;
  localparam int unsigned StatusSnapshottingLsb = 9;
  localparam int unsigned StatusSnapshottingWidth = 1;

  // FAULT
  localparam logic [15:0] FaultOffset = 16'h0028;
  localparam logic [31:0] FaultReset = 32'h00000000;
  localparam int unsigned FaultBadAddressLsb = 0;
  localparam int unsigned FaultBadAddressWidth = 1;
  localparam int unsigned FaultWrongStateLsb = 1;
  localparam int unsigned FaultWrongStateWidth = 1;
  localparam int unsigned FaultAxiErrorLsb = 2;
  localparam int unsigned FaultAxiErrorWidth = 1;
  localparam int unsigned FaultBadConsumerLsb = 3;
  localparam int unsigned FaultBadConsumerWidth = 1;
  localparam int unsigned FaultNoBusMasterLsb = 4;
  localparam int unsigned FaultNoBusMasterWidth = 1;
  localparam int unsigned FaultUnaccountedLsb = 5;
  localparam int unsigned FaultUnaccountedWidth = 1;
  localparam int unsigned FaultMissedLsb = 6;
  localparam int unsigned FaultMissedWidth = 1;
  localparam int unsigned FaultEpochLateLsb = 7;
  localparam int unsigned FaultEpochLateWidth = 1;
  localparam int unsigned FaultLinkDownLsb = 8;
  localparam int unsigned FaultLinkDownWidth = 1;

  // COMMAND
  localparam logic [15:0] CommandOffset = 16'h002c;
  localparam logic [31:0] CommandReset = 32'h00000000;
  localparam int unsigned CommandResetLsb = 0;
  localparam int unsigned CommandResetWidth = 1;
  localparam int unsigned CommandLatchLsb = 1;
  localparam int unsigned CommandLatchWidth = 1;
  localparam int unsigned CommandFlushLsb = 2;
  localparam int unsigned CommandFlushWidth = 1;
  localparam int unsigned CommandSnapshotLsb = 3;
  localparam int unsigned CommandSnapshotWidth = 1;
  localparam int unsigned CommandFlushMonitorLsb = 4;
  localparam int unsigned CommandFlushMonitorWidth = 1;
  localparam int unsigned CommandMonitorLsb = 8;
  localparam int unsigned CommandMonitorWidth = 3;

  // LATCH_SEQ
  localparam logic [15:0] LatchSeqOffset = 16'h0030;
  localparam logic [31:0] LatchSeqReset = 32'h00000000;
  localparam int unsigned LatchSeqSequenceLsb = 0;
  localparam int unsigned LatchSeqSequenceWidth = 32;

  // LINK
  localparam logic [15:0] LinkOffset = 16'h0034;
  localparam logic [31:0] LinkReset = 32'h00000000;
  localparam int unsigned LinkMaxPayloadLsb = 0;
  localparam int unsigned LinkMaxPayloadWidth = 3;

  // EPOCH_SHIFT
  localparam logic [15:0] EpochShiftOffset = 16'h0040;
  localparam logic [31:0] EpochShiftReset = 32'h0000001e;
  localparam int unsigned EpochShiftShiftLsb = 0;
  localparam int unsigned EpochShiftShiftWidth = 6;

  // EPOCH_GUARD
  localparam logic [15:0] EpochGuardOffset = 16'h0044;
  localparam logic [31:0] EpochGuardReset = 32'h000f4240;
  localparam int unsigned EpochGuardGuardNsLsb = 0;
  localparam int unsigned EpochGuardGuardNsWidth = 32;

  // EPOCH_OPEN
  localparam logic [15:0] EpochOpenOffset = 16'h0048;
  localparam logic [31:0] EpochOpenReset = 32'h00000000;
  localparam int unsigned EpochOpenEpochLsb = 0;
  localparam int unsigned EpochOpenEpochWidth = 32;

  // EPOCH_CLOSE_CLOCKS
  localparam logic [15:0] EpochCloseClocksOffset = 16'h004c;
  localparam logic [31:0] EpochCloseClocksReset = 32'h00000000;
  localparam int unsigned EpochCloseClocksClocksLsb = 0;
  localparam int unsigned EpochCloseClocksClocksWidth = 32;

  // TIME_LOW
  localparam logic [15:0] TimeLowOffset = 16'h0050;
  localparam logic [31:0] TimeLowReset = 32'h00000000;
  localparam int unsigned TimeLowLowLsb = 0;
  localparam int unsigned TimeLowLowWidth = 32;

  // TIME_HIGH
  localparam logic [15:0] TimeHighOffset = 16'h0054;
  localparam logic [31:0] TimeHighReset = 32'h00000000;
  localparam int unsigned TimeHighHighLsb = 0;
  localparam int unsigned TimeHighHighWidth = 32;

  // HASH_ADDR
  localparam logic [15:0] HashAddrOffset = 16'h0060;
  localparam logic [31:0] HashAddrReset = 32'h00000000;
  localparam int unsigned HashAddrValueLsb = 0;
  localparam int unsigned HashAddrValueWidth = 8;
  localparam int unsigned HashAddrPositionLsb = 8;
  localparam int unsigned HashAddrPositionWidth = 7;

  // HASH_LOW
  localparam logic [15:0] HashLowOffset = 16'h0064;
  localparam logic [31:0] HashLowReset = 32'h00000000;
  localparam int unsigned HashLowLowLsb = 0;
  localparam int unsigned HashLowLowWidth = 32;

  // HASH_HIGH
  localparam logic [15:0] HashHighOffset = 16'h0068;
  localparam logic [31:0] HashHighReset = 32'h00000000;
  localparam int unsigned HashHighHighLsb = 0;
  localparam int unsigned HashHighHighWidth = 32;

  // CAPABILITY[8]
  localparam logic [15:0] CapabilityOffset = 16'h0100;
  localparam logic [15:0] CapabilityStride = 16'h0008;
  localparam int unsigned CapabilityCount = 8;

  // CAPABILITY.HEADER
  localparam logic [15:0] CapabilityHeaderOffset = 16'h0000;
  localparam logic [31:0] CapabilityHeaderReset = 32'h00000000;
  localparam int unsigned CapabilityHeaderIdLsb = 0;
  localparam int unsigned CapabilityHeaderIdWidth = 8;
  localparam int unsigned CapabilityHeaderVersionLsb = 8;
  localparam int unsigned CapabilityHeaderVersionWidth = 8;
  localparam int unsigned CapabilityHeaderNextLsb = 16;
  localparam int unsigned CapabilityHeaderNextWidth = 16;

  // CAPABILITY.DATA
  localparam logic [15:0] CapabilityDataOffset = 16'h0004;
  localparam logic [31:0] CapabilityDataReset = 32'h00000000;
  localparam int unsigned CapabilityDataDataLsb = 0;
  localparam int unsigned CapabilityDataDataWidth = 32;

  // RING[8]
  localparam logic [15:0] RingOffset = 16'h0200;
  localparam logic [15:0] RingStride = 16'h0040;
  localparam int unsigned RingCount = 8;

  // RING.BASE_LOW
  localparam logic [15:0] RingBaseLowOffset = 16'h0000;
  localparam logic [31:0] RingBaseLowReset = 32'h00000000;
  localparam int unsigned RingBaseLowLowLsb = 0;
  localparam int unsigned RingBaseLowLowWidth = 32;

  // RING.BASE_HIGH
  localparam logic [15:0] RingBaseHighOffset = 16'h0004;
  localparam logic [31:0] RingBaseHighReset = 32'h00000000;
  localparam int unsigned RingBaseHighHighLsb = 0;
  localparam int unsigned RingBaseHighHighWidth = 32;

  // RING.CONTROL
  localparam logic [15:0] RingControlOffset = 16'h0008;
  localparam logic [31:0] RingControlReset = 32'h00000000;
  localparam int unsigned RingControlEnableLsb = 0;
  localparam int unsigned RingControlEnableWidth = 1;
  localparam int unsigned RingControlSizeLog2Lsb = 8;
  localparam int unsigned RingControlSizeLog2Width = 5;

  // RING.STATUS_LOW
  localparam logic [15:0] RingStatusLowOffset = 16'h000c;
  localparam logic [31:0] RingStatusLowReset = 32'h00000000;
  localparam int unsigned RingStatusLowLowLsb = 0;
  localparam int unsigned RingStatusLowLowWidth = 32;

  // RING.STATUS_HIGH
  localparam logic [15:0] RingStatusHighOffset = 16'h0010;
  localparam logic [31:0] RingStatusHighReset = 32'h00000000;
  localparam int unsigned RingStatusHighHighLsb = 0;
  localparam int unsigned RingStatusHighHighWidth = 32;

  // RING.CONSUMER
  localparam logic [15:0] RingConsumerOffset = 16'h0014;
  localparam logic [31:0] RingConsumerReset = 32'h00000000;
  localparam int unsigned RingConsumerIndexLsb = 0;
  localparam int unsigned RingConsumerIndexWidth = 31;
  localparam int unsigned RingConsumerArmLsb = 31;
  localparam int unsigned RingConsumerArmWidth = 1;

  // RING.PRODUCER
  localparam logic [15:0] RingProducerOffset = 16'h0018;
  localparam logic [31:0] RingProducerReset = 32'h00000000;
  localparam int unsigned RingProducerIndexLsb = 0;
  localparam int unsigned RingProducerIndexWidth = 32;

  // RING.ERRORS
  localparam logic [15:0] RingErrorsOffset = 16'h001c;
  localparam logic [31:0] RingErrorsReset = 32'h00000000;
  localparam int unsigned RingErrorsCountLsb = 0;
  localparam int unsigned RingErrorsCountWidth = 32;

  // RING.MODERATION
  localparam logic [15:0] RingModerationOffset = 16'h0020;
  localparam logic [31:0] RingModerationReset = 32'h00000000;
  localparam int unsigned RingModerationRecordsLsb = 0;
  localparam int unsigned RingModerationRecordsWidth = 16;
  localparam int unsigned RingModerationTicksLsb = 16;
  localparam int unsigned RingModerationTicksWidth = 16;

  // MONITOR[8]
  localparam logic [15:0] MonitorOffset = 16'h0400;
  localparam logic [15:0] MonitorStride = 16'h0080;
  localparam int unsigned MonitorCount = 8;

  // MONITOR.CONTROL
  localparam logic [15:0] MonitorControlOffset = 16'h0000;
  localparam logic [31:0] MonitorControlReset = 32'h00000000;
  localparam int unsigned MonitorControlEnableLsb = 0;
  localparam int unsigned MonitorControlEnableWidth = 1;
  localparam int unsigned MonitorControlIpv4Lsb = 1;
  localparam int unsigned MonitorControlIpv4Width = 1;
  localparam int unsigned MonitorControlIpv6Lsb = 2;
  localparam int unsigned MonitorControlIpv6Width = 1;
  localparam int unsigned MonitorControlImmediateLsb = 3;
  localparam int unsigned MonitorControlImmediateWidth = 1;

  // MONITOR.PORTS
  localparam logic [15:0] MonitorPortsOffset = 16'h0004;
  localparam logic [31:0] MonitorPortsReset = 32'h00000000;
  localparam int unsigned MonitorPortsPortsLsb = 0;
  localparam int unsigned MonitorPortsPortsWidth = 32;

  // MONITOR.PORTS_OUT
  localparam logic [15:0] MonitorPortsOutOffset = 16'h0008;
  localparam logic [31:0] MonitorPortsOutReset = 32'h00000000;
  localparam int unsigned MonitorPortsOutPortsLsb = 0;
  localparam int unsigned MonitorPortsOutPortsWidth = 32;

  // MONITOR.MASK
  localparam int unsigned MonitorMaskCount = 17;
  localparam logic [15:0] MonitorMaskStride = 16'h0004;
  localparam logic [15:0] MonitorMaskOffset = 16'h0020;
  localparam logic [31:0] MonitorMaskReset = 32'h00000000;
  localparam int unsigned MonitorMaskBitsLsb = 0;
  localparam int unsigned MonitorMaskBitsWidth = 32;

  // LEDGER[8]
  localparam logic [15:0] LedgerOffset = 16'h0800;
  localparam logic [15:0] LedgerStride = 16'h0040;
  localparam int unsigned LedgerCount = 8;

  // LEDGER.selected_packets.low
  localparam logic [15:0] LedgerSelectedPacketsOffset = 16'h0000;

  // LEDGER.selected_packets.high
  localparam logic [15:0] LedgerSelectedPacketsHighOffset = 16'h0004;

  // LEDGER.selected_bytes.low
  localparam logic [15:0] LedgerSelectedBytesOffset = 16'h0008;

  // LEDGER.selected_bytes.high
  localparam logic [15:0] LedgerSelectedBytesHighOffset = 16'h000c;

  // LEDGER.emitted_packets.low
  localparam logic [15:0] LedgerEmittedPacketsOffset = 16'h0010;

  // LEDGER.emitted_packets.high
  localparam logic [15:0] LedgerEmittedPacketsHighOffset = 16'h0014;

  // LEDGER.emitted_bytes.low
  localparam logic [15:0] LedgerEmittedBytesOffset = 16'h0018;

  // LEDGER.emitted_bytes.high
  localparam logic [15:0] LedgerEmittedBytesHighOffset = 16'h001c;

  // LEDGER.resident_packets.low
  localparam logic [15:0] LedgerResidentPacketsOffset = 16'h0020;

  // LEDGER.resident_packets.high
  localparam logic [15:0] LedgerResidentPacketsHighOffset = 16'h0024;

  // LEDGER.resident_bytes.low
  localparam logic [15:0] LedgerResidentBytesOffset = 16'h0028;

  // LEDGER.resident_bytes.high
  localparam logic [15:0] LedgerResidentBytesHighOffset = 16'h002c;

  // LEDGER.unaccounted_packets.low
  localparam logic [15:0] LedgerUnaccountedPacketsOffset = 16'h0030;

  // LEDGER.unaccounted_packets.high
  localparam logic [15:0] LedgerUnaccountedPacketsHighOffset = 16'h0034;

  // LEDGER.unaccounted_bytes.low
  localparam logic [15:0] LedgerUnaccountedBytesOffset = 16'h0038;

  // LEDGER.unaccounted_bytes.high
  localparam logic [15:0] LedgerUnaccountedBytesHighOffset = 16'h003c;

  // PORT[8]
  localparam logic [15:0] PortOffset = 16'h1000;
  localparam logic [15:0] PortStride = 16'h0200;
  localparam int unsigned PortCount = 8;

  // PORT.CONTROL
  localparam logic [15:0] PortControlOffset = 16'h0000;
  localparam logic [31:0] PortControlReset = 32'h00000000;
  localparam int unsigned PortControlEnableLsb = 0;
  localparam int unsigned PortControlEnableWidth = 1;

  // PORT.frames.low
  localparam logic [15:0] PortFramesOffset = 16'h0010;

  // PORT.frames.high
  localparam logic [15:0] PortFramesHighOffset = 16'h0014;

  // PORT.octets.low
  localparam logic [15:0] PortOctetsOffset = 16'h0018;

  // PORT.octets.high
  localparam logic [15:0] PortOctetsHighOffset = 16'h001c;

  // PORT.missed.low
  localparam logic [15:0] PortMissedOffset = 16'h0020;

  // PORT.missed.high
  localparam logic [15:0] PortMissedHighOffset = 16'h0024;

  // PORT.verdict.low
  localparam int unsigned PortVerdictCount = 32;
  localparam logic [15:0] PortVerdictStride = 16'h0008;
  localparam logic [15:0] PortVerdictOffset = 16'h0040;

  // PORT.verdict.high
  localparam logic [15:0] PortVerdictHighOffset = 16'h0044;

  // SAMPLER[128]
  localparam logic [15:0] SamplerOffset = 16'h2000;
  localparam logic [15:0] SamplerStride = 16'h0020;
  localparam int unsigned SamplerCount = 128;

  // SAMPLER.CONTROL
  localparam logic [15:0] SamplerControlOffset = 16'h0000;
  localparam logic [31:0] SamplerControlReset = 32'h00000000;
  localparam int unsigned SamplerControlModeLsb = 0;
  localparam int unsigned SamplerControlModeWidth = 2;
  localparam int unsigned SamplerControlIdLsb = 8;
  localparam int unsigned SamplerControlIdWidth = 8;
  localparam int unsigned SamplerControlWindowLsb = 16;
  localparam int unsigned SamplerControlWindowWidth = 16;

  // SAMPLER.observed.low
  localparam logic [15:0] SamplerObservedOffset = 16'h0008;

  // SAMPLER.observed.high
  localparam logic [15:0] SamplerObservedHighOffset = 16'h000c;

  // SAMPLER.selected.low
  localparam logic [15:0] SamplerSelectedOffset = 16'h0010;

  // SAMPLER.selected.high
  localparam logic [15:0] SamplerSelectedHighOffset = 16'h0014;

  // fc_vector
  localparam int unsigned VecSrcLsb = 0;
  localparam int unsigned VecSrcWidth = 128;
  localparam int unsigned VecDstLsb = 128;
  localparam int unsigned VecDstWidth = 128;
  localparam int unsigned VecSportLsb = 256;
  localparam int unsigned VecSportWidth = 16;
  localparam int unsigned VecDportLsb = 272;
  localparam int unsigned VecDportWidth = 16;
  localparam int unsigned VecProtoLsb = 288;
  localparam int unsigned VecProtoWidth = 8;
  localparam int unsigned VecTosLsb = 296;
  localparam int unsigned VecTosWidth = 8;
  localparam int unsigned VecTtlLsb = 304;
  localparam int unsigned VecTtlWidth = 8;
  localparam int unsigned VecExtMapLsb = 312;
  localparam int unsigned VecExtMapWidth = 8;
  localparam int unsigned VecTcpFlagsLsb = 320;
  localparam int unsigned VecTcpFlagsWidth = 12;
  localparam int unsigned VecIpVersionLsb = 332;
  localparam int unsigned VecIpVersionWidth = 4;
  localparam int unsigned VecFragOffsetLsb = 336;
  localparam int unsigned VecFragOffsetWidth = 13;
  localparam int unsigned VecFragFlagsLsb = 349;
  localparam int unsigned VecFragFlagsWidth = 3;
  localparam int unsigned VecLabelIdLsb = 352;
  localparam int unsigned VecLabelIdWidth = 20;
  localparam int unsigned VecInputPortLsb = 372;
  localparam int unsigned VecInputPortWidth = 8;
  localparam int unsigned VecVlanTagsLsb = 380;
  localparam int unsigned VecVlanTagsWidth = 2;
  localparam int unsigned VecMplsLsb = 382;
  localparam int unsigned VecMplsWidth = 1;
  localparam int unsigned VecPppoeLsb = 383;
  localparam int unsigned VecPppoeWidth = 1;
  localparam int unsigned VecMplsLabelLsb = 384;
  localparam int unsigned VecMplsLabelWidth = 24;
  localparam int unsigned VecOutputPortLsb = 408;
  localparam int unsigned VecOutputPortWidth = 7;
  localparam int unsigned VecDirectionLsb = 415;
  localparam int unsigned VecDirectionWidth = 1;
  localparam int unsigned VecSrcMacLsb = 416;
  localparam int unsigned VecSrcMacWidth = 48;
  localparam int unsigned VecDstMacLsb = 464;
  localparam int unsigned VecDstMacWidth = 48;
  localparam int unsigned VecOuterTciLsb = 512;
  localparam int unsigned VecOuterTciWidth = 16;
  localparam int unsigned VecInnerTciLsb = 528;
  localparam int unsigned VecInnerTciWidth = 16;

  // fc_record
  localparam int unsigned RecKindLsb = 0;
  localparam int unsigned RecKindWidth = 4;
  localparam int unsigned RecReasonLsb = 4;
  localparam int unsigned RecReasonWidth = 4;
  localparam int unsigned RecMonitorLsb = 8;
  localparam int unsigned RecMonitorWidth = 8;
  localparam int unsigned RecSamplerLsb = 16;
  localparam int unsigned RecSamplerWidth = 8;
  localparam int unsigned RecStepLsb = 24;
  localparam int unsigned RecStepWidth = 1;
  localparam int unsigned RecEpochLsb = 32;
  localparam int unsigned RecEpochWidth = 32;
  localparam int unsigned RecPacketsLsb = 608;
  localparam int unsigned RecPacketsWidth = 32;
  localparam int unsigned RecBytesLowLsb = 640;
  localparam int unsigned RecBytesLowWidth = 32;
  localparam int unsigned RecBytesHighLsb = 672;
  localparam int unsigned RecBytesHighWidth = 16;
  localparam int unsigned RecL2BytesHighLsb = 688;
  localparam int unsigned RecL2BytesHighWidth = 16;
  localparam int unsigned RecL2BytesLowLsb = 704;
  localparam int unsigned RecL2BytesLowWidth = 32;
  localparam int unsigned RecFirstNsLsb = 736;
  localparam int unsigned RecFirstNsWidth = 64;
  localparam int unsigned RecLastNsLsb = 800;
  localparam int unsigned RecLastNsWidth = 64;
  localparam int unsigned RecTcpFlagsOrLsb = 864;
  localparam int unsigned RecTcpFlagsOrWidth = 12;
  localparam int unsigned RecTtlMinLsb = 880;
  localparam int unsigned RecTtlMinWidth = 8;
  localparam int unsigned RecTtlMaxLsb = 888;
  localparam int unsigned RecTtlMaxWidth = 8;
  localparam int unsigned RecLenMinLsb = 896;
  localparam int unsigned RecLenMinWidth = 17;
  localparam int unsigned RecLenMaxLsb = 928;
  localparam int unsigned RecLenMaxWidth = 17;

  // fc_barrier
  localparam int unsigned BarrierKindLsb = 0;
  localparam int unsigned BarrierKindWidth = 4;
  localparam int unsigned BarrierReasonLsb = 4;
  localparam int unsigned BarrierReasonWidth = 4;
  localparam int unsigned BarrierMonitorLsb = 8;
  localparam int unsigned BarrierMonitorWidth = 8;
  localparam int unsigned BarrierSamplerLsb = 16;
  localparam int unsigned BarrierSamplerWidth = 8;
  localparam int unsigned BarrierStepLsb = 24;
  localparam int unsigned BarrierStepWidth = 1;
  localparam int unsigned BarrierEpochLsb = 32;
  localparam int unsigned BarrierEpochWidth = 32;
  localparam int unsigned BarrierLabelLsb = 64;
  localparam int unsigned BarrierLabelWidth = 64;
  localparam int unsigned BarrierStartNsLsb = 128;
  localparam int unsigned BarrierStartNsWidth = 64;
  localparam int unsigned BarrierEndNsLsb = 192;
  localparam int unsigned BarrierEndNsWidth = 64;
  localparam int unsigned BarrierRingIndexLsb = 256;
  localparam int unsigned BarrierRingIndexWidth = 32;

  // fc_ledger
  localparam int unsigned LedgerKindLsb = 0;
  localparam int unsigned LedgerKindWidth = 4;
  localparam int unsigned LedgerReasonLsb = 4;
  localparam int unsigned LedgerReasonWidth = 4;
  localparam int unsigned LedgerMonitorLsb = 8;
  localparam int unsigned LedgerMonitorWidth = 8;
  localparam int unsigned LedgerSamplerLsb = 16;
  localparam int unsigned LedgerSamplerWidth = 8;
  localparam int unsigned LedgerStepLsb = 24;
  localparam int unsigned LedgerStepWidth = 1;
  localparam int unsigned LedgerEpochLsb = 32;
  localparam int unsigned LedgerEpochWidth = 32;
  localparam int unsigned LedgerSelectedPacketsLsb = 64;
  localparam int unsigned LedgerSelectedPacketsWidth = 64;
  localparam int unsigned LedgerSelectedBytesLsb = 128;
  localparam int unsigned LedgerSelectedBytesWidth = 64;
  localparam int unsigned LedgerEmittedPacketsLsb = 192;
  localparam int unsigned LedgerEmittedPacketsWidth = 64;
  localparam int unsigned LedgerEmittedBytesLsb = 256;
  localparam int unsigned LedgerEmittedBytesWidth = 64;
  localparam int unsigned LedgerResidentPacketsLsb = 320;
  localparam int unsigned LedgerResidentPacketsWidth = 64;
  localparam int unsigned LedgerResidentBytesLsb = 384;
  localparam int unsigned LedgerResidentBytesWidth = 64;
  localparam int unsigned LedgerUnaccountedPacketsLsb = 480;
  localparam int unsigned LedgerUnaccountedPacketsWidth = 64;
  localparam int unsigned LedgerUnaccountedBytesLsb = 544;
  localparam int unsigned LedgerUnaccountedBytesWidth = 64;

  // fc_rec_trailer
  localparam int unsigned TrailerSequenceLsb = 0;
  localparam int unsigned TrailerSequenceWidth = 30;
  localparam int unsigned TrailerHalfLsb = 30;
  localparam int unsigned TrailerHalfWidth = 1;
  localparam int unsigned TrailerPhaseLsb = 31;
  localparam int unsigned TrailerPhaseWidth = 1;

endpackage

`default_nettype wire
