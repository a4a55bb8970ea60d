import HTTPCore
import HTTPTypes
import JSON
import OCI
import Synchronization
import Trust
import Verification

/// A registry that makes its answers up as they are read, however long they are, and counts what was asked and sent.
final class MadeUpRegistry: Transport {
    /// The head, and how many bytes there are to come; then what gives them, a part at a time.
    struct Answer: Sendable {
        var status = 200
        var fields: HTTPFields = [:]
        var part: @Sendable (_ number: Int) -> [UInt8]? = { _ in nil }

        init(_ status: Int = 200, _ fields: HTTPFields = [:], part: @escaping @Sendable (Int) -> [UInt8]? = { _ in nil }) {
            (self.status, self.fields, self.part) = (status, fields, part)
        }

        init(_ type: String, _ body: [UInt8]) {
            self.init(200, [.contentType: type, .contentLength: "\(body.count)"]) { number in
                let start = number * Self.chunk
                return start < body.count ? Array(body[start..<min(start + Self.chunk, body.count)]) : nil
            }
        }

        static let chunk = 64 << 10
        static func endless(_ status: Int = 200, _ fields: HTTPFields = [:]) -> Answer {
            Answer(status, fields) { _ in [UInt8](repeating: 0x20, count: chunk) }
        }
    }

    private let answer: @Sendable (HTTPRequest) -> Answer
    private let requestCount = Mutex(0)
    private let byteCount = Mutex(0)

    init(_ answer: @escaping @Sendable (HTTPRequest) -> Answer) { self.answer = answer }

    var requests: Int { requestCount.withLock { $0 } }
    var bytes: Int { byteCount.withLock { $0 } }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        requestCount.withLock { $0 += 1 }
        let answer = answer(request)
        var number = 0
        var stream = ResponseBody { [self] in
            guard let part = answer.part(number), !part.isEmpty else { return nil }
            number += 1
            byteCount.withLock { $0 += part.count }
            return part
        }
        return try await handle(HTTPResponse(status: .init(code: answer.status), headerFields: answer.fields), &stream)
    }

    /// Waits in no time.
    func repository() throws -> Repository {
        let now = Mutex(ContinuousClock.now)
        let shared = Shared(now)
        var configuration = RegistryClient.Configuration()
        configuration.timing = Timing(
            now: { shared.now.withLock { $0 } }, sleep: { pause in shared.now.withLock { $0 += pause } }, random: { 0.5 })
        return RegistryClient(transport: self, configuration: configuration).repository(of: try Reference(parsing: "r.example/a/b:1"))
    }

    private final class Shared: Sendable {
        let now: Mutex<ContinuousClock.Instant>
        init(_ now: consuming Mutex<ContinuousClock.Instant>) { self.now = now }
    }
}

/// The code of the registry's failure, and how much it took to come to it.
private func outcome(_ registry: MadeUpRegistry, _ body: (Repository) async throws -> String) async throws -> String {
    let verdict: String
    do { verdict = try await body(registry.repository()) } catch let error as OCIError { verdict = error.code.description }
    return "\(verdict) after \(registry.requests) requests and \((registry.bytes + (1 << 20) - 1) >> 20) MiB"
}

private let digest = Digest(of: Array("what is asked for".utf8))
private let byDigest = ArtifactName.digest(digest)

private func entry(_ number: Int, type: String = MediaType.manifest) -> JSON {
    let digest = Digest(of: Array("\(number)".utf8)).description
    return ["mediaType": .string(type), "digest": .string(digest), "size": 400]
}

private func document(_ member: String, count: Int, type: String, entry: (Int) -> JSON) -> [UInt8] {
    let config: JSON = ["mediaType": "a/b", "digest": .string(digest.description), "size": 2]
    var members: JSONObject = ["schemaVersion": 2, "mediaType": .string(type)]
    if member == "layers" { members["config"] = config }
    members[member] = .array((0..<count).map(entry))
    return JSON.object(members).bytes()
}

