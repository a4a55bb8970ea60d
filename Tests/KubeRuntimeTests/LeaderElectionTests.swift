import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct LeaderElectionTests {
    private func candidate(
        _ name: String, _ server: LeaseServer, _ time: ManualTime, _ log: Recorder<String>
    ) throws -> LeaderElection {
        LeaderElection(
            client: try server.client(), namespace: "a", name: "l", identity: name, logger: silent, surroundings: time.surroundings
        ) {
            log.add("\(name) leads")
            do { try await gracefulShutdown() } catch {
                log.add("\(name) is cancelled")
                throw error
            }
            log.add("\(name) ends")
        }
    }

    @Test func `One leads; when it is stopped it gives the lease up, and the other leads within the retry period`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let first = try candidate("one", server, time, log)
        let second = try candidate("two", server, time, log)
        let group = ServiceGroup(services: [first], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first leads") { log.all == ["one leads"] }
            #expect(first.isLeading && first.fence.isOpen && server.holder == "one")
            tasks.addTask { try await second.run() }
            try await eventually("renewals") {
                time.jump(.seconds(Int.random(in: -100_000...100_000)))
                time.advanceToNextSleeper(within: .seconds(3), asleep: 2)
                return time.now > .seconds(1060) && second.holder == "one"
            }
            #expect(!second.isLeading && !second.fence.isOpen && log.count == 1)

            let stopped = time.now
            await group.triggerGracefulShutdown()
            try await eventually("the lease is given up") { server.holder == "" }
            try await eventually("the second leads; \(log.all)") {
                if !second.isLeading { time.advanceToNextSleeper(within: .seconds(3), asleep: 1) }
                return log.all.contains("two leads")
            }
            #expect(log.all == ["one leads", "one ends", "two leads"])
            #expect(!first.fence.isOpen)
            #expect(time.now - stopped <= .seconds(2))
            tasks.cancelAll()
            while let result = await tasks.nextResult() { _ = result }
        }
    }

    @Test func `After a leader has vanished the other leads within the lease's duration and a retry period`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let first = try candidate("one", server, time, log)
        let second = try candidate("two", server, time, log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await second.run(after: { log.all.contains("one leads") }) }
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { victim in
                    victim.addTask { try await first.run() }
                    try await eventually("the first leads") { log.count == 1 }
                    try await eventually("renewals") {
                        time.advanceToNextSleeper(within: .seconds(3), asleep: 2)
                        return time.now > .seconds(1030) && second.holder == "one"
                    }
                    victim.cancelAll()
                    try await victim.waitForAll()
                }
            }
            let vanished = time.now
            #expect(server.holder == "one", "whoever is cancelled gives nothing up")
            try await eventually("the second leads; \(log.all)") {
                time.jump(.seconds(Int.random(in: -100_000...100_000)))
                if !second.isLeading { time.advanceToNextSleeper(within: .seconds(3), asleep: 1) }
                return log.all.contains("two leads")
            }
            #expect(time.now - vanished <= .seconds(17))
            #expect(time.now - vanished >= .seconds(13), "not before the lease has run out")
            tasks.cancelAll()
            while let result = await tasks.nextResult() { _ = result }
        }
    }

    @Test func `A leader who was stopped and goes on sends no write, before anyone has told him`() async throws {
        let (server, time) = (LeaseServer(), ManualTime())
        let outcome = Recorder<String>()
        let fence = WriteFence(surroundings: time.surroundings)
        let things = BodyRecorder(["metadata": ["name": "x"]])
        let fenced = Api<ConfigMap>(
            try Client(transport: FencedTransport(things, fence: fence), server: "https://api.test"), namespace: "a")
        await #expect(throws: LeadershipLost.self) { try await fenced.create(object("early", 1)) }
        let election = LeaderElection(
            client: try server.client(), namespace: "a", name: "l", identity: "one", fence: fence, logger: silent,
            surroundings: time.surroundings
        ) {
            try await fenced.mergePatch("x", ["data": ["a": "1"]] as JSON)
            // Then all of the process stands still for longer than the renew deadline.
            time.standStill(.seconds(11))
            do { try await fenced.mergePatch("x", ["data": ["a": "2"]] as JSON) } catch { outcome.add("\(error)") }
            _ = try await fenced.get("x")
            outcome.add("read")
            time.advance(.zero)
            try await Task.sleep(for: .seconds(3600))
        }
        await #expect(throws: LeadershipLost.self) { try await election.run() }
        #expect(outcome.all == ["leadership lost: it was not renewed in time; nothing is written any more", "read"])
        #expect(things.bodies == [["data": ["a": "1"]]])
    }

    @Test func `A leader who is cut off stops before another can lead`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let election = try candidate("one", server, time, log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                let error = await #expect(throws: LeadershipLost.self) { try await election.run() }
                log.add("\(error?.message ?? "")")
            }
            try await eventually("it leads") { log.all == ["one leads"] }
            server.goDown()
            let cut = time.now
            try await eventually("it stops") {
                time.advanceToNextSleeper()
                return log.count == 3
            }
            #expect(log.all == ["one leads", "one is cancelled", "the lease could not be renewed for 10.0 seconds"])
            #expect(time.now - cut <= .seconds(10))
        }
        #expect(!election.isLeading)
    }

    @Test func `A leader whose lease was taken stops and does not touch it`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let election = try candidate("one", server, time, log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await #expect(throws: LeadershipLost.self) { try await election.run() } }
            try await eventually("it leads") { log.all == ["one leads"] }
            server.steal("thief")
            try await eventually("it stops") {
                time.advanceToNextSleeper(within: .seconds(3), asleep: 1)
                return log.all.contains("one is cancelled")
            }
            try await tasks.waitForAll()
        }
        #expect(server.holder == "thief")
    }

    @Test func `Work that fails ends the leadership, and its error is the election's`() async throws {
        struct Failed: Error {}
        let (server, time) = (LeaseServer(), ManualTime())
        let election = LeaderElection(
            client: try server.client(), namespace: "a", name: "l", identity: "one", logger: silent, surroundings: time.surroundings
        ) { throw Failed() }
        await #expect(throws: Failed.self) { try await election.run() }
        #expect(server.holder == "", "the lease was given up")
    }

    @Test func `A candidate who is stopped while another leads ends, without a word`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let first = try candidate("one", server, time, log)
        let second = try candidate("two", server, time, log)
        let group = ServiceGroup(services: [second], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await first.run() }
            try await eventually("the first leads") { log.count == 1 }
            try await withThrowingTaskGroup(of: Void.self) { inner in
                inner.addTask { try await group.run() }
                try await eventually("the second looks") { second.holder == "one" }
                await group.triggerGracefulShutdown()
                try await inner.waitForAll()
            }
            tasks.cancelAll()
            while let result = await tasks.nextResult() { _ = result }
        }
        #expect(log.all == ["one leads", "one is cancelled"])
    }
}

extension LeaderElection {
    /// Runs once a condition holds.
    fileprivate func run(after condition: @escaping @Sendable () -> Bool) async throws {
        try await eventually("the condition") { condition() }
        try await run()
    }
}
