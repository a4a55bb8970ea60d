internal import HTTPCore
internal import HTTPTypes

extension Repository {
    /// Asks with HEAD, which costs registries little, and falls back to GET where HEAD is not answered with a digest.
    package func resolve(_ name: ArtifactName) async throws -> Descriptor {
        let subject = location + name.suffix
        let found = try await client.reading(self, forTags: name.isTag) { (endpoint) async throws -> Descriptor? in
            let call = try await call(
                .head, "manifests/\(name)", .pull, at: endpoint, expected: [200, 400, 404, 405, 501], subject: subject,
                fields: [.accept: MediaType.accepted])
            let found = try await client.exchange(call) { head, _ in
                guard head.status.code == 200, let digest = head.headerFields.contentDigest, let size = head.headerFields.length,
                    (1...ManifestDocument.maximumSize).contains(size), let type = head.headerFields.mediaType,
                    MediaType.manifests.contains(type) || MediaType.indexes.contains(type)
                else { return nil as Descriptor? }
                return Descriptor(mediaType: type, digest: digest, size: size)
            }
            // A mirror that does not say is passed over.
            if found == nil, endpoint.isMirror {
                throw OCIError(.manifestUnknown, "\(endpoint.location)\(name.suffix): the mirror does not say what this stands for")
            }
            if case .digest(let wanted) = name, let found, wanted.algorithm == found.digest.algorithm, wanted != found.digest {
                throw ContentDirectory.corrupt(endpoint.location + name.suffix, wanted, found.digest)
            }
            return found
        }
        guard let found else { return try await manifest(name).descriptor }
        if case .digest(let wanted) = name { return Descriptor(mediaType: found.mediaType, digest: wanted, size: found.size) }
        return found
    }

    /// By digest, whoever asks at the same time gets the same answer of one request.
    package func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
        guard case .digest(let digest) = name else { return try await fetch(name) }
        return try await client.contents.manifests.value(for: .init(location: location, digest: digest)) { try await fetch(name) }
    }

    private func fetch(_ name: ArtifactName) async throws -> ManifestDocument {
        try await client.reading(self, forTags: name.isTag) { try await fetch(name, at: $0, limit: ManifestDocument.maximumSize) }
    }

    private func fetch(_ name: ArtifactName, at endpoint: Endpoint, limit: Int) async throws -> ManifestDocument {
        let subject = endpoint.location + name.suffix
        let call = try await call(
            .get, "manifests/\(name)", .pull, at: endpoint, expected: [200], subject: subject, fields: [.accept: MediaType.accepted])
        return try await client.exchange(call) { head, body in
            guard (head.headerFields.length ?? 0) <= limit else {
                throw OCIError(.tooLarge, "\(subject): the manifest has more than \(limit) bytes, which are not read")
            }
            let bytes = try await body.collect(upTo: limit)
            return try check(bytes, head.headerFields, name, subject)
        }
    }

    /// The bytes must have the digest asked for, and the one the registry says they have.
    private func check(_ bytes: [UInt8], _ fields: HTTPFields, _ name: ArtifactName, _ subject: String) throws -> ManifestDocument {
        var algorithm = Digest.Algorithm.sha256
        if case .digest(let wanted) = name {
            algorithm = wanted.algorithm
            let found = Digest(of: bytes, by: wanted.algorithm)
            guard found == wanted else { throw ContentDirectory.corrupt(subject, wanted, found) }
        } else if let said = fields.contentDigest {
            algorithm = said.algorithm
            let found = Digest(of: bytes, by: said.algorithm)
            guard found == said else { throw ContentDirectory.corrupt(subject, said, found) }
        }
        return try ManifestDocument(parsing: bytes, mediaType: fields.mediaType, algorithm: algorithm, source: subject)
    }
}
