import Harness
import KubeCore
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

@Suite struct ControllerTests {
    /// What runs at the moment, and the most there ever was.
    private final class Gauge: Sendable {
        private let state = Mutex((now: [ObjectKey: Int](), mostOfOne: 0, most: 0))
        func enter(_ key: ObjectKey) {
            state.withLock {
                $0.now[key, default: 0] += 1
                $0.mostOfOne = max($0.mostOfOne, $0.now[key]!)
                $0.most = max($0.most, $0.now.values.reduce(0, +))
            }
        }
        func leave(_ key: ObjectKey) { state.withLock { $0.now[key]! -= 1 } }
        var mostOfOne: Int { state.withLock { $0.mostOfOne } }
        var most: Int { state.withLock { $0.most } }
    }

    private func running(_ service: any Service, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    @Test func `Nothing is reconciled before the stores are synced; then what is there, and what changes`() async throws {
        let writer = StoreWriter<ConfigMap>()
        let seen = Recorder<String>()
        let controller = Controller<ObjectKey>(
            "test", triggers: [.changes(of: writer.store)], logger: silent, surroundings: ManualTime().surroundings
        ) { key in
            seen.add("\(key.name) \(writer.store.get(key)?.metadata.resourceVersion ?? "gone")")
            return .awaitChange
        }
        try await running(controller) {
            controller.enqueue(key("early"))
            for _ in 0..<50 { await Task.yield() }
            #expect(seen.all.isEmpty)
            writer.replace([object("x", 1)], resourceVersion: "1")
            try await eventually("both") { Set(seen.all) == ["early gone", "x 1"] }
            writer.apply(.modified(object("x", 2)))
            try await eventually("the change") { seen.all.contains("x 2") }
            writer.apply(.deleted(object("x", 3)))
            try await eventually("the deletion") { seen.all.contains("x gone") }
        }
        #expect(seen.count == 4)
    }

    @Test func `What happens now goes before what was there at the start`() async throws {
        let writer = StoreWriter<ConfigMap>()
        let seen = Recorder<String>()
        let goOn = Mutex(false)
        let controller = Controller<ObjectKey>("test", triggers: [.changes(of: writer.store)], workers: 1, logger: silent) { key in
            seen.add(key.name)
            while !goOn.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            return .awaitChange
        }
        writer.replace((0..<30).map { object("old\($0)", 1) }, resourceVersion: "1")
        try await running(controller) {
            try await eventually("the first of the old") { seen.count == 1 }
            let last = (0..<30).map { "old\($0)" }.first { $0 != seen.all[0] }!
            writer.apply(.modified(object(last, 2)))
            writer.apply(.added(object("new", 3)))
            goOn.withLock { $0 = true }
            try await eventually("all") { seen.count == 31 }
            #expect(Array(seen.all[1...2]) == [last, "new"])
        }
    }

    @Test func `Keys come from what a change concerns`() async throws {
        let writer = StoreWriter<ConfigMap>()
        let seen = Recorder<String>()
        let trigger = Trigger<String>.changes(of: writer.store) { $0.object.metadata.ownerReferences.map(\.name) }
        let controller = Controller<String>("test", triggers: [trigger], logger: silent) { key in
            seen.add(key)
            return .awaitChange
        }
        writer.replace([object("x", 1, owners: ["one", "two"]), object("y", 1)], resourceVersion: "1")
        try await running(controller) { try await eventually("the owners") { Set(seen.all) == ["one", "two"] } }
    }

    @Test func `One key is never reconciled twice at once, and no more keys than there are workers`() async throws {
        let writer = StoreWriter<ConfigMap>()
        let gauge = Gauge()
        let done = Recorder<ObjectKey>()
        let controller = Controller<ObjectKey>("test", triggers: [.changes(of: writer.store)], workers: 3, logger: silent) { key in
            gauge.enter(key)
            for _ in 0..<5 { await Task.yield() }
            gauge.leave(key)
            done.add(key)
            return .awaitChange
        }
        try await running(controller) {
            writer.replace((0..<6).map { object("x\($0)", 1) }, resourceVersion: "1")
            for version in 2..<60 { writer.apply(.modified(object("x\(version % 6)", version))) }
            try await eventually("all keys") { Set(done.all).count == 6 && controller.isIdle }
        }
        #expect(gauge.mostOfOne == 1)
        #expect(gauge.most <= 3)
    }

    @Test func `A reconcile is due again when it says so`() async throws {
        let time = ManualTime()
        let times = Recorder<Duration>()
        let controller = Controller<String>("test", triggers: [], logger: silent, surroundings: time.surroundings) { _ in
            times.add(time.now - .seconds(1000))
            return times.count < 3 ? .after(.seconds(30)) : .awaitChange
        }
        controller.enqueue("a", after: .seconds(10))
        try await running(controller) {
            try await eventually("three reconciles") {
                if controller.isIdle { time.advanceToNextSleeper(within: .seconds(50)) }  // not to the reconciles' deadline
                return times.count == 3
            }
        }
        #expect(times.all == [10, 40, 70].map { .seconds($0) })
    }

    private struct Broken: Error {}

    @Test(
        "What went wrong decides when to try again",
        arguments: [
            (Broken() as any Error, [0, 1000, 3000, 7000]),
            (KubeError(.serviceUnavailable, status: 503, message: ""), [0, 1000, 3000, 7000]),
            (KubeError(.tooManyRequests, status: 429, message: "", retryAfter: .seconds(5)), [0, 5000, 10_000, 15_000]),
            (KubeError(.conflict, status: 409, message: ""), [0, 1000, 3000, 7000]), (CancellationError(), [0, 1000, 3000, 7000]),
            (TerminalError(reason: "NoPolicy", message: ""), [0]),
        ] as [(any Error & Sendable, [Int])])
    func failures(error: any Error & Sendable, milliseconds: [Int]) async throws {
        let time = ManualTime()
        let times = Recorder<Duration>()
        let controller = Controller<String>(
            "test", triggers: [], backoff: Backoff(base: .seconds(1), cap: .seconds(60)), logger: silent, surroundings: time.surroundings
        ) { _ in
            times.add(time.now - .seconds(1000))
            if times.count < 4 { throw error }
            return .awaitChange
        }
        controller.enqueue("a")
        try await running(controller) {
            try await eventually("the reconciles: \(times.all)") {
                if controller.isIdle, times.count < milliseconds.count { time.advanceToNextSleeper(within: .seconds(50)) }
                return times.count == milliseconds.count && controller.isIdle
            }
            for _ in 0..<50 { await Task.yield() }
        }
        #expect(times.all == milliseconds.map { .milliseconds($0) })
    }

    @Test func `A reconcile that takes too long is cancelled and counts as failed`() async throws {
        let time = ManualTime()
        let outcomes = Recorder<String>()
        let controller = Controller<String>(
            "test", triggers: [], deadline: .seconds(60),
            errors: ErrorPolicy { error, failures in
                outcomes.add("\(error) \(failures)")
                return .awaitChange
            }, logger: silent, surroundings: time.surroundings
        ) { _ in
            do { try await Task.sleep(for: .seconds(3600)) } catch {
                outcomes.add("cancelled")
                throw error
            }
            return .awaitChange
        }
        controller.enqueue("a")
        try await running(controller) {
            try await eventually("the deadline") {
                time.advanceToNextSleeper()
                return outcomes.count == 2
            }
        }
        #expect(outcomes.all == ["cancelled", "the reconcile was cancelled after 60.0 seconds 1"])
    }

    @Test func `Deadlines are kept for each reconcile by one clock, however many have ended before`() async throws {
        let time = ManualTime()
        let (started, outcomes) = (Recorder<String>(), Recorder<String>())
        let controller = Controller<String>(
            "test", triggers: [], deadline: .seconds(60),
            errors: ErrorPolicy { error, _ in
                outcomes.add("\(error)")
                return .awaitChange
            }, logger: silent, surroundings: time.surroundings
        ) { key in
            started.add(key)
            guard key.hasPrefix("slow") else { return .awaitChange }
            do { try await Task.sleep(for: .seconds(3600)) } catch {
                outcomes.add("\(key) ends at \((time.now - .seconds(1000)).components.seconds)")
                throw error
            }
            return .awaitChange
        }
        try await running(controller) {
            for number in 0..<200 { controller.enqueue("quick \(number)") }
            try await eventually("the quick ones") { started.count == 200 && controller.isIdle }
            #expect(time.sleepers <= 1, "no timer stays for what has ended")
            time.advance(.seconds(20))
            controller.enqueue("slow 1")
            try await eventually("the first slow one") { started.count == 201 }
            time.advance(.seconds(25))
            controller.enqueue("slow 2")
            try await eventually("the second slow one") { started.count == 202 }
            for (deadline, count) in [(1080, 2), (1105, 4)] {
                try await eventually("a deadline: \(outcomes.all)") {
                    if time.now < .seconds(deadline) { time.advanceToNextSleeper(within: .seconds(60)) }
                    return outcomes.count == count
                }
            }
        }
        let timeout = "the reconcile was cancelled after 60.0 seconds"
        #expect(outcomes.all == ["slow 1 ends at 80", timeout, "slow 2 ends at 105", timeout])
    }

    @Test(
        "A newer generation, and deletion, cancel a reconcile of the older; a mere status change does not",
        arguments: [
            ("generation", true), ("deletion", true), ("status", false),
        ])
    func superseding(what: String, cancels: Bool) async throws {
        func generation(_ generation: Int64, _ version: Int) -> ConfigMap {
            var object = object("x", version)
            object.metadata.generation = generation
            return object
        }
        let writer = StoreWriter<ConfigMap>()
        let (outcomes, failures) = (Recorder<String>(), Recorder<String>())
        let goOn = Mutex(false)
        let controller = Controller<ObjectKey>(
            "test", triggers: [.changes(of: writer.store)],
            errors: ErrorPolicy { error, _ in
                failures.add("\(error)")
                return .awaitChange
            }, generation: { writer.store.get($0)?.metadata.generation }, logger: silent
        ) { key in
            let version = writer.store.get(key)?.metadata.resourceVersion ?? "gone"
            outcomes.add("start \(version)")
            do {
                while version == "1", !goOn.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                outcomes.add("end \(version)")
            } catch {
                outcomes.add("cancelled \(version)")
                throw error
            }
            return .awaitChange
        }
        writer.replace([generation(1, 1)], resourceVersion: "1")
        try await running(controller) {
            try await eventually("the start") { outcomes.all == ["start 1"] }
            switch what {
            case "generation": writer.apply(.modified(generation(2, 2)))
            case "deletion": writer.apply(.deleted(generation(1, 2)))
            default: writer.apply(.modified(generation(1, 2)))
            }
            if !cancels { goOn.withLock { $0 = true } }
            try await eventually("the second: \(outcomes.all)") { outcomes.count == 4 }
        }
        let second = what == "deletion" ? "gone" : "2"
        #expect(outcomes.all == ["start 1", cancels ? "cancelled 1" : "end 1", "start \(second)", "end \(second)"])
        #expect(failures.all.isEmpty, "cancellation is no failure")
    }

    @Test func `A graceful shutdown lets what runs come to its end, and starts nothing more`() async throws {
        let outcomes = Recorder<String>()
        let goOn = Mutex(false)
        let controller = Controller<String>("test", triggers: [], workers: 1, logger: silent) { key in
            outcomes.add("start \(key)")
            while !goOn.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            outcomes.add("end \(key)")
            return .after(.zero)
        }
        controller.enqueue("a")
        controller.enqueue("b")
        let group = ServiceGroup(services: [controller], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the start") { outcomes.count == 1 }
            await group.triggerGracefulShutdown()
            try await eventually("it hears of the shutdown") { controller.queue.isShutDown }
            goOn.withLock { $0 = true }
            try await tasks.waitForAll()
        }
        #expect(outcomes.all == ["start a", "end a"])
    }

    @Test func `Cancellation ends what runs, and the controller`() async throws {
        let outcomes = Recorder<String>()
        let controller = Controller<String>("test", triggers: [], logger: silent) { key in
            outcomes.add("start")
            do { try await Task.sleep(for: .seconds(3600)) } catch { outcomes.add("cancelled") }
            throw CancellationError()
        }
        controller.enqueue("a")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await #expect(throws: CancellationError.self) { try await controller.run() } }
            try? await eventually("the start") { outcomes.count == 1 }
            group.cancelAll()
        }
        #expect(outcomes.all == ["start", "cancelled"])
    }

    @Test func `A shutdown before the stores are synced ends the controller`() async throws {
        let controller = Controller<ObjectKey>("test", triggers: [.changes(of: StoreWriter<ConfigMap>().store)], logger: silent) { _ in
            .awaitChange
        }
        let group = ServiceGroup(services: [controller], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await Task.yield()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
