import M3Reader
import M3Tensor
import Testing

@Suite struct FloatBufferPoolTests {
  @Test(arguments: [0, 1, 1023, 1024, 1025, 4096, 5000, 92_160, 98_304, 98_305, 1_000_003])
  func roomIsEnoughAndNotMuchMore(count: Int) {
    let size = FloatBufferPool(byteLimit: 0).buffer(count: count).count
    #expect(size >= count)
    #expect(size <= count + max(1024, count / 4))
  }

  @Test func buffersAreUsedAgainWhenNobodyHoldsThem() {
    let pool = FloatBufferPool(byteLimit: 1 << 20)
    var first: FloatBuffer? = pool.buffer(count: 5000)
    let second = pool.buffer(count: 5000)
    let place = first!.pointer
    #expect(second.pointer != place)
    #expect(pool.buffer(count: 4999).pointer != place)
    first = nil
    let third = pool.buffer(count: 4999)
    #expect(third.pointer == place)
    #expect(pool.buffer(count: 5000).pointer != place)
    withExtendedLifetime((second, third)) {}
  }

  @Test func nothingIsKeptBeyondTheLimit() {
    let pool = FloatBufferPool(byteLimit: 4 * 10_000)
    weak var unused: FloatBuffer?
    weak var beyond: FloatBuffer?
    do {
      let buffer = pool.buffer(count: 8192)
      unused = buffer
      // It does not fit beside the first one, which is in use.
      let other = pool.buffer(count: 4096)
      beyond = other
      withExtendedLifetime((buffer, other)) {}
    }
    #expect(unused != nil)
    #expect(beyond == nil)
    // Another size needs the room: what nobody holds makes it.
    weak var kept: FloatBuffer?
    do {
      let other = pool.buffer(count: 4096)
      kept = other
      withExtendedLifetime(other) {}
    }
    #expect(unused == nil)
    #expect(kept != nil)
  }
}
