import Harness
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

    @Test func `One leads; when it is stopped it gives the lease up, and the other leads at once`() async throws {
        let (server, time, log) = (LeaseServer(), ManualTime(), Recorder<String>())
        let first = try candidate("one", server, time, log)
        let second = try candidate("two", server, time, log)
        let group = ServiceGroup(services: [first], logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first leads") { log.all == ["one leads"] }
            #expect(first.isLeading && server.holder == "one")
            tasks.addTask { try await second.run() }
            try await eventually("renewals") {
                time.advanceToNextSleeper(within: .seconds(3))
                return time.now > .seconds(1060) && second.holder == "one"
            }
            #expect(!second.isLeading && log.count == 1)

            let stopped = time.now
            await group.triggerGracefulShutdown()
            try await eventually("the second leads; \(log.all)") {
                if log.all.contains("one ends") { time.advanceToNextSleeper(within: .seconds(3)) }
                return log.all.contains("two leads")
            }
            #expect(log.all == ["one leads", "one ends", "two leads"])
            #expect(time.now - stopped <= .seconds(10), "without waiting for the lease to run out")
            tasks.cancelAll()
            while let result = await tasks.nextResult() { _ = result }
        }
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
                time.advanceToNextSleeper(within: .seconds(3))
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
