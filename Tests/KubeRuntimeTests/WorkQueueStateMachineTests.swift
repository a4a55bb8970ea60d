import Randomness
import Testing

@testable import KubeRuntime

@Suite struct WorkQueueStateMachineTests {
    private typealias Queue = WorkQueueStateMachine<String>

    private func taken(_ queue: inout Queue, _ now: Duration) -> String? {
        if case .key(let key, _) = queue.take(now: now) { key } else { nil }
    }

    private func seconds(_ seconds: Int) -> Duration { .seconds(seconds) }

    @Test func `A key waits once, however often it is added`() {
        var queue = Queue()
        for _ in 0..<3 { queue.add("a", readyAt: .zero, priority: .normal, now: .zero) }
        #expect(queue.waitingCount == 1)
        #expect(taken(&queue, .zero) == "a")
        #expect(queue.take(now: .zero) == .nothing(until: nil))
    }

    @Test func `A key that is worked on is given to nobody else, and runs again if it was added meanwhile`() {
        var queue = Queue()
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        #expect(taken(&queue, .zero) == "a")
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        #expect(queue.take(now: .zero) == .nothing(until: nil))
        queue.done("a", now: .zero)
        #expect(taken(&queue, .zero) == "a")
        queue.done("a", now: .zero)
        #expect(queue.take(now: .zero) == .nothing(until: nil))
    }

    @Test func `Of several times the earliest counts`() {
        var queue = Queue()
        queue.add("a", readyAt: seconds(10), priority: .normal, now: .zero)
        queue.add("a", readyAt: seconds(5), priority: .normal, now: .zero)
        queue.add("a", readyAt: seconds(20), priority: .normal, now: .zero)
        #expect(queue.take(now: seconds(4)) == .nothing(until: seconds(5)))
        #expect(taken(&queue, seconds(5)) == "a")
        queue.done("a", now: seconds(5))
        #expect(queue.take(now: seconds(30)) == .nothing(until: nil))
    }

    @Test func `A delay given while the key is worked on holds afterwards`() {
        var queue = Queue()
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        _ = queue.take(now: .zero)
        queue.add("a", readyAt: seconds(9), priority: .normal, now: .zero)
        queue.done("a", now: seconds(1))
        #expect(queue.take(now: seconds(1)) == .nothing(until: seconds(9)))
        queue.add("a", readyAt: seconds(2), priority: .normal, now: seconds(2))
        #expect(taken(&queue, seconds(2)) == "a")
    }

