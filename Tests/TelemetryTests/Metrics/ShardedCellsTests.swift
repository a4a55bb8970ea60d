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

        @inline(never) func add(_ amount: UInt64) { cells.add(amount) }
    }

    private final class Flag: Sendable { let value = Mutex(false) }

    /// Runs so many threads at once, to the end of all.
    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        final class Start: Sendable {
            let number: Int
            let body: @Sendable (Int) -> Void
            init(_ number: Int, _ body: @escaping @Sendable (Int) -> Void) { (self.number, self.body) = (number, body) }
        }
        var threads: [pthread_t] = []
        for number in 0..<count {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(Start(number, body)).toOpaque()
            let failed = pthread_create(
                &thread, nil,
                { context in
                    let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
                    start.body(start.number)
                    return nil
                }, context)
            #expect(failed == 0)
            if failed == 0 { threads.append(thread) }
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    @Test("No increment is lost, however many threads share a cell", arguments: [1, 2, 64])
    func nothingLost(cells: Int) async {
        let box = Box(cells)
        let (threads, each) = (12, 20_000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    for _ in 0..<each { box.add(1) }
                    // As threads do that find no place.
                    for _ in 0..<each { box.cells.addShared(1) }
                }
            }
        }
        #expect(box.cells.integer == UInt64(2 * threads * each))
    }

    @Test("All threads count that live at once, more than there are places too", arguments: [8, 128])
    func threads(cells: Int) {
        let box = Box(cells)
        let gate = Atomic(140)
        onThreads(140) { number in
            box.add(1)  // has its place from here on, or none
            gate.subtract(1, ordering: .sequentiallyConsistent)
            while gate.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
            for _ in 0..<2000 { box.add(2) }
        }
        #expect(box.cells.integer == 140 * (1 + 2000 * 2))
    }

    @Test("Threads that come one after another go on where those before them ended")
    func places() {
        let box = Box(8)
        for _ in 0..<40 { onThreads(10) { _ in for _ in 0..<50 { box.add(1) } } }
        #expect(box.cells.integer == 40 * 10 * 50)
    }

    @Test("A place is one thread's at a time, and free again when it has ended")
    func exclusive() {
        let taken = Mutex<[Int]>([])
        let asked = Atomic(0)
        onThreads(100) { _ in
            let place = ShardedCells.ownPlace
            taken.withLock { $0.append(place) }
            #expect(ShardedCells.ownPlace == place, "it stays the same")
            asked.add(1, ordering: .sequentiallyConsistent)
            while asked.load(ordering: .sequentiallyConsistent) < 100 { sched_yield() }
        }
        let places = taken.withLock { $0 }
        #expect(Set(places).count == 100, "other threads have less than 27 of 127 places")
        #expect(places.allSatisfy { (0..<127).contains($0) })
        // Were they not given back, these would find none.
        let later = Mutex(0)
        for _ in 0..<20 { onThreads(20) { _ in if ShardedCells.ownPlace >= 0 { later.withLock { $0 += 1 } } } }
        #expect(later.withLock { $0 } == 400)
    }

    @Test("A reset begins at zero, and what is counted afterwards is all there")
    func reset() {
        let series = CounterSeries(SeriesKey(name: "x", labels: MetricLabels([])))
        onThreads(4) { _ in for _ in 0..<100 { series.increment(by: 1) } }
        series.reset()
        #expect(series.value == .integer(0))
        onThreads(4) { _ in for _ in 0..<100 { series.increment(by: 3) } }
        #expect(series.value == .integer(1200))
    }

    @Test("Fractions add up over all cells, and a reset begins at zero")
    func fractions() async {
        let box = Box(8)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<4000 { box.cells.add(0.25) } } }
        }
        #expect(box.cells.double == 8 * 4000 * 0.25)
        box.cells.resetDouble()
        #expect(box.cells.double == 0)
    }

    @Test("What a reader sees never falls while others count")
    func monotonic() async {
        let box = Box(4)
        let isDone = Flag()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<50_000 { box.add(1) }
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