extension Case {
    static let registry: [Case] = [
        Case("an endless blob, of which 64 MiB are announced", "∞", "sizeMismatch after 1 requests and 65 MiB") {
            let registry = MadeUpRegistry { _ in .endless() }
            return {
                try await outcome(registry) { repository in
                    var bytes = 0
                    try await repository.blob(Descriptor(mediaType: "a/b", digest: digest, size: 64 << 20)) { bytes += $0.count }
                    return "\(bytes)"
                }
            }
        },
        Case("an endless manifest", "∞", "tooLarge after 1 requests and 5 MiB") {
            let registry = MadeUpRegistry { _ in .endless(200, [.contentType: MediaType.manifest]) }
            return { try await outcome(registry) { "\(try await $0.manifest(byDigest).bytes.count)" } }
        },
        Case("a manifest of 100 MB, announced", "100 MB", "tooLarge after 1 requests and 0 MiB") {
            let registry = MadeUpRegistry { _ in .endless(200, [.contentType: MediaType.manifest, .contentLength: "100000000"]) }
            return { try await outcome(registry) { "\(try await $0.manifest(byDigest).bytes.count)" } }
        },
        Case("an endless error", "∞", "serverFailed after 10 requests and 2 MiB") {
            let registry = MadeUpRegistry { _ in .endless(500) }
            return { try await outcome(registry) { "\(try await $0.manifest(byDigest).bytes.count)" } }
        },
        Case("a manifest of 100,000 layers", "13 MB", "tooLarge after 1 requests and 0 MiB") {
            let body = document("layers", count: 100_000, type: MediaType.manifest) { entry($0, type: "a/b") }
            let registry = MadeUpRegistry { _ in .init(MediaType.manifest, body) }
            return { try await outcome(registry) { "\(try await $0.manifest(.tag(Tag("1"))).bytes.count)" } }
        },
        Case("signatures in as many layers as a manifest holds", "4 MiB, 31,000 layers", "tooLarge after 1 requests and 4 MiB") {
            let body = document("layers", count: 31_000, type: MediaType.manifest) { entry($0, type: "a/b") }
            precondition(body.count <= 4 << 20)
            let registry = MadeUpRegistry { _ in .init(MediaType.manifest, body) }
            return { try await outcome(registry) { "\(try await SignatureManifest.fetch(of: digest, from: $0).count)" } }
        },
        Case("10,000 referrers on pages of 100, the last leading to the first", "1.3 MB", "0 found, truncated after 75 requests and 1 MiB")
        {
            let pages = (0..<100).map { page in
                document("manifests", count: 100, type: MediaType.index) { entry(page * 100 + $0) }
            }
            let registry = MadeUpRegistry { request in
                guard let path = request.path, path.contains("/referrers/") else { return .init(404) }
                let page = Int(path.split(separator: "=").last ?? "") ?? 0
                var answer = MadeUpRegistry.Answer(MediaType.index, pages[page])
                answer.fields[.nextPage] = "</v2/a/b/referrers/\(digest)?page=\((page + 1) % 100)>; rel=\"next\""
                return answer
            }
            return {
                try await outcome(registry) { repository in
                    let referrers = try await repository.referrers(of: digest)
                    return "\(referrers.found.count) found, \(referrers.isTruncated ? "truncated" : "whole")"
                }
            }
        },
        Case("tags on pages without end", "∞", "tooLarge after 100 requests and 1 MiB") {
            let registry = MadeUpRegistry { request in
                let page = Int((request.path ?? "").split(separator: "=").last ?? "") ?? 0
                var answer = MadeUpRegistry.Answer("application/json", Array(#"{"tags":["v\#(page)"]}"#.utf8))
                answer.fields[.nextPage] = "</v2/a/b/tags/list?last=\(page + 1)>; rel=\"next\""
                return answer
            }
            return { try await outcome(registry) { "\(try await $0.tags().count)" } }
        },
        Case("an index of indexes of indexes", "∞", "wrongType after 2 requests and 1 MiB") {
            // Each is made so that the next one's digest stands in it: from the innermost outwards.
            var documents: [String: [UInt8]] = [:]
            var inner = Descriptor(mediaType: MediaType.index, of: [])
            for _ in 0..<1000 {
                inner.platform = .current
                let index = ManifestDocument(Index(manifests: [inner]))
                documents[index.descriptor.digest.description] = index.bytes
                inner = index.descriptor
            }
            let outermost = inner.digest
            let kept = documents
            let registry = MadeUpRegistry { request in
                let name = (request.path ?? "").split(separator: "/").last.map(String.init) ?? ""
                return kept[name].map { .init(MediaType.index, $0) } ?? .init(404)
            }
            return { try await outcome(registry) { "\(try await ModuleArtifact.find(.digest(outermost), in: $0).files.count)" } }
        },
        Case("redirects in circles", "∞", "malformed after 6 requests and 0 MiB") {
            let registry = MadeUpRegistry { request in .init(307, [.location: request.path ?? "/"]) }
            return { try await outcome(registry) { "\(try await $0.manifest(byDigest).bytes.count)" } }
        },
    ]
}

extension HTTPField.Name {
    fileprivate static let nextPage: HTTPField.Name = {
        guard let name = HTTPField.Name("Link") else { preconditionFailure("a field's name") }
        return name
    }()
}
