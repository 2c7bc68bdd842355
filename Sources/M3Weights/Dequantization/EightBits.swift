/// Blocks of 34 bytes: half d, 32 signed bytes. `d * q`.
func dequantizeQ8_0(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 34
    let values = target + index * 32
    let scale = block.half(at: 0)
    let quants = (block + 2).assumingMemoryBound(to: Int8.self)
    for j in 0..<32 {
      values[j] = scale * Float(quants[j])
    }
  }
}
