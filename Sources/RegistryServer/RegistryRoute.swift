internal import Hummingbird
internal import OCI

/// What a path below `/v2/` names. A repository's name has slashes itself, so paths are read from their end.
struct RegistryRoute: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        case root
        case manifest(ArtifactName)
        case blob(Digest)
        case uploads
        case upload(String)
        case tags
        case referrers(Digest)
    }

    let target: Target
    /// Nil for `/v2/` alone.
    let repository: String?
    let query: [String: String]

    init(_ request: Request) throws(RegistryFault) { try self.init(path: request.uri.path, query: request.uri.query ?? "") }

    /// - Throws: `NAME_INVALID`, `MANIFEST_UNKNOWN` or `DIGEST_INVALID` for a part that is none, 404 for a path that names nothing here.
    init(path: String, query: String) throws(RegistryFault) {
        self.query = Self.parameters(query)
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map { Self.decoded($0) }
        guard parts.count >= 2, parts[0] == "", parts[1] == "v2" else { throw RegistryFault(.notFound, "there is nothing at this path") }
        parts.removeFirst(2)
        if parts.isEmpty || parts == [""] {
            (target, repository) = (.root, nil)
            return
        }
        let last = parts.removeLast()
        let before = parts.popLast()
        switch (before, last) {
        case ("manifests"?, let text):
            target = .manifest(try Self.artifact(text))
        case ("blobs"?, let text) where text != "uploads":
            target = .blob(try Self.digest(text))
        case ("uploads"?, "") where parts.last == "blobs", ("blobs"?, "uploads"):
            if before == "uploads" { parts.removeLast() }
            target = .uploads
        case ("uploads"?, let id) where parts.last == "blobs":
            parts.removeLast()
            target = .upload(id)
        case ("tags"?, "list"): target = .tags
        case ("referrers"?, let text): target = .referrers(try Self.digest(text))
        default: throw RegistryFault(.notFound, "there is nothing at this path")
        }
        let name = parts.joined(separator: "/")
        do { _ = try Reference(registry: "registry.local", repository: name) } catch { throw RegistryFault(.nameInvalid, error.message) }
        repository = name
    }

    /// The repository, which every target but the root has.
    func name() throws(RegistryFault) -> String {
        guard let repository else { throw RegistryFault(.notFound, "there is nothing at this path") }
        return repository
    }

    private static func artifact(_ text: String) throws(RegistryFault) -> ArtifactName {
        if text.contains(":") { return .digest(try digest(text)) }
        do { return .tag(try Tag(text)) } catch { throw RegistryFault(.manifestUnknown, error.message) }
    }

    private static func digest(_ text: String) throws(RegistryFault) -> Digest {
        do { return try Digest(parsing: text) } catch { throw RegistryFault(.digestInvalid, error.message) }
    }

    private static func parameters(_ query: String) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[decoded(parts[0])] = parts.count > 1 ? decoded(parts[1]) : ""
        }
        return parameters
    }

    /// Undoes percent-encoding; what is none stays as it is.
    private static func decoded(_ text: Substring) -> String {
        guard text.contains("%") else { return String(text) }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
