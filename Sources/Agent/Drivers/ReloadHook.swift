import Glibc
import HTTPCore
import HTTPTypes
import JSON
import KubeRuntime

/// Has the running host load what `current` links to.
struct ReloadHook: Sendable {
    let settings: ReloadSettings
    let transport: any Transport
    let surroundings: Surroundings

    /// Returns when the host has done it, or, where a signal is all there is, when it was told.
    /// - Throws: `SlotFailure`: unreachable when there is no host to tell, module when the host refuses or takes too long.
    func run(environment: [String: String]) async throws {
        switch settings.way {
        case .http(let url, let method): try await call(url, method)
        case .signal(let number, let pidFile): try signal(number, pidFile)
        case .command(let arguments): try await execute(arguments, environment)
        }
    }

    private func call(_ url: HostURL, _ method: String) async throws {
        let request = HTTPRequest(
            method: HTTPRequest.Method(method) ?? .post, scheme: url.scheme, authority: url.authority, path: url.path,
            headerFields: [.contentLength: "0"])
        let limits = TransferLimits(connect: .seconds(2), firstByte: settings.timeout, idle: settings.timeout, whole: settings.timeout)
        do {
            let answer = try await transport.send(request, limits: limits, upTo: 1 << 16)
            guard (200...299).contains(answer.head.status.code) else {
                throw SlotFailure(
                    .module, "ReloadFailed", "\(method) \(url): the host answers \(answer.head.status.code): \(excerpt(answer.body))")
            }
        } catch let error as TransportError {
            throw SlotFailure(HostURL.isDown(error) ? .unreachable : .module, "ReloadFailed", "\(method) \(url): \(error.message)")
        }
    }

    private func signal(_ number: Int32, _ pidFile: String) throws {
        let text = try? Disk.real.read(pidFile, upTo: 64)
        let digits = text.map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
        guard let process = digits.flatMap({ pid_t($0) }), process > 1 else {
            throw SlotFailure(
                .unreachable, "ReloadFailed", "\(pidFile): wanted the host's process id, found \(digits?.printable ?? "no file")")
        }
        guard kill(process, number) == 0 else {
            throw SlotFailure(
                .unreachable, "ReloadFailed", "process \(process) of \(pidFile) can't be signalled: \(String(cString: strerror(errno)))")
        }
    }

    private func execute(_ arguments: [String], _ environment: [String: String]) async throws {
        let ended = try await ChildProcess.run(arguments, environment: environment, timeout: settings.timeout, surroundings: surroundings)
        guard let complaint = ended.complaint else { return }
        throw SlotFailure(.module, "ReloadFailed", "\(arguments[0]): \(complaint)")
    }
}

/// The beginning of what a host said, on one line.
func excerpt(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(400), as: UTF8.self)
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    return words.isEmpty ? "nothing" : words.printable
}