    @Test func `What happens now goes before what was there at the start, else first come, first served`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.add(name, readyAt: .zero, priority: .low, now: .zero) }
        queue.add("d", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("b", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("b", readyAt: .zero, priority: .low, now: .zero)
        var order: [String] = []
        while case .key(let name, _) = queue.take(now: .zero) { order.append(name) }
        #expect(order == ["d", "b", "a", "c"])
    }

    @Test func `Of the keys that are ready, whichever was ready first goes first, whenever it was added`() {
        var queue = Queue()
        queue.add("five", readyAt: seconds(5), priority: .normal, now: .zero)
        queue.add("one", readyAt: seconds(1), priority: .normal, now: .zero)
        queue.add("three", readyAt: seconds(3), priority: .normal, now: .zero)
        queue.add("four", readyAt: seconds(4), priority: .normal, now: seconds(4))
        queue.add("urgent", readyAt: seconds(6), priority: .high, now: seconds(4))
        var order: [String] = []
        while let name = taken(&queue, seconds(9)) { order.append(name) }
        #expect(order == ["urgent", "one", "three", "four", "five"])
    }

    @Test func `It tells depth, ages, adds and retries`() {
        var queue = Queue()
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("a", readyAt: .zero, priority: .high, now: .zero)
        queue.add("b", readyAt: seconds(4), priority: .normal, now: .zero)
        queue.add("c", readyAt: .zero, priority: .low, now: seconds(1))
        #expect(queue.figures(now: seconds(1)) == WorkQueueFigures(ready: 2, delayed: 1, adds: 3))
        #expect(queue.take(now: seconds(3)) == .key("a", waited: seconds(3)))
        queue.add("a", readyAt: seconds(3), priority: .normal, now: seconds(3))
        #expect(queue.take(now: seconds(5)) == .key("b", waited: seconds(1)), "since its time had come")
        #expect(
            queue.figures(now: seconds(6))
                == WorkQueueFigures(ready: 1, running: 2, longestRunning: seconds(3), unfinishedWork: seconds(4), adds: 4))
        _ = queue.failed("b")
        #expect(queue.done("b", now: seconds(7)) == seconds(2))
        #expect(queue.done("b", now: seconds(7)) == nil)
        #expect(queue.done("a", now: seconds(8)) == seconds(5))
        #expect(queue.figures(now: seconds(8)) == WorkQueueFigures(ready: 2, adds: 4, retries: 1))
        #expect(queue.take(now: seconds(8)) == .key("a", waited: seconds(5)), "it waited since it was added, while it was worked on")
    }

    @Test func `What keys leave behind when they come earlier than they were due does not pile up`() {
        var queue = Queue()
        for round in 0..<10_000 {
            let now = seconds(round)
            let name = "\(round % 10)"
            queue.add(name, readyAt: now, priority: .normal, now: now)
            #expect(taken(&queue, now) == name)
            queue.add(name, readyAt: now + seconds(3_600_000), priority: .normal, now: now)
            queue.done(name, now: now)
            #expect(queue.placeCount <= 2 * queue.waitingCount + 65)
        }
        #expect(queue.waitingCount == 10)
    }

    @Test func `Failures are counted until they are forgotten`() {
        var queue = Queue()
        #expect([queue.failed("a"), queue.failed("a"), queue.failed("b")] == [1, 2, 1])
        queue.forget("a")
        #expect(queue.failed("a") == 1)
    }

    @Test func `After the shutdown nothing comes out and nothing goes in`() {
        var queue = Queue()
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("b", readyAt: .zero, priority: .normal, now: .zero)
        _ = queue.take(now: .zero)
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        queue.shutDown()
        queue.add("c", readyAt: .zero, priority: .normal, now: .zero)
        #expect(queue.take(now: .zero) == .finished)
        queue.done("a", now: .zero)
        #expect(queue.waitingCount == 0 && queue.runningCount == 0)
    }

    /// The same promises, kept the slow and obvious way.
    private struct Model {
        struct Entry {
            var at: Duration
            var priority: WorkPriority
            /// When it was placed as it is now.
            var order: Int
        }

        var waiting: [Int: Entry] = [:]
        var again: [Int: Entry] = [:]
        var running: [Int: Duration] = [:]
        var order = 0

        mutating func add(_ key: Int, _ at: Duration, _ priority: WorkPriority) {
            order += 1
            func merged(_ old: Entry?) -> Entry {
                guard let old else { return Entry(at: at, priority: priority, order: order) }
                guard at < old.at || priority > old.priority else { return old }
                return Entry(at: min(at, old.at), priority: max(priority, old.priority), order: order)
            }
            if running[key] != nil { again[key] = merged(again[key]) } else { waiting[key] = merged(waiting[key]) }
        }

        mutating func done(_ key: Int) {
            running[key] = nil
            order += 1
            guard var entry = again.removeValue(forKey: key) else { return }
            entry.order = order
            waiting[key] = entry
        }

        /// The most urgent that is ready; of those the earliest; of those the first.
        func best(_ now: Duration) -> Int? {
            waiting.filter { $1.at <= now }.min {
                ($1.value.priority, $0.value.at, $0.value.order) < ($0.value.priority, $1.value.at, $1.value.order)
            }?.key
        }

        func next(_ now: Duration) -> Duration? { waiting.values.map(\.at).min() }
    }

    @Test("Random sequences keep every promise", arguments: 0..<40)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = WorkQueueStateMachine<Int>()
        var model = Model()
        var failures: [Int: Int] = [:]
        var now = Duration.zero
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let at = now + .seconds(max(0, Int.random(in: -5...8, using: &random)))
                let priority = WorkPriority.allCases.randomElement(using: &random)!
                queue.add(key, readyAt: at, priority: priority, now: now)
                model.add(key, at, priority)
            case 1:
                let best = model.best(now)
                switch queue.take(now: now) {
                case .key(let taken, let waited):
                    #expect(taken == best, "the most urgent, then the earliest, and none before its time")
                    #expect(model.running[taken] == nil, "never twice at once")
                    let entry = model.waiting.removeValue(forKey: taken)
                    #expect(entry.map { now - $0.at } == waited)
                    model.running[taken] = now
                case .nothing(let until):
                    #expect(best == nil, "whatever is ready comes out")
                    #expect(until == model.next(now), "and it says when to look again")
                case .finished: #expect(Bool(false), "nobody shut it down")
                }
            case 2:
                if let done = model.running.keys.sorted().randomElement(using: &random) {
                    queue.done(done, now: now)
                    model.done(done)
                }
            case 3:
                if Bool.random(using: &random) {
                    failures[key, default: 0] += 1
                    #expect(queue.failed(key) == failures[key])
                } else {
                    failures[key] = nil
                    queue.forget(key)
                }
            default: now += .seconds(Int.random(in: 0...3, using: &random))
            }
            let figures = queue.figures(now: now)
            #expect(queue.waitingCount == model.waiting.count + model.again.count)
            #expect(figures.ready == model.waiting.values.count { $0.at <= now })
            #expect(figures.delayed == model.waiting.values.count { $0.at > now })
            #expect(figures.running == model.running.count)
            #expect(figures.longestRunning == model.running.values.map { now - $0 }.max() ?? .zero)
        }
    }
}

@Suite struct HeapTests {
    @Test func `The least comes out first, whatever goes in`() {
        var random = SeededRandom(seed: 1)
        for size in 0..<60 {
            var heap = Heap<Int> { $0 < $1 }
            let numbers = (0..<size).map { _ in Int.random(in: 0..<30, using: &random) }
            for number in numbers { heap.insert(number) }
            var sorted: [Int] = []
            while let number = heap.removeFirst() { sorted.append(number) }
            #expect(sorted == numbers.sorted())
        }
    }

    @Test func `What is filtered out is gone, and the rest is in order`() {
        var random = SeededRandom(seed: 2)
        for size in 0..<60 {
            var heap = Heap<Int> { $0 < $1 }
            let numbers = (0..<size).map { _ in Int.random(in: 0..<30, using: &random) }
            for number in numbers { heap.insert(number) }
            heap.filter { $0 % 3 != 0 }
            var sorted: [Int] = []
            while let number = heap.removeFirst() { sorted.append(number) }
            #expect(sorted == numbers.filter { $0 % 3 != 0 }.sorted())
        }
    }
}
