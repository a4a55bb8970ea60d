internal import HTTPCore
internal import HTTPTypes

extension Repository {
    /// The registry's own list (distribution specification 1.1, "Listing Referrers"), or, where it has none, the list under the tag.
    package func referrerList(of digest: Digest, limits: ReferrerLimits) async throws -> ReferrerList {
        let list = try await client.reading(self, forTags: true) { endpoint in
            let list = try await registryList(of: digest, limits, at: endpoint)
            // A mirror that knows of none may simply not have copied them.
            if endpoint.isMirror, list?.entries.isEmpty ?? true {
                throw OCIError(.manifestUnknown, "\(endpoint.location): the mirror knows of no referrers of \(digest)")
            }
            return list
        }
        if let list { return list }
        return ReferrerList(entries: try await taggedReferrers(of: digest))
    }

    /// Nil when the registry keeps no such list.
    private func registryList(of digest: Digest, _ limits: ReferrerLimits, at endpoint: Endpoint) async throws -> ReferrerList? {
        let subject = "\(endpoint.location)@\(digest) (referrers)"
        var call = try await call(
            .get, "referrers/\(digest)", .pull, at: endpoint, expected: [200, 400, 404, 405, 501], subject: subject,
            fields: [.accept: MediaType.index])
        var list = ReferrerList(hasReliableTypes: true)
        for page in 1... {
            let (index, next) = try await client.exchange(call) { head, body -> (Index?, RemoteURL?) in
                // What answers everything with a page of its own keeps no such list either.
                guard head.status.code == 200, head.headerFields.mediaType == MediaType.index else { return (nil, nil) }
                let bytes = try await body.collect(upTo: ManifestDocument.maximumSize)
                let document = try ManifestDocument(parsing: bytes, mediaType: MediaType.index, source: subject)
                return (document.index, try Self.next(head.headerFields[.link], after: call.url, subject))
            }
            guard let index else {
                guard page > 1 else { return nil }
                throw OCIError(.malformed, "\(subject): the registry's list of referrers breaks off at page \(page)")
            }
            list.entries += index.manifests
            guard let next else { return list }
            guard page < limits.pages, list.entries.count < limits.listed else {
                list.isTruncated = true
                return list
            }
            call.url = next
        }
        return list
    }

    /// Adds a manifest to the list under its subject's tag, beside what is there.
    ///
    /// Registries have no conditional writes: another client that writes at the same time may undo this. So it is read again, and merged
    /// again, until it is found there; our own writers wait for each other.
    func list(_ document: ManifestDocument, asReferrerOf digest: Digest) async throws {
        let tag = Tag.referrers(of: digest)
        let timing = client.configuration.timing
        try await client.referrerWriters.pass("\(location)@\(digest)") {
            var looks = 0
            for _ in 0..<Self.maximumMerges {
                let entries = try await taggedReferrers(of: digest)
                if entries.contains(where: { $0.digest == document.descriptor.digest }) {
                    looks += 1
                    // Once more after a moment: who read before us may write after us.
                    guard looks < 2 else { return }
                } else {
                    looks = 0
                    let index = ManifestDocument(Index(manifests: entries + [document.listing]))
                    guard index.bytes.count <= ManifestDocument.maximumSize else {
                        throw OCIError(.tooLarge, "\(location):\(tag): the list of referrers is full; remove some")
                    }
                    _ = try await put(index, tag: tag)
                }
                try await timing.sleep(.milliseconds(20) + .milliseconds(60) * timing.random())
            }
            throw OCIError(
                .serverFailed,
                "\(location):\(tag): other clients undo what is added to the list of referrers (\(Self.maximumMerges) attempts); try again")
        }
    }

    private static var maximumMerges: Int { 12 }
}
