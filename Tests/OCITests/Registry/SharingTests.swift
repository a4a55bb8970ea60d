import HTTPCore
import Synchronization
import Testing

@testable import OCI

/// Holds whoever waits until it is opened.
private final class Latch: Sendable {
    private let isOpen = Mutex(false)
    func open() { isOpen.withLock { $0 = true } }
    func wait() async throws {
        while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
    }
}

@Suite("Work that several want at the same time", .timeLimit(.minutes(3)))
struct SingleFlightTests {
    @Test("is done once, and all get its result")
    func once() async throws {
        let flights = SingleFlight<String, Int>()
        let (latch, runs) = (Latch(), Counter())
        try await withThrowingTaskGroup(of: Int.self) { (group) async throws in
            for _ in 0..<20 {
                group.addTask {
                    try await flights.value(for: "a") {
                        try await latch.wait()
                        return runs.add()
                    }
                }
            }
            #expect(try await eventually { flights.waiting(for: "a") == 20 })
            latch.open()
            for try await value in group { #expect(value == 1) }
        }
        #expect(flights.count == 0)
        #expect(try await flights.value(for: "a") { runs.add() } == 2)
    }

    @Test("goes on when the one who began it goes away, and ends when the last one does")
    func cancellation() async throws {
        let flights = SingleFlight<String, Int>()
        let (latch, ends) = (Latch(), Counter())
        let work: @Sendable () async throws -> Int = {
            do { try await latch.wait() } catch {
                ends.add()
                throw error
            }
            return 7
        }
        try await withThrowingTaskGroup(of: Int.self) { (others) async throws in
            try await withThrowingTaskGroup(of: Int.self) { (first) async throws in
                first.addTask { try await flights.value(for: "a", work) }
                #expect(try await eventually { flights.waiting(for: "a") == 1 })
                others.addTask { try await flights.value(for: "a", work) }
                #expect(try await eventually { flights.waiting(for: "a") == 2 })
                first.cancelAll()
                await #expect(throws: CancellationError.self) { _ = try await first.next() }
            }
            #expect(flights.waiting(for: "a") == 1)
            #expect(ends.value == 0)
            others.cancelAll()
            await #expect(throws: CancellationError.self) { _ = try await others.next() }
            // The work has ended before its last caller returns.
            #expect(ends.value == 1)
            #expect(flights.count == 0)
        }
    }

    @Test("that was given up is not what a newcomer waits for")
    func newcomer() async throws {
        let flights = SingleFlight<String, Int>()
        let (stubborn, began) = (Latch(), Counter())
        try await withThrowingTaskGroup(of: Int.self) { (group) async throws in
            group.addTask {
                try await flights.value(for: "a") {
                    began.add()
                    // Deaf to cancellation for a while.
                    while (try? await stubborn.wait()) == nil { await Task.yield() }
                    return 1
                }
            }
            #expect(try await eventually { began.value == 1 })
            group.cancelAll()
            #expect(try await eventually { flights.waiting(for: "a") == 0 })
            #expect(try await flights.value(for: "a") { 2 } == 2)
            stubborn.open()
            await #expect(throws: CancellationError.self) { _ = try await group.next() }
        }
    }

    @Test("fails for all alike")
    func failure() async throws {
        let flights = SingleFlight<String, Int>()
        #expect(await code { _ = try await flights.value(for: "a") { throw OCIError(.denied, "x") } } == .denied)
        #expect(try await flights.value(for: "a") { 3 } == 3)
    }

    @Test("is not begun by one who has gone already")
    func gone() async throws {
        let (flights, runs) = (SingleFlight<String, Int>(), Counter())
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await #expect(throws: CancellationError.self) { try await flights.value(for: "a") { runs.add() } } }
        }
        #expect(runs.value == 0)
    }
}

@Suite("A turnstile", .timeLimit(.minutes(3)))
struct TurnstileTests {
    /// Who came in, and how many were inside at once.
    private final class Visitors: Sendable {
        private let state = Mutex((inside: 0, most: 0, order: [Int]()))
        var most: Int { state.withLock { $0.most } }
        var order: [Int] { state.withLock { $0.order } }

        func enter(_ index: Int) {
            state.withLock { state in
                state.inside += 1
                state.most = max(state.most, state.inside)
                state.order.append(index)
            }
        }

