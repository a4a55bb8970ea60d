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

    package func push(_ content: BlobContent, as descriptor: Descriptor) async throws {
        try await push(content, as: descriptor, mountingFrom: nil)
    }

    /// Sends a blob, unless it is there: in one request, or in chunks when it is large.
    ///
    /// A chunk that breaks is taken up where the registry says it stands; an upload that the registry has lost is started anew.
    /// - Parameter other: a repository of the same registry that may have the blob; then nothing is sent.
    package func push(_ content: BlobContent, as descriptor: Descriptor, mountingFrom other: String?) async throws {
        try await client.blobWriters.pass("\(location)@\(descriptor.digest)") {
            if try await contains(descriptor) { return }
            let isChunked = descriptor.size > client.configuration.uploads.monolithicUpTo
            do {
                try await upload(content, descriptor, mountingFrom: other, inChunks: isChunked)
            } catch let error as OCIError where isChunked && error.code == .unsupported {
                // A registry that has never heard of chunks.
                try await upload(content, descriptor, mountingFrom: nil, inChunks: false)
            }
        }
    }

    private func upload(_ content: BlobContent, _ descriptor: Descriptor, mountingFrom other: String?, inChunks: Bool) async throws {
        let subject = "\(location)@\(descriptor.digest)"
        try await client.retrying {
            guard let upload = try await begin(descriptor, mountingFrom: other, subject) else { return }
            if inChunks {
                try await sendChunks(content, descriptor, upload, subject)
            } else {
                try await finish(upload, content, from: 0, descriptor, subject)
            }
        }
    }

    /// - Returns: nil when the blob was mounted.
    private func begin(_ descriptor: Descriptor, mountingFrom other: String?, _ subject: String) async throws -> UploadProgress? {
        var start = try await call(.post, "blobs/uploads/", .push, expected: [201, 202], subject: subject)
        if let other {
            start.url = start.url.adding("mount", RemoteURL.encoded(descriptor.digest.description))
                .adding("from", RemoteURL.encoded(other))
            start.scope.mountedFrom = other
        }
        return try await client.exchange(start) { head, _ in
            if head.status.code == 201, other != nil {
                try Self.agree(head.headerFields.contentDigest, descriptor.digest, subject)
                return nil
            }
            guard head.headerFields[.location] != nil else {
                throw OCIError(.malformed, "\(subject): the registry does not say where to upload to")
            }
            var upload = UploadProgress(place: start.url, received: 0)
            upload.place = try Self.place(head.headerFields, after: start.url, subject)
            upload.least = head.headerFields[.ociChunkMinLength].flatMap { Int($0) } ?? 0
            return upload
        }
    }

    /// Content and credentials go nowhere but to the registry.
    private static func place(_ fields: HTTPFields, after url: RemoteURL, _ subject: String) throws(OCIError) -> RemoteURL {
        guard let location = fields[.location] else { return url }
        guard let place = url.resolving(location) else {
            throw OCIError(.malformed, "\(subject): the registry does not say where to upload to")
        }
        guard place.origin == url.origin else {
            throw OCIError(
                .unsupported, "\(subject): the registry wants the upload at another host, \(place.authority), which is not done")
        }
        return place
    }

    private func call(_ method: HTTPRequest.Method, at place: RemoteURL, expected: Set<Int>, _ subject: String) -> RegistryCall {
        RegistryCall(
            method: method, url: place, expected: expected, scope: TokenScope(registry: registry, repository: name, access: .push),
            subject: subject)
    }

    // MARK: Chunks

    private func sendChunks(_ content: BlobContent, _ descriptor: Descriptor, _ begun: UploadProgress, _ subject: String) async throws {
        var upload = begun
        let timing = client.configuration.timing
        var retry = RetryState(client.configuration.retry, now: timing.now())
        while upload.received < descriptor.size {
            let before = upload.received
            do {
                upload = try await send(content, descriptor, upload, subject)
            } catch let error as OCIError where error.isTransient {
                guard let delay = retry.delay(after: error, now: timing.now(), random: timing.random()) else { throw error }
                try await timing.sleep(delay)
                guard let found = try await status(of: upload, subject) else { throw error }
                upload = found
            }
            guard (0...descriptor.size).contains(upload.received) else {
                throw OCIError(
                    .sizeMismatch, "\(subject): the registry says it has \(upload.received) bytes of the upload, sent were fewer")
            }
            if upload.received > before { retry.reset(now: timing.now()) }
        }
        try await finish(upload, nil, from: descriptor.size, descriptor, subject)
    }

    /// One chunk. Its answer, also a refusal, says where the upload stands.
    private func send(
        _ content: BlobContent, _ descriptor: Descriptor, _ upload: UploadProgress, _ subject: String
    ) async throws -> UploadProgress {
        let chunk = client.configuration.uploads.chunk(from: upload.received, of: descriptor.size, least: upload.least)
        var send = call(.patch, at: upload.place, expected: [201, 202, 204, 416], subject)
        send.fields = [.contentType: "application/octet-stream", .contentRange: "\(chunk.lowerBound)-\(chunk.upperBound - 1)"]
        send.body = { try content.requestBody(chunk) }
        send.limits = .streaming(idle: .seconds(60))
        return try await client.exchange(send) { head, _ in
            var next = upload
            next.place = try Self.place(head.headerFields, after: upload.place, subject)
            let received = Self.received(head.headerFields)
            if head.status.code == 416 {
                guard let received, received != upload.received else {
                    throw OCIError(.serverFailed, "\(subject): the registry refuses the next chunk of the upload; push it again")
                }
                next.received = received
            } else {
                next.received = received ?? chunk.upperBound
            }
            return next
        }
    }

    /// Asks where an upload stands whose last chunk broke; nil when the registry does not know it any more.
    private func status(of upload: UploadProgress, _ subject: String) async throws -> UploadProgress? {
        let ask = call(.get, at: upload.place, expected: [200, 204, 404, 405], subject)
        return try await client.exchange(ask) { head, _ in
            guard [200, 204].contains(head.status.code) else { return nil }
            var found = upload
            found.place = try Self.place(head.headerFields, after: upload.place, subject)
            found.received = Self.received(head.headerFields) ?? upload.received
            return found
        }
    }

    /// `Range: 0-N`: bytes 0 to N are there. Of nothing and of one byte registries say `0-0`; chunks are larger, so it means nothing.
    private static func received(_ fields: HTTPFields) -> Int? {
        guard let text = fields[.range] else { return nil }
        let parts = (text.hasPrefix("bytes=") ? text.dropFirst(6) : text[...]).split(separator: "-")
        guard parts.count == 2, parts[0] == "0", let last = Int(parts[1]), last >= 0, last < .max else { return nil }
        return last == 0 ? 0 : last + 1
    }

    /// Closes the upload, with what is left of the content.
    private func finish(
        _ upload: UploadProgress, _ content: BlobContent?, from start: Int, _ descriptor: Descriptor, _ subject: String
    ) async throws {
        let place = upload.place.adding("digest", RemoteURL.encoded(descriptor.digest.description))
        var send = call(.put, at: place, expected: [201, 204], subject)
        send.fields = [.contentType: "application/octet-stream"]
        if let content { send.body = { try content.requestBody(start..<descriptor.size) } }
        send.limits = .streaming(idle: .seconds(60))
        try await client.exchange(send) { head, _ in
            try Self.agree(head.headerFields.contentDigest, descriptor.digest, subject)
        }
    }

    // MARK: Manifests

    /// Where the registry does not keep the list of the subject's referrers itself, the list under its tag is brought up to date as well.
    @discardableResult
    package func push(_ document: ManifestDocument, tag: Tag?) async throws -> Descriptor {
        let listed = try await put(document, tag: tag)
        if let subject = document.subject?.digest, !listed { try await list(document, asReferrerOf: subject) }
        return document.descriptor
    }

    /// - Returns: whether the registry has noted the subject.
    func put(_ document: ManifestDocument, tag: Tag?) async throws -> Bool {
        let name = tag.map { ArtifactName.tag($0) } ?? .digest(document.descriptor.digest)
        let subject = location + name.suffix
        return try await client.retrying {
            var call = try await call(
                .put, "manifests/\(name)", .push, expected: [200, 201], subject: subject,
                fields: [.contentType: document.descriptor.mediaType])
            call.body = { .bytes(document.bytes) }
            return try await client.exchange(call) { head, _ in
                try Self.agree(head.headerFields.contentDigest, document.descriptor.digest, subject)
                return head.headerFields[.ociSubject] == document.subject?.digest.description
            }
        }
    }

    private static func agree(_ found: Digest?, _ wanted: Digest, _ subject: String) throws(OCIError) {
        guard let found, found.algorithm == wanted.algorithm, found != wanted else { return }
        throw ContentDirectory.corrupt(subject, wanted, found)
    }
}
