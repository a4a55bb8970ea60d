internal import HTTPCore
internal import HTTPTypes
internal import JSON

extension Repository {
    /// Asks with HEAD, which costs registries little, and falls back to GET where HEAD is not answered with a digest.
    package func resolve(_ name: ArtifactName) async throws -> Descriptor {
        let subject = location + name.suffix
        let found = try await client.retrying { () async throws -> Descriptor? in
            let call = try await call(
                .head, "manifests/\(name)", .pull, expected: [200, 400, 404, 405, 501], subject: subject,
                fields: [.accept: MediaType.accepted])
            return try await client.exchange(call) { head, _ in
                guard head.status.code == 200, let digest = head.headerFields.contentDigest, let size = head.headerFields.length,
                    (1...ManifestDocument.maximumSize).contains(size), let type = head.headerFields.mediaType,
                    MediaType.manifests.contains(type) || MediaType.indexes.contains(type)
                else { return nil }
                return Descriptor(mediaType: type, digest: digest, size: size)
            }
        }
        guard let found else { return try await manifest(name).descriptor }
        if case .digest(let wanted) = name, wanted.algorithm == found.digest.algorithm, wanted != found.digest {
            throw ContentDirectory.corrupt(subject, wanted, found.digest)
        }
        if case .digest(let wanted) = name { return Descriptor(mediaType: found.mediaType, digest: wanted, size: found.size) }
        return found
    }

    package func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
        let subject = location + name.suffix
        return try await client.retrying {
            let call = try await call(
                .get, "manifests/\(name)", .pull, expected: [200], subject: subject, fields: [.accept: MediaType.accepted])
            return try await client.exchange(call) { head, body in
                let limit = ManifestDocument.maximumSize
                guard (head.headerFields.length ?? 0) <= limit else {
                    throw OCIError(.tooLarge, "\(subject): the manifest has more than \(limit) bytes, which are not read")
                }
                let bytes = try await body.collect(upTo: limit)
                return try check(bytes, head.headerFields, name, subject)
            }
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

    /// A connection that breaks is taken up again where it broke.
    package func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        let subject = "\(location)@\(descriptor.digest)"
        var check = BlobCheck(descriptor, source: location)
        let timing = client.configuration.timing
        var retry = RetryState(client.configuration.retry, now: timing.now())
        var before = 0
        while true {
            do {
                try await fetch(descriptor, subject, &check, write)
                return try check.finish()
            } catch let error as OCIError where error.isTransient {
                if check.count > before { retry.reset(now: timing.now()) }
                before = check.count
                guard let delay = retry.delay(after: error, now: timing.now(), random: timing.random()) else { throw error }
                try await timing.sleep(delay)
            }
        }
    }

    /// Fetches what is missing still.
    private func fetch(
        _ descriptor: Descriptor, _ subject: String, _ check: inout BlobCheck, _ write: ([UInt8]) async throws -> Void
    ) async throws {
        let start = check.count
        if start > 0, start == descriptor.size { return }
        let fields: HTTPFields = start > 0 ? [.range: "bytes=\(start)-"] : [:]
        var call = try await call(.get, "blobs/\(descriptor.digest)", .pull, expected: [200, 206], subject: subject, fields: fields)
        call.limits = .streaming(idle: .seconds(30))
        do {
            try await client.exchange(call) { head, body in
                // A server that does not do ranges starts over; what is known is passed over.
                var known = head.status.code == 206 ? 0 : start
                if head.status.code == 206 {
                    guard start > 0, head.headerFields[.contentRange]?.hasPrefix("bytes \(start)-") == true else {
                        throw OCIError(.malformed, "\(subject): the registry answers with another range than asked for")
                    }
                }
                while let part = try await body.next() {
                    let new = part.dropFirst(known)
                    known -= part.count - new.count
                    guard !new.isEmpty else { continue }
                    try check.take(Array(new))
                    try await write(Array(new))
                }
            }
        } catch let error as OCIError where error.code == .manifestUnknown {
            throw OCIError(.blobUnknown, "\(subject): the registry has no such content; the artifact is incomplete, push it again")
        }
    }

    /// All pages, up to a bound that no honest repository reaches.
    package func tags() async throws -> [Tag] {
        let subject = "\(location) (tags)"
        return try await client.retrying {
            var tags: Set<Tag> = []
            var call = try await call(.get, "tags/list?n=1000", .pull, expected: [200], subject: subject)
            for _ in 0..<100 {
                let (names, link) = try await client.exchange(call) { head, body in
                    (try Self.tagNames(try await body.collect(upTo: 8 << 20), subject), head.headerFields[.link])
                }
                tags.formUnion(names.compactMap { try? Tag($0) })
                guard let link, let next = Self.next(link), let url = call.url.resolving(next) else { return tags.sorted() }
                guard url.origin == call.url.origin else {
                    throw OCIError(.malformed, "\(subject): the registry's next page lies on another host, which is not asked")
                }
                call.url = url
            }
            throw OCIError(.tooLarge, "\(subject): the registry lists more than 100 pages of tags")
        }
    }

    private static func tagNames(_ bytes: [UInt8], _ subject: String) throws(OCIError) -> [String] {
        do {
            return try JSONReader(try JSON.parse(bytes), at: .root).optional("tags", default: [])
        } catch {
            throw OCIError(.malformed, "\(subject): the registry's list of tags is malformed: \(error)")
        }
    }

    /// `</v2/a/tags/list?last=b&n=1>; rel="next"` (RFC 8288).
    static func next(_ link: String) -> String? {
        guard let start = link.firstIndex(of: "<"), let end = link[start...].firstIndex(of: ">") else { return nil }
        let rest = link[end...].lowercased()
        guard rest.contains("rel=\"next\"") || rest.contains("rel=next") else { return nil }
        return String(link[link.index(after: start)..<end])
    }
}
