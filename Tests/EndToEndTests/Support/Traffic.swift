import HTTPCore
import HTTPTransport
import HTTPTypes

/// Requests to all hosts all the time, by a process of their own, and what the hosts say they have answered.
final class Traffic: Sendable {
    private let process: RunningProcess
    private let client = HTTPClient(HTTPClient.Configuration(proxy: .none))

    init(_ fleet: Fleet) throws {
        let cluster = fleet.cluster
        let targets = cluster.directory + "/targets"
        try File.write(fleet.members.map { "\($0.port)\n" }.joined(), to: targets)
        process = try cluster.processes.start(
            "traffic", [ExampleProgram.client, "--targets", targets, "--stats", cluster.directory + "/traffic.json", "--pause-ms", "1"])
    }

    func stop() { process.killNow() }

    private func get(_ path: String, from member: FleetMember) async throws -> (version: String?, text: String) {
        let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(member.port)", path: path)
        let response = try await client.send(request, limits: TransferLimits(connect: .seconds(60)))
        return (response.head.headerFields[HTTPField.Name("X-Filter-Version")!], String(decoding: response.body, as: UTF8.self))
    }

    /// Calls that each host has answered since it began, well or not.
    func answered(by members: [FleetMember]) async throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for member in members {
            let lines = try await get("/-/metrics", from: member).text.split(separator: "\n").filter {
                $0.hasPrefix("http_requests_total{")
            }
            counts[member.name] = lines.compactMap { $0.split(separator: " ").last.flatMap { Int64($0) } }.reduce(0, +)
        }
        return counts
    }

    /// Names of those that run a version.
    func members(_ members: [FleetMember], running version: String) async throws -> [String] {
        var names: [String] = []
        for member in members where try await get("/-/version", from: member).version == version { names.append(member.name) }
        return names
    }
}
