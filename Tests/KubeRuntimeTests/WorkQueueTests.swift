import Harness
import KubeRuntime
import Randomness
import Synchronization
import Testing

@Suite struct WorkQueueTests {
    @Test func `A worker that waits gets a key as soon as it is added`() async {
        let queue = WorkQueue<String>(surroundings: ManualTime().surroundings)
        async let key = queue.next()
        queue.add("a")
        #expect(await key == "a")
        #expect(queue.runningCount == 1)
        queue.done("a")
        #expect(queue.runningCount == 0)
    }

    @Test func `A delayed key comes out when its time has come`() async throws {
        let time = ManualTime()
        let queue = WorkQueue<String>(surroundings: time.surroundings)
        let taken = Recorder<String>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run() }
            group.addTask { while let key = await queue.next() { taken.add(key) } }
            queue.add("late", after: .seconds(60))
            queue.add("soon", after: .seconds(5))
            queue.add("now")
            try await eventually("the first key") { taken.count == 1 }
            for expected in [["now", "soon"], ["now", "soon", "late"]] {
                try await eventually("the next key") {
                    time.advanceToNextSleeper()
                    // The worker may be slower than the clock, which then goes on to the key after.
                    return taken.count >= expected.count
                }
                #expect(Array(taken.all.prefix(expected.count)) == expected)
            }
            #expect(time.now == .seconds(1060))
            queue.shutDown()
            try await group.waitForAll()
        }
    }

    @Test func `Many workers share the keys and never hold the same`() async throws {
        let queue = WorkQueue<Int>()
        let holders = Recorder<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        holders.add(key)
                        await Task.yield()
                        queue.done(key)
                    }
                }
            }
            for round in 0..<200 { queue.add(round % 10) }
            try await eventually("an empty queue") { queue.count == 0 && queue.runningCount == 0 }
            queue.shutDown()
            try await group.waitForAll()
        }
        #expect(Set(holders.all) == Set(0..<10))
    }

    @Test func `Cancelled workers leave, and take no key with them`() async throws {
        let queue = WorkQueue<String>()
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<4 { group.addTask { await queue.next() } }
            group.cancelAll()
            for await key in group { #expect(key == nil) }
        }
        queue.add("a")
        #expect(await queue.next() == "a")
    }

    @Test func `The back-off grows with failures in a row`() {
        let queue = WorkQueue<String>(backoff: Backoff(base: .seconds(1), cap: .seconds(60)), surroundings: ManualTime().surroundings)
        #expect([1, 2, 4, 8].map { .seconds($0) } == (0..<4).map { _ in queue.failed("a").delay })
        queue.forget("a")
        #expect(queue.failed("a") == (1, .seconds(1)))
    }

    @Test func `Back-offs differ between those that failed together, and start again after a success`() {
        let chance = Mutex(SeededRandom(seed: 7))
        let time = ManualTime(random: { chance.withLock { Double.random(in: 0..<1, using: &$0) } })
        let queue = WorkQueue<Int>(backoff: Backoff(base: .seconds(1), cap: .seconds(60), jitter: 0.25), surroundings: time.surroundings)
        for round in 1...8 {
            let delays = (0..<100).map { queue.failed($0).delay }
            let middle = min(Duration.seconds(60), .seconds(1) * Double(1 << (round - 1)))
            #expect(delays.allSatisfy { $0 >= middle * 0.75 && $0 <= middle * 1.25 })
            #expect(Set(delays).count > 90, "a hundred that failed together don't come back together")
        }
        queue.forget(3)
        #expect(queue.failed(3).failures == 1)
        #expect(queue.failed(4).failures == 9, "each key has a back-off of its own")
    }

    @Test func `It tells its depth and how long its workers have been at it`() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(surroundings: time.surroundings)
        queue.add("a")
        queue.add("b")
        queue.add("c", after: .seconds(2))
        _ = await queue.next()
        time.advance(.seconds(3))
        #expect(
            queue.figures
                == WorkQueueFigures(ready: 2, running: 1, longestRunning: .seconds(3), unfinishedWork: .seconds(3), adds: 3))
    }
}
