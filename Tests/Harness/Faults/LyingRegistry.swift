import FoundationEssentials
package import HTTPCore
package import HTTPTypes
package import OCI
import Synchronization
import Verification

/// A registry without sockets that holds an image layout, and lies in some of its answers: always the same ones for the same seed.
///
/// What it passes off comes from another layout, where the same names stand for what somebody else made.
package final class LyingRegistry: Transport, ArtifactLocator {
    /// One way of lying.
    package enum Lie: CaseIterable, Sendable {
        /// Another's content, under its own digest or under the one that was asked for.
        case other, otherUnderThisDigest
        /// A byte of the content changed, some of it missing, or more behind it.
        case changed, short, long
        /// The right content, announced with another length.
        case wrongLength
        /// Another's content, at another host that is led to.
        case elsewhere
        /// To itself, for ever.
        case loop
        case missing, failing, busy
        case empty
        /// Announced as an index, or as a page for people.
        case otherType, page
        /// Wants the caller to prove itself to someone else.
        case unauthorized
    }

    private let honest: ImageLayout
    private let other: ImageLayout
    /// Of a hundred answers, how many are lies.
    private let share: Int
    private let state: Mutex<State>
    private let lies: [Lie]

    private struct State {
        var random: UInt64
        var requests = 0
        var lied = 0
        var now = ContinuousClock.now
    }

    package init(_ honest: ImageLayout, other: ImageLayout, share: Int, lies: [Lie] = Lie.allCases, seed: UInt64) {
        (self.honest, self.other, self.share, self.lies) = (honest, other, share, lies)
        state = Mutex(State(random: seed &* 0x9E37_79B9_7F4A_7C15 | 1))
    }

    package var requests: Int { state.withLock { $0.requests } }
    package var lied: Int { state.withLock { $0.lied } }

    /// A client of its own for each, that waits in no time.
    package func source(of reference: Reference) -> any ArtifactSource {
        var configuration = RegistryClient.Configuration()
        configuration.timing = Timing(
            now: { self.state.withLock { $0.now } }, sleep: { pause in self.state.withLock { $0.now += pause } }, random: { 0.5 })
        return RegistryClient(transport: self, configuration: configuration).repository(of: reference)
    }

    package func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let answer = try await answer(to: request)
        var rest = answer.body[...]
        var stream = ResponseBody {
            let part = Array(rest.prefix(1000))
            rest = rest.dropFirst(1000)
            return part.isEmpty ? nil : part
        }
        return try await handle(HTTPResponse(status: .init(code: answer.status), headerFields: answer.fields), &stream)
    }

    // MARK: Answers

    private struct Answer {
        var status = 200
        var fields: HTTPFields = [:]
        var body: [UInt8] = []
    }

    private func answer(to request: HTTPRequest) async throws -> Answer {
        let lie = next()
        // Whatever host is led to belongs to whoever lies.
        guard request.authority != "elsewhere.example" else { return await content(of: request, in: other) ?? Answer(status: 404) }
        guard var answer = await content(of: request, in: honest) else { return Answer(status: 404) }
        guard let lie else { return answer }
        switch lie {
        case .other: return await content(of: request, in: other) ?? Answer(status: 404)
        case .otherUnderThisDigest: answer.body = await content(of: request, in: other)?.body ?? []
        case .changed: if !answer.body.isEmpty { answer.body[answer.body.count / 2] ^= 1 }
        case .short: answer.body.removeLast(min(answer.body.count, 3))
        case .long: answer.body += Array("   ".utf8)
        case .wrongLength: answer.fields[.contentLength] = "\(answer.body.count + 7)"
        case .elsewhere: return Answer(status: 307, fields: [.location: "https://elsewhere.example\(request.path ?? "/")"])
        case .loop: return Answer(status: 307, fields: [.location: request.path ?? "/"])
        case .missing: return Answer(status: 404)
        case .failing: return Answer(status: 500)
        case .busy: return Answer(status: 429, fields: [.retryAfter: "1"])
        case .empty: answer.body = []
        case .otherType: answer.fields[.contentType] = MediaType.index
        case .page: (answer.fields[.contentType], answer.body) = ("text/html", Array("<html>sign in</html>".utf8))
        case .unauthorized:
            return Answer(status: 401, fields: [.wwwAuthenticate: #"Bearer realm="https://elsewhere.example/token",service="s""#])
        }
        if request.method == .head { answer.body = [] }
        return answer
    }

    /// Whether to lie this time, and how.
    private func next() -> Lie? {
        state.withLock { state in
            state.requests += 1
            state.random ^= state.random << 13
            state.random ^= state.random >> 7
            state.random ^= state.random << 17
            let chance = Int(state.random >> 20)
            guard chance % 100 < share, !lies.isEmpty else { return nil }
            state.lied += 1
            return lies[chance / 100 % lies.count]
        }
    }

    /// What a registry with that layout says; nil for what it hasn't got.
    private func content(of request: HTTPRequest, in layout: ImageLayout) async -> Answer? {
        let parts = (request.path ?? "").split(separator: "/")
        guard parts.count >= 4, let last = parts.last else { return nil }
        switch parts[parts.count - 2] {
        case "manifests": return await manifest(String(last), in: layout, isHead: request.method == .head)
        case "blobs": return await blob(String(last), in: layout)
        default: return nil
        }
    }

    private func manifest(_ name: String, in layout: ImageLayout, isHead: Bool) async -> Answer? {
        let digest = try? Digest(parsing: name)
        guard let name = digest.map({ ArtifactName.digest($0) }) ?? (try? Tag(name)).map({ .tag($0) }) else { return nil }
        guard let document = try? await layout.manifest(name) else { return await substitute(in: layout) }
        return Self.answer(document, isHead: isHead)
    }

    /// The other has no such digest, and so gives what it has.
    private func substitute(in layout: ImageLayout) async -> Answer? {
        guard layout.path == other.path, let tag = try? await layout.tags().first, let document = try? await layout.manifest(.tag(tag))
        else {
            return nil
        }
        return Self.answer(document, isHead: false)
    }

    private static func answer(_ document: ManifestDocument, isHead: Bool) -> Answer {
        let fields: HTTPFields = [
            .contentType: document.descriptor.mediaType, .contentLength: "\(document.bytes.count)",
            .contentDigest: "\(document.descriptor.digest)",
        ]
        return Answer(fields: fields, body: isHead ? [] : document.bytes)
    }

    private func blob(_ name: String, in layout: ImageLayout) async -> Answer? {
        guard let digest = try? Digest(parsing: name) else { return nil }
        guard let data = FileManager.default.contents(atPath: "\(layout.path)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)") else {
            return layout.path == other.path ? Answer(body: Array("something else".utf8)) : nil
        }
        return Answer(fields: [.contentLength: "\(data.count)"], body: Array(data))
    }
}

extension HTTPField.Name {
    fileprivate static let contentDigest: HTTPField.Name = {
        guard let name = HTTPField.Name("Docker-Content-Digest") else { preconditionFailure("a field's name") }
        return name
    }()
}
