import HTTPCore
import HTTPTypes
import JSON
import KubeRuntime

/// Asks the running host which version it serves.
struct HostProbe: Sendable {
    let settings: ProbeSettings
    let transport: any Transport
    let surroundings: Surroundings

    /// - Parameter rule: name of the rule by which it has a part of the calls.
    /// - Returns: what identifies the process; nil when the host does not say.
    /// - Throws: `SlotFailure`: unreachable when nothing answers, module when the answer is not this version at work.
    func ask(for revision: InstalledRevision, rule: String? = nil, environment: [String: String]) async throws -> String? {
        switch settings.way {
        case .command(let arguments):
            let ended = try await ChildProcess.run(
                arguments, environment: environment, timeout: settings.timeout, surroundings: surroundings)
            if let complaint = ended.complaint { throw SlotFailure(.module, "ProbeFailed", "\(arguments[0]): \(complaint)") }
            return nil
        case .http(let url, let pointers):
            let (status, body) = try await get(url)
            guard (200...299).contains(status) else {
                throw SlotFailure(.module, "ProbeFailed", "GET \(url): the host answers \(status): \(excerpt(body))")
            }
            guard pointers.isAsking else { return nil }
            guard let json = try? JSON.parse(body, limits: JSONLimits(size: 1 << 16, depth: 16)) else {
                throw SlotFailure(.module, "ProbeFailed", "GET \(url): wanted JSON, found: \(excerpt(body))")
            }
            for (pointer, wanted) in [(pointers.version, revision.version), (pointers.digest, revision.digest), (pointers.rule, rule)] {
                guard let pointer, let wanted else { continue }
                let found = json[pointer]?.string
                guard found == wanted else {
                    throw SlotFailure(
                        .module, "ProbeFailed", "GET \(url): \(pointer) is \(found?.printable ?? "not there"), wanted \(wanted)")
                }
            }
            return pointers.process.flatMap { json[$0] }.map { $0.string ?? $0.text() }
        }
    }

    /// - Throws: `SlotFailure` of kind unreachable when no process answers; any answer will do. Commands can't tell.
    func requireReachable() async throws {
        guard case .http(let url, _) = settings.way else { return }
        _ = try await get(url)
    }

    private func get(_ url: HostURL) async throws -> (Int, [UInt8]) {
        let request = HTTPRequest(method: .get, scheme: url.scheme, authority: url.authority, path: url.path)
        let limits = TransferLimits(connect: settings.timeout, firstByte: settings.timeout, idle: settings.timeout, whole: settings.timeout)
        do {
            let answer = try await transport.send(request, limits: limits, upTo: 1 << 16)
            return (answer.head.status.code, answer.body)
        } catch let error as TransportError {
            let kind: SlotFailure.Kind = error.code == .tooLarge || error.code == .malformed ? .module : .unreachable
            throw SlotFailure(kind, "ProbeFailed", "GET \(url): \(error.message)")
        }
    }
}