        func leave() { state.withLock { $0.inside -= 1 } }
    }

    @Test("lets so many in at once, the others in order, and forgets who goes away")
    func order() async throws {
        let turnstile = Turnstile(2)
        let latch = Latch()
        let visitors = Visitors()
        try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
            for index in 0..<6 {
                group.addTask {
                    try await turnstile.pass {
                        visitors.enter(index)
                        try await latch.wait()
                        visitors.leave()
                    }
                }
                #expect(try await eventually { turnstile.waiting == max(0, index - 1) && visitors.order.count == min(index + 1, 2) })
            }
            try await withThrowingTaskGroup(of: Void.self) { (impatient) async throws in
                impatient.addTask { try await turnstile.pass {} }
                #expect(try await eventually { turnstile.waiting == 5 })
                impatient.cancelAll()
                await #expect(throws: CancellationError.self) { try await impatient.next() }
            }
            #expect(turnstile.waiting == 4)
            latch.open()
            try await group.waitForAll()
        }
        #expect(visitors.most == 2)
        #expect(Array(visitors.order.prefix(2)) == [0, 1])
        #expect(Set(visitors.order) == Set(0..<6))
        try await turnstile.pass {}
    }
}

@Suite("Simultaneous pulls", .timeLimit(.minutes(3)))
struct SimultaneousPullTests {
    private static let content: [UInt8] = Array("content".utf8)
    private static let blob = Descriptor(mediaType: "a/b", of: content)
    private static let document = ManifestDocument(Manifest(artifactType: "x/y", config: blob, layers: []))

    @Test("of one digest are one request, and the one who goes away does not end it for the others")
    func once() async throws {
        let isOpen = Mutex(false)
        try await withLoopback { request, connection in
            while !isOpen.withLock({ $0 }) { usleepBriefly() }
            if request.path.contains("manifests") {
                connection.answer(200, [("Content-Type", MediaType.manifest)], Self.document.bytes)
            } else {
                connection.answer(200, [], Self.content)
            }
        } _: { (server, repository) async throws in
            let client = repository.client
            let (manifest, blob) = (
                SharedContents.Key(location: repository.location, digest: Self.document.descriptor.digest),
                SharedContents.Key(location: repository.location, digest: Self.blob.digest, size: Self.blob.size)
            )
            try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
                try await withThrowingTaskGroup(of: Void.self) { (leaving) async throws in
                    leaving.addTask { _ = try await repository.manifest(.digest(Self.document.descriptor.digest)) }
                    leaving.addTask { _ = try await repository.blob(Self.blob, upTo: 100) }
                    #expect(
                        try await eventually {
                            client.contents.manifests.waiting(for: manifest) == 1 && client.contents.blobs.waiting(for: blob) == 1
                        })
                    for _ in 0..<10 {
                        group.addTask { () async throws in
                            #expect(try await repository.manifest(.digest(Self.document.descriptor.digest)) == Self.document)
                            #expect(try await repository.blob(Self.blob, upTo: 100) == Self.content)
                        }
                    }
                    #expect(try await eventually { client.contents.manifests.waiting(for: manifest) == 11 })
                    leaving.cancelAll()
                    for _ in 0..<2 { await #expect(throws: CancellationError.self) { try await leaving.next() } }
                }
                isOpen.withLock { $0 = true }
                try await group.waitForAll()
            }
            #expect(server.lines.filter { $0.contains("manifests") }.count == 1)
        }
    }

    @Test("of many things are so many requests at once, and no more")
    func bounded() async throws {
        let state = Mutex((now: 0, most: 0))
        var configuration = RegistryClient.Configuration()
        configuration.parallelism = 3
        try await withLoopback(
            { _, connection in
                state.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                usleepBriefly()
                // Counted out before the answer: with it the client may send the next.
                state.withLock { $0.now -= 1 }
                connection.answer(404)
            }, configuration: configuration
        ) { (server, repository) async throws in
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<30 {
                    group.addTask {
                        #expect(await code { _ = try await repository.manifest(.digest(Digest(of: [UInt8(index)]))) } == .manifestUnknown)
                    }
                }
            }
            #expect(server.lines.count == 30)
            #expect((1...3).contains(state.withLock { $0.most }))
        }
    }
}
