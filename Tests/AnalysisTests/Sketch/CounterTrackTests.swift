import Randomness
import Testing

@testable import Analysis

@Suite("A counter that begins anew")
struct CounterTrackTests {
    @Test("adds up all growth that it sees, over any number of resets")
    func resets() {
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var track = CounterTrack()
            var (value, grown, resets) = (Double(Int.random(in: 0..<100, using: &random)), 0.0, 0)
            track.observe(value)
            for _ in 0..<50 {
                let step = Double(Int.random(in: 0..<20, using: &random))
                // A reset that ends above where it began can't be seen, by nobody.
                if Int.random(in: 0..<5, using: &random) == 0, step < value {
                    value = step
                    resets += 1
                } else {
                    value += step
                }
                grown += step
                #expect(track.observe(value) == step)
            }
            #expect(track.increase == grown)
            #expect(track.resets == resets)
        }
    }

    @Test("the first value is no growth, and what is no value is left out", arguments: [Double.nan, -1, .infinity])
    func firstAndNone(none: Double) {
        var track = CounterTrack()
        #expect(track.observe(none) == nil)
        #expect(track.observe(5) == nil)
        #expect(track.observe(none) == nil)
        #expect(track.observe(7) == 2)
        #expect(track.increase == 2)
    }
}
