import M3Memory
import M3TestSupport
import Testing

@Suite struct BFloat16Tests {
  @Test func everyValueOf16BitsStaysWhatItIs() {
    for bits in UInt16.min...UInt16.max {
      let value = BFloat16.value(bits)
      if value.isNaN {
        // Signalling NaN becomes quiet.
        #expect(BFloat16.bits(value) == bits | 0x40)
      } else {
        #expect(BFloat16.bits(value) == bits)
      }
    }
  }

  /// Halfway values go to the even neighbour, all others to the nearer one: around every 97th value of 16 bits.
  @Test func roundsToTheNearest() {
    for upper in stride(from: UInt32(0), to: 0x7F80, by: 97) {
      for sign in [UInt32(0), 0x8000] {
        let base = UInt32(upper | sign)
        let even = base.isMultiple(of: 2) ? base : base + 1
        for (lower, expected) in [
          (UInt32(0), base), (1, base), (0x7FFF, base), (0x8000, even), (0x8001, base + 1), (0xFFFF, base + 1),
        ] {
          #expect(BFloat16.bits(Float(bitPattern: base << 16 | lower)) == UInt16(expected))
        }
      }
    }
  }

  @Test(arguments: [
    (Float.infinity, UInt16(0x7F80)), (-.infinity, 0xFF80), (.greatestFiniteMagnitude, 0x7F80), (0, 0), (-0.0, 0x8000),
    (.leastNonzeroMagnitude, 0),
  ])
  func ends(value: Float, bits: UInt16) {
    #expect(BFloat16.bits(value) == bits)
  }

  @Test(arguments: [UInt32(0x7F80_0001), 0x7FFF_FFFF, 0xFFC0_0000, 0x7F80_8000])
  func notANumberStaysOne(bits: UInt32) {
    #expect(BFloat16.value(BFloat16.bits(Float(bitPattern: bits))).isNaN)
  }
}
