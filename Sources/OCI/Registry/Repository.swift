internal import HTTPCore
internal import HTTPTypes

/// One repository of a registry.
package struct Repository: ArtifactStore {
    let client: RegistryClient
    package let registry: String
    package let name: String

    package var location: String { "\(registry)/\(name)" }

    /// The registry itself.
    var endpoint: Endpoint { Endpoint(registry: registry, repository: name, isMirror: false) }

    /// - Parameter endpoint: nil for the registry itself.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ access: TokenScope.Access, at endpoint: Endpoint? = nil, expected: Set<Int>,
        subject: String, fields: HTTPFields = [:]
    ) async throws -> RegistryCall {
        let endpoint = endpoint ?? self.endpoint
        var url = try await client.base(of: endpoint.registry, subject: subject)
        url.path += "\(endpoint.repository)/\(path)"
        return RegistryCall(
            method: method, url: url, fields: fields, expected: expected,
            scope: TokenScope(registry: endpoint.registry, repository: endpoint.repository, access: access), subject: subject)
    }
}

extension HTTPField.Name {
    static var contentDigest: Self { Self("Docker-Content-Digest")! }
    static var link: Self { Self("Link")! }
    static var ociSubject: Self { Self("OCI-Subject")! }
    static var ociFiltersApplied: Self { Self("OCI-Filters-Applied")! }
    static var ociChunkMinLength: Self { Self("OCI-Chunk-Min-Length")! }
}

extension HTTPFields {
    /// The digest that a registry says its answer has. Nil also when it is none we know.
    var contentDigest: Digest? { self[.contentDigest].flatMap { try? Digest(parsing: $0) } }

    /// The media type without its parameters, lower case.
    var mediaType: String? {
        self[.contentType].map { type in
            String(type.prefix { $0 != ";" }).split(separator: " ").joined().lowercased()
        }
    }

    var length: Int? { self[.contentLength].flatMap { Int($0) } }
}
