import CoreMetrics
import Glibc
import Synchronization
import Testing

@testable import Telemetry

@Suite("Sharded counters") struct ShardedCellsTests {
    /// Keeps cells where threads find them.
    private final class Box: Sendable {
        let cells: ShardedCells
        init(_ count: Int) { cells = ShardedCells(count: count) }
    }

    private final class Flag: Sendable { let value = Mutex(false) }

    @Test("No increment is lost, however many threads share a cell", arguments: [1, 2, 64])
    func nothingLost(cells: Int) async {
        let box = Box(cells)
        let (threads, each) = (12, 20_000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    for _ in 0..<each { box.cells.add(1 as UInt64) }
                    // As threads do that have no near cell, on greater machines.
                    for _ in 0..<each { box.cells.addElsewhere(1) }
                }
            }
        }
        #expect(box.cells.integer == UInt64(2 * threads * each))
    }

    @Test("Real threads have cells of their own, and all count")
    func threads() {
        let box = Box(4)
        var threads: [pthread_t] = []
        for _ in 0..<16 {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(box).toOpaque()
            let failed = pthread_create(
                &thread, nil,
                { context in
                    let box = Unmanaged<Box>.fromOpaque(context!).takeRetainedValue()
                    for _ in 0..<5000 { box.cells.add(2 as UInt64) }
                    return nil
                }, context)
            #expect(failed == 0)
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(box.cells.integer == 16 * 5000 * 2)
    }

    @Test("Fractions add up over all cells, and a reset begins at zero")
    func fractions() async {
        let box = Box(8)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<4000 { box.cells.add(0.25) } } }
        }
        #expect(box.cells.double == 8 * 4000 * 0.25)
        box.cells.reset()
        #expect(box.cells.double == 0)
    }

    @Test("What a reader sees never falls while others count")
    func monotonic() async {
        let box = Box(4)
        let isDone = Flag()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<50_000 { box.cells.add(1 as UInt64) }
                isDone.value.withLock { $0 = true }
            }
            group.addTask {
                var last: UInt64 = 0
                while !isDone.value.withLock({ $0 }) {
                    let now = box.cells.integer
                    #expect(now >= last)
                    last = now
                    await Task.yield()
                }
            }
        }
        #expect(box.cells.integer == 50_000)
    }

    @Test("Cells lie two cache lines apart") func separation() { #expect(AtomicWords.stride * 8 == 128) }

    @Test("A counter only grows", arguments: [(5, 5), (0, 0), (-3, 0)] as [(Int64, UInt64)])
    func grows(amount: Int64, sum: UInt64) {
        let series = CounterSeries(SeriesKey(name: "x", labels: MetricLabels([])))
        series.increment(by: amount)
        #expect(series.value == .integer(sum))
    }

    @Test("A counter of fractions takes no nonsense", arguments: [-1, .nan, .infinity] as [Double])
    func fractionsGrow(amount: Double) {
        let series = FractionSeries(SeriesKey(name: "x", labels: MetricLabels([])))
        series.increment(by: 1.5)
        series.increment(by: amount)
        #expect(series.value == .double(1.5))
    }
}
