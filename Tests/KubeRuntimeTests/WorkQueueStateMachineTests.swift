import Testing

@testable import KubeRuntime

@Suite struct WorkQueueStateMachineTests {
    private typealias Queue = WorkQueueStateMachine<String>

    private func seconds(_ seconds: Int) -> Duration { .seconds(seconds) }

    @Test func `A key waits once, however often it is added`() {
        var queue = Queue()
        for _ in 0..<3 { queue.add("a", readyAt: .zero, priority: .normal, now: .zero) }
        #expect(queue.waitingCount == 1)
        #expect(queue.take(now: .zero) == .key("a"))
        #expect(queue.take(now: .zero) == .nothing(until: nil))
    }

    @Test func `A key that is worked on is given to nobody else, and runs again if it was added meanwhile`() {
        var queue = Queue()
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        #expect(queue.take(now: .zero) == .key("a"))
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("a", readyAt: .zero, priority: .normal, now: .zero)
        #expect(queue.take(now: .zero) == .nothing(until: nil))
        queue.done("a", now: .zero)
        #expect(queue.take(now: .zero) == .key("a"))
        queue.done("a", now: .zero)
        #expect(queue.take(now: .zero) == .nothing(until: nil))
    }

    @Test func `Of several times the earliest counts`() {
        var queue = Queue()
        queue.add("a", readyAt: seconds(10), priority: .normal, now: .zero)
        queue.add("a", readyAt: seconds(5), priority: .normal, now: .zero)
        queue.add("a", readyAt: seconds(20), priority: .normal, now: .zero)
        #expect(queue.take(now: seconds(4)) == .nothing(until: seconds(5)))
        #expect(queue.take(now: seconds(5)) == .key("a"))
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
        #expect(queue.take(now: seconds(2)) == .key("a"))
    }

    @Test func `What happens now goes before what was there at the start, else first come, first served`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.add(name, readyAt: .zero, priority: .low, now: .zero) }
        queue.add("d", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("b", readyAt: .zero, priority: .normal, now: .zero)
        queue.add("b", readyAt: .zero, priority: .low, now: .zero)
        var order: [String] = []
        while case .key(let name) = queue.take(now: .zero) { order.append(name) }
        #expect(order == ["d", "b", "a", "c"])
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
        var waiting: [Int: (at: Duration, priority: WorkPriority)] = [:]
        var again: [Int: (at: Duration, priority: WorkPriority)] = [:]
        var running: Set<Int> = []

        mutating func add(_ key: Int, _ at: Duration, _ priority: WorkPriority) {
            func merged(_ old: (at: Duration, priority: WorkPriority)?) -> (Duration, WorkPriority) {
                (min(at, old?.at ?? at), max(priority, old?.priority ?? priority))
            }
            if running.contains(key) { again[key] = merged(again[key]) } else { waiting[key] = merged(waiting[key]) }
        }
        func best(_ now: Duration) -> WorkPriority? { waiting.values.filter { $0.at <= now }.map(\.priority).max() }
        func next(_ now: Duration) -> Duration? { waiting.values.map(\.at).min() }
    }

    @Test("Random sequences keep every promise", arguments: 0..<20)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = WorkQueueStateMachine<Int>()
        var model = Model()
        var now = Duration.zero
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let at = now + .seconds(max(0, Int.random(in: -5...8, using: &random)))
                let priority = [WorkPriority.low, .normal, .high].randomElement(using: &random)!
                queue.add(key, readyAt: at, priority: priority, now: now)
                model.add(key, at, priority)
            case 1:
                switch queue.take(now: now) {
                case .key(let taken):
                    #expect(!model.running.contains(taken), "never twice at once")
                    let entry = model.waiting.removeValue(forKey: taken)
                    #expect(entry != nil && entry!.at <= now, "only what was added, and not before its time")
                    #expect(entry?.priority ?? .low >= model.best(now) ?? .low, "the most urgent first")
                    model.running.insert(taken)
                case .nothing(let until):
                    #expect(model.best(now) == nil, "whatever is ready comes out")
                    #expect(until == model.next(now), "and it says when to look again")
                case .finished: #expect(Bool(false), "nobody shut it down")
                }
            case 2:
                if let done = model.running.randomElement(using: &random) {
                    queue.done(done, now: now)
                    model.running.remove(done)
                    if let entry = model.again.removeValue(forKey: done) { model.waiting[done] = entry }
                }
            default: now += .seconds(Int.random(in: 0...3, using: &random))
            }
            #expect(queue.waitingCount == model.waiting.count + model.again.count)
            #expect(queue.runningCount == model.running.count)
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
}
