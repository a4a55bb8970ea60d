import Glibc
import JSON
import Randomness
import Schema
import Testing

@testable import Analysis

@Suite("A latency sketch")
struct LatencySketchTests {
    /// From microseconds to hours, some of them out of bounds.
    private func durations(_ count: Int, _ random: inout SeededRandom) -> [Double] {
        (0..<count).map { _ in exp(Double.random(in: -16...13, using: &random)) }
    }

    private func sketch(_ durations: [Double]) -> LatencySketch {
        var sketch = LatencySketch()
        for duration in durations { sketch.insert(seconds: duration) }
        return sketch
    }

    @Test("quantiles are right to one percent", arguments: [1, 2, 10, 1000, 5000])
    func quantiles(count: Int) throws {
        var random = SeededRandom(seed: UInt64(count))
        let durations = (0..<count).map { _ in exp(Double.random(in: -13...11, using: &random)) }
        let sorted = durations.sorted()
        for share in [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1] {
            let exact = sorted[Int((share * Double(count - 1)).rounded(.down))]
            let found = try #require(sketch(durations).quantile(share))
            #expect(abs(found - exact) <= exact * 0.0100001, "\(found) for \(exact)")
        }
    }

    @Test("merging is associative and commutative, and the same as counting at one place")
    func merging() {
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let parts = (0..<3).map { _ in durations(Int.random(in: 0..<40, using: &random), &random) }
            let sketches = parts.map(sketch)
            let whole = sketch(parts.flatMap { $0 })
            #expect(sketches[0].merged(with: sketches[1]).merged(with: sketches[2]) == whole)
            #expect(sketches[0].merged(with: sketches[1].merged(with: sketches[2])) == whole)
            #expect(sketches[2].merged(with: sketches[0]).merged(with: sketches[1]) == whole)
            #expect(LatencySketch().merged(with: sketches[0]) == sketches[0])
            #expect(whole.count == parts.joined().count)
        }
    }

    @Test("is bounded, and counts what lies outside in the outermost bins")
    func bounds() throws {
        var random = SeededRandom(seed: 7)
        var sketch = sketch(durations(100_000, &random))
        for extreme in [0, Double.leastNonzeroMagnitude, 1e300, Double.infinity] {
            let isCounted = sketch.insert(seconds: extreme)
            #expect(isCounted)
        }
        for none in [-1, Double.nan, -Double.infinity] {
            let isCounted = sketch.insert(seconds: none)
            #expect(!isCounted)
        }
        #expect(sketch.count == 100_004)
        #expect(sketch.counts.count == LatencySketch.indices.count)
        #expect(LatencySketch.indices.count == 1267)
        #expect(sketch.bytes.count < 4_000)
        #expect(abs(try #require(sketch.quantile(1)) - 1e5) < 2e3)
        #expect(LatencySketch().quantile(0.5) == nil)
    }

    @Test("is sent and read back as it was, and has one form alone")
    func roundTrip() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var sketch = sketch(durations(Int.random(in: 0..<60, using: &random), &random))
            if seed % 3 == 0 { sketch.insert(seconds: 0.1, times: Int.random(in: 1..<1 << 50, using: &random)) }
            #expect(try LatencySketch(from: sketch.json) == sketch)
            #expect(LatencySketch(bytes: sketch.bytes)?.bytes == sketch.bytes)
        }
    }

    @Test("bytes that somebody made up are read as a sketch with just these bytes, or refused")
    func fuzz() {
        var random = SeededRandom(seed: 11)
        let honest = sketch(durations(50, &random)).bytes
        var read = 0
        for _ in 0..<5_000 {
            let bytes = honest.mutated(with: [0, 1, 0x7F, 0x80, 0xFF], using: &random)
            guard let sketch = LatencySketch(bytes: bytes) else { continue }
            read += 1
            #expect(sketch.bytes == bytes)
            #expect(sketch.counts.count <= LatencySketch.indices.count)
        }
        #expect(read > 100 && read < 5_000)
    }

    private static let refused: [[UInt8]] = [
        [], [0], [2], [1, 0], [1, 0, 0], [1, 0x80, 0, 1], [1, 0, 0x80], [1, 0xF4, 0x09, 1],
        [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2], [1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
    ]

    @Test("what is no sketch is refused", arguments: refused)
    func refuses(bytes: [UInt8]) {
        #expect(LatencySketch(bytes: bytes) == nil)
        #expect(throws: JSONDecodingError.self) { try LatencySketch(from: .string(Base64.encode(bytes))) }
    }

    @Test("tells how many are longer, also by parts of bins")
    func above() throws {
        var random = SeededRandom(seed: 3)
        let sketch = sketch((0..<20_000).map { _ in exp(Double.random(in: -3...0, using: &random)) })
        let bin = try #require(sketch.bin(ofQuantile: 0.5))
        let upper = sketch.count(above: bin)
        #expect(abs(upper - 10_000) < 200)
        #expect(sketch.count(above: bin, lessBins: 0) == Double(upper))
        #expect(sketch.count(above: bin, lessBins: 1) == Double(sketch.count(above: bin - 1)))
        let more = sketch.count(above: bin, lessBins: log(1.05) / LatencySketch.logGamma) - Double(upper)
        // Evenly spread logarithms: log(1.05) / 3 of all.
        #expect(abs(more / 20_000 - log(1.05) / 3) < 0.004)
    }
}
