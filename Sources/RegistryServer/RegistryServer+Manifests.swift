internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import OCI

extension RegistryServer {
    func manifest(_ name: ArtifactName, in route: RegistryRoute, _ request: Request) async throws -> Response {
        let repository = try route.name()
        switch request.method {
        case .get, .head: return try pull(name, from: repository, isHead: request.method == .head)
        case .put: return try await push(name, to: repository, request)
        default: throw Self.unsupported(request)
        }
    }

    private func pull(_ name: ArtifactName, from repository: String, isHead: Bool) throws -> Response {
        guard let descriptor = try storage.descriptor(of: name, in: repository) else {
            guard storage.knows(repository) else { throw RegistryFault(.nameUnknown, "there is no repository \(repository)") }
            throw RegistryFault(.manifestUnknown, "\(repository) has no \(name)")
        }
        let bytes = try storage.manifest(descriptor)
        let fields: HTTPFields = [
            .contentType: descriptor.mediaType, .contentLength: "\(bytes.count)", .contentDigest: descriptor.digest.description,
            .apiVersion: "registry/2.0",
        ]
        return Response(status: .ok, headers: fields, body: isHead ? .init() : .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Takes a manifest whose content is all there, and whose digest is the one it is pushed under.
    private func push(_ name: ArtifactName, to repository: String, _ request: Request) async throws -> Response {
        var bytes: [UInt8] = []
        for try await part in request.body {
            bytes += part.readableBytesView
            guard bytes.count <= ManifestDocument.maximumSize else {
                throw RegistryFault(.tooLarge, "a manifest has at most \(ManifestDocument.maximumSize) bytes")
            }
        }
        var algorithm = Digest.Algorithm.sha256
        var tag: Tag?
        switch name {
        case .tag(let name): tag = name
        case .digest(let digest):
            algorithm = digest.algorithm
            let found = Digest(of: bytes, by: algorithm)
            guard found == digest else { throw RegistryFault(.digestInvalid, "the manifest has the digest \(found), not \(digest)") }
        }
        let announced = request.headers[.contentType].map { String($0.prefix { $0 != ";" && $0 != " " }) }
        let document = try ManifestDocument(
            parsing: bytes, mediaType: announced, algorithm: algorithm, source: "\(repository)\(name.suffix)")
        for part in document.references where !isPresent(part, document, in: repository) {
            throw RegistryFault(.manifestBlobUnknown, "\(repository) lacks \(part.digest), which the manifest names; push it before")
        }
        try storage.write(document, tag: tag, in: repository)
        let digest = document.descriptor.digest
        var fields: HTTPFields = [
            .location: "/v2/\(repository)/manifests/\(digest)", .contentDigest: digest.description, .apiVersion: "registry/2.0",
            .contentLength: "0",
        ]
        // Tells the client that it need not keep a list of its own.
        if let subject = document.subject { fields[.ociSubject] = subject.digest.description }
        return Response(status: .created, headers: fields)
    }

    private func isPresent(_ part: Descriptor, _ document: ManifestDocument, in repository: String) -> Bool {
        if document.index != nil { return (try? storage.descriptor(of: .digest(part.digest), in: repository)) != nil }
        return storage.size(of: part.digest, in: repository) == part.size
    }

    /// One page, sorted: at most `n` tags after `last`.
    func tags(in route: RegistryRoute, _ request: Request) throws -> Response {
        guard request.method == .get || request.method == .head else { throw Self.unsupported(request) }
        let repository = try route.name()
        guard storage.knows(repository) else { throw RegistryFault(.nameUnknown, "there is no repository \(repository)") }
        var tags = try storage.tags(in: repository).map(\.description)
        if let last = route.query["last"] { tags.removeAll { $0 <= last } }
        var fields: HTTPFields = [:]
        if let text = route.query["n"] {
            guard let limit = Int(text), limit >= 0 else { throw RegistryFault(.unsupported, "n is a number of tags, not \(text)") }
            if tags.count > limit {
                tags.removeSubrange(limit...)
                if let last = tags.last { fields[.link] = "</v2/\(repository)/tags/list?n=\(limit)&last=\(last)>; rel=\"next\"" }
            }
        }
        let answer: JSON = ["name": .string(repository), "tags": .array(tags.map { .string($0) })]
        return Self.json(.ok, answer.text(), isHead: request.method == .head, fields: fields)
    }
}
