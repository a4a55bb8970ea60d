import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import Synchronization

/// Asks every host all the time which version runs in it, and remembers every answer that names none.
final class Prober: Sendable {
    private struct Observed {
        var failures: Set<String> = []
        var latest: [String: String] = [:]
        var seen: [String: [String]] = [:]
        var asked = 0
    }
    private let members: [FleetMember]
    private let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
    private let observed = Mutex(Observed())

    init(_ members: [FleetMember]) { self.members = members }

    /// What went wrong; empty when every host always served a version.
    var failures: Set<String> { observed.withLock { $0.failures } }
    var asked: Int { observed.withLock { $0.asked } }
    /// Which version each host serves now.
    var versions: [String] { observed.withLock { observed in members.map { observed.latest[$0.name] ?? "none" } } }
    /// The versions each host has served, in order, each turn once.
    func history(of member: FleetMember) -> [String] { observed.withLock { $0.seen[member.name] ?? [] } }
    /// Every version that any host has served.
    var everServed: Set<String> { observed.withLock { Set($0.seen.values.joined()) } }

    /// Waits until what each host serves is as wanted.
    func waits(until what: String, within limit: Duration = .seconds(60), _ condition: ([String]) -> Bool) async throws {
        try await eventually("\(what); hosts serve \(versions)", within: limit, every: .milliseconds(20)) { condition(versions) }
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for member in members { group.addTask { try await self.ask(member) } }
            try await group.waitForAll()
        }
    }

    /// The header names the version even when the module says that it does not work, which only the broken one may.
    private func ask(_ member: FleetMember) async throws {
        let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(member.port)", path: "/-/version")
        let header = HTTPField.Name("X-Filter-Version")!
        while true {
            do {
                let response = try await client.send(request, limits: TransferLimits(connect: .seconds(60)))
                let version = response.head.headerFields[header]
                if let version { note(member, serves: version) }
                if version == nil || response.head.status != .ok && version != ExampleProgram.broken {
                    fail(member, "\(response.head.status) \(version ?? "no version"): \(String(decoding: response.body, as: UTF8.self))")
                }
            } catch let error as TransportError {
                fail(member, error.description)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func note(_ member: FleetMember, serves version: String) {
        observed.withLock { observed in
            observed.asked += 1
            observed.latest[member.name] = version
            if observed.seen[member.name]?.last != version { observed.seen[member.name, default: []].append(version) }
        }
    }

    private func fail(_ member: FleetMember, _ why: String) { observed.withLock { _ = $0.failures.insert("\(member.name): \(why)") } }
}

/// Runs `body` while every host is asked all the time.
func probing<Result>(_ fleet: Fleet, _ body: (Prober) async throws -> Result) async throws -> Result {
    let prober = Prober(fleet.members)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do { try await prober.run() } catch is CancellationError {}
        }
        defer { group.cancelAll() }
        return try await body(prober)
    }
}
