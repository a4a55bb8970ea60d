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
        var isUp = true
        var process = 1
        /// Hears which version was loaded, before who asked for it does.
        var onReload: (@Sendable (String?) -> Void)?
    }

    init(slotDirectory: String) { self.slotDirectory = slotDirectory }

    var version: String? { state.withLock { $0.running?["version"]?.string } }

    func whenReloaded(_ hear: @escaping @Sendable (String?) -> Void) { state.withLock { $0.onReload = hear } }

    func kill() { state.withLock { ($0.isUp, $0.running) = (false, nil) } }

    func start() {
        let linked = linked
        state.withLock { state in
            state.isUp = true
            state.process += 1
            state.running = linked
        }
    }

    /// What it would load: only a whole directory counts.
    var linked: JSON? {
        let current = "\(slotDirectory)/current"
        guard Disk.real.size(of: "\(slotDirectory)/\(Disk.real.target(ofLink: current) ?? "-")/libfilter.so") != nil else { return nil }
        return (try? Disk.real.read("\(current)/graft.json")).flatMap { try? JSON.parse($0) }
    }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        let linked = linked
        let (status, bytes) = try state.withLock { state -> (Int, [UInt8]) in
            guard state.isUp else { throw TransportError(.refused, "nothing listens there") }
            if request.path == "/reload" {
                state.running = linked
                state.onReload?(linked?["version"]?.string)
            }
            guard var running = state.running else { return (request.path == "/reload" ? 200 : 503, []) }
            running["process"] = .integer(Int64(state.process))
            return (200, running.bytes())
        }
        var parts: [[UInt8]] = bytes.isEmpty ? [] : [bytes]
        var answer = ResponseBody { parts.popLast() }
        return try await handle(HTTPResponse(status: .init(code: status)), &answer)
    }

    static func settings(_ directory: String) -> DirectorySettings {
        DirectorySettings(
            directory: directory, reload: ReloadSettings(.http(HostURL("http://host/reload")!, method: "POST")),
            probe: ProbeSettings(
                .http(
                    HostURL("http://host/version")!,
                    .init(version: try? JSONPointer("/version"), digest: try? JSONPointer("/digest"), process: try? JSONPointer("/process"))
                )
            ))
    }
}
