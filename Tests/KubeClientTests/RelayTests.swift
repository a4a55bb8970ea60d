import Testing

@testable import KubeClient

@Suite struct RelayTests {
    private struct Broken: Error {}

    @Test func `Everything arrives in order, and then the end`() async throws {
        let relay = Relay<Int>(limit: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<1_000 { try await relay.send(number, weight: 1) }
                relay.finish(.success(()))
            }
            var found: [Int] = []
            while let number = try await relay.next() { found.append(number) }
            #expect(found == Array(0..<1_000))
            try await group.waitForAll()
        }
    }

    @Test func `The maker waits while more than the bound is under way`() async throws {
        let relay = Relay<Int>(limit: 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<10 { try await relay.send(number, weight: 2) }
                relay.finish(.success(()))
            }
            for used in 0..<8 {
                try await until { relay.isHeldUp }
                #expect(relay.waiting == 2)
                #expect(try await relay.next() == used)
            }
            group.cancelAll()
            relay.close()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
    }

    @Test func `An error comes behind what was sent before it`() async throws {
        let relay = Relay<Int>(limit: 10)
        try await relay.send(1, weight: 1)
        relay.finish(.failure(Broken()))
        #expect(try await relay.next() == 1)
        await #expect(throws: Broken.self) { try await relay.next() }
    }

    @Test func `A maker who waits is let go when nothing more is wanted`() async throws {
        let relay = Relay<Int>(limit: 0)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do throws(CancellationError) { try await relay.send(1, weight: 1) } catch { return true }
                return false
            }
            relay.close()
            #expect(await group.next() == true)
        }
    }
}

/// Waits until a condition holds.
func until(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
        try #require(ContinuousClock.now < deadline)
        try await Task.sleep(for: .milliseconds(2))
    }
}
