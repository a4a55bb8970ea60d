internal import HTTPCore
internal import HTTPTypes

extension Repository {
    /// Whether the registry has the blob already.
    package func contains(_ descriptor: Descriptor) async throws -> Bool {
        let subject = "\(location)@\(descriptor.digest)"
        return try await client.retrying {
            let call = try await call(.head, "blobs/\(descriptor.digest)", .push, expected: [200, 404], subject: subject)
            return try await client.exchange(call) { head, _ in
                head.status.code == 200 && (head.headerFields.length ?? descriptor.size) == descriptor.size
            }
        }
    }

    /// Opens an upload and sends the blob in one request. An upload that breaks is started anew.
    package func push(_ content: BlobContent, as descriptor: Descriptor) async throws {
        if try await contains(descriptor) { return }
        let subject = "\(location)@\(descriptor.digest)"
        try await client.retrying {
            let start = try await call(.post, "blobs/uploads/", .push, expected: [202], subject: subject)
            let place = try await client.exchange(start) { head, _ in head.headerFields[.location].flatMap { start.url.resolving($0) } }
            guard let place else { throw OCIError(.malformed, "\(subject): the registry does not say where to upload to") }
            // Content and credentials go nowhere but to the registry.
            guard place.origin == start.url.origin else {
                throw OCIError(
                    .unsupported, "\(subject): the registry wants the upload at another host, \(place.authority), which is not done")
            }
            var send = start
            send.method = .put
            send.url = place.adding("digest", RemoteURL.encoded(descriptor.digest.description))
            send.fields = [.contentType: "application/octet-stream"]
            send.body = { try content.requestBody(size: descriptor.size) }
            send.expected = [201]
            send.limits = .streaming(idle: .seconds(60))
            try await client.exchange(send) { head, _ in
                try Self.agree(head.headerFields.contentDigest, descriptor.digest, subject)
            }
        }
    }

    @discardableResult
    package func push(_ document: ManifestDocument, tag: Tag?) async throws -> Descriptor {
        let name = tag.map { ArtifactName.tag($0) } ?? .digest(document.descriptor.digest)
        let subject = location + name.suffix
        try await client.retrying {
            var call = try await call(
                .put, "manifests/\(name)", .push, expected: [200, 201], subject: subject,
                fields: [.contentType: document.descriptor.mediaType])
            call.body = { .bytes(document.bytes) }
            try await client.exchange(call) { head, _ in
                try Self.agree(head.headerFields.contentDigest, document.descriptor.digest, subject)
            }
        }
        return document.descriptor
    }

    private static func agree(_ found: Digest?, _ wanted: Digest, _ subject: String) throws(OCIError) {
        guard let found, found.algorithm == wanted.algorithm, found != wanted else { return }
        throw ContentDirectory.corrupt(subject, wanted, found)
    }
}
