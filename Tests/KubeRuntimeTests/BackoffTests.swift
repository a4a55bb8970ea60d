import KubeRuntime
import Testing

@Suite struct BackoffTests {
    @Test("Delays double up to the cap", arguments: [(0, 0), (1, 250), (2, 500), (3, 1000), (7, 16_000), (8, 30_000), (10_000, 30_000)])
    func growth(failures: Int, milliseconds: Int) {
        #expect(Backoff.watch.delay(failures, random: 0.5) == .milliseconds(milliseconds))
    }

    @Test("Jitter stays within its share", arguments: [(0.0, 50), (0.5, 100), (1.0, 150)])
    func jitter(random: Double, milliseconds: Int) {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1), jitter: 0.5)
        #expect(backoff.delay(1, random: random) == .milliseconds(milliseconds))
    }
}
