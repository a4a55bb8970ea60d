import GraftHost
import HTTPCore
import HTTPTypes
import JSON
import Synchronization

@testable import Agent

/// A host in this process that does what the example host does: loads what `current` links to when it is told, and says which
/// version it runs.
final class LinkedHost: Transport {
    private let slotDirectory: String
    private let state = Mutex(State())

    private struct State {
        var running: JSON?
        /// What has a part of the calls, and by which rule.
        var canary: JSON?
        var isUp = true
        var process = 1
        /// How often it was told to load anew what it runs.
        var restarts = 0
        /// Hears which version was loaded, before who asked for it does.
        var onReload: (@Sendable (String?) -> Void)?
    }

    init(slotDirectory: String) { self.slotDirectory = slotDirectory }

    var version: String? { state.withLock { $0.running?["version"]?.string } }
    var canaryVersion: String? { state.withLock { $0.canary?["version"]?.string } }
    var rule: String? { state.withLock { $0.canary?["rule"]?.string } }

    var restarts: Int { state.withLock { $0.restarts } }

    func whenReloaded(_ hear: @escaping @Sendable (String?) -> Void) { state.withLock { $0.onReload = hear } }

    func kill() { state.withLock { ($0.isUp, $0.running, $0.canary) = (false, nil, nil) } }

    func start() {
        let (linked, linkedCanary) = (linked, linkedCanary)
        state.withLock { state in
            state.isUp = true
            state.process += 1
            (state.running, state.canary) = (linked, linkedCanary)
        }
    }

    /// What it would load: only a whole directory counts.
    var linked: JSON? { linked(by: "current") }

    /// What it would load beside it, with the rule's name; nil where there is no rule.
    var linkedCanary: JSON? {
        let text = try? Disk.real.read("\(slotDirectory)/routing.json")
        guard let json = text.flatMap({ try? JSON.parse($0) }), let document = try? RoutingDocument(from: json),
            var canary = linked(by: "canary")
        else { return nil }
        canary["rule"] = .string(document.name)
        return canary
    }

    private func linked(by name: String) -> JSON? {
        let current = "\(slotDirectory)/\(name)"
        guard Disk.real.size(of: "\(slotDirectory)/\(Disk.real.target(ofLink: current) ?? "-")/libfilter.so") != nil else { return nil }
        return (try? Disk.real.read("\(current)/graft.json")).flatMap { try? JSON.parse($0) }
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let (linked, linkedCanary) = (linked, linkedCanary)
        let (status, bytes) = try state.withLock { state -> (Int, [UInt8]) in
            guard state.isUp else { throw TransportError(.refused, "nothing listens there") }
            if request.path == "/restart" { state.restarts += 1 }
            if request.path == "/reload" || request.path == "/restart" {
                (state.running, state.canary) = (linked, linkedCanary)
                state.onReload?(linked?["version"]?.string)
            }
            guard var running = request.path == "/canary" ? state.canary : state.running else {
                return (request.path == "/reload" ? 200 : 503, [])
            }
            running["process"] = .integer(Int64(state.process))
            return (200, running.bytes())
        }
        var parts: [[UInt8]] = bytes.isEmpty ? [] : [bytes]
        var answer = ResponseBody { parts.popLast() }
        return try await handle(HTTPResponse(status: .init(code: status)), &answer)
    }

    static func settings(_ directory: String, routes: Bool = false, restarts: Bool = false) -> DirectorySettings {
        func probe(_ path: String, rule: String? = nil) -> ProbeSettings {
            ProbeSettings(
                .http(
                    HostURL("http://host\(path)")!,
                    .init(
                        version: try? JSONPointer("/version"), digest: try? JSONPointer("/digest"), process: try? JSONPointer("/process"),
                        rule: rule.flatMap { try? JSONPointer($0) })))
        }
        return DirectorySettings(
            directory: directory, reload: ReloadSettings(.http(HostURL("http://host/reload")!, method: "POST")),
            restart: restarts ? ReloadSettings(.http(HostURL("http://host/restart")!, method: "POST")) : nil, probe: probe("/version"),
            routing: routes ? RoutingSettings(probe: probe("/canary", rule: "/rule")) : nil)
    }
}
