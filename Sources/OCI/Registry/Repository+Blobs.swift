internal import HTTPCore
internal import HTTPTypes

extension Repository {
    /// A connection that breaks is taken up again where it broke, also at the next mirror or at the registry. A small blob is fetched whole
    /// before any of it is handed on, once for all who ask at the same time.
    package func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        guard descriptor.size <= SharedContents.blobLimit else { return try await download(descriptor, into: write) }
        let key = SharedContents.Key(location: location, digest: descriptor.digest, size: descriptor.size)
        let bytes = try await client.contents.blobs.value(for: key) {
            do { return try await collect(descriptor) } catch let error as OCIError where error.isReadElsewhereNext {
                return try await collect(descriptor)
            }
        }
        if !bytes.isEmpty { try await write(bytes) }
    }

    private func collect(_ descriptor: Descriptor) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(descriptor.size)
        try await download(descriptor) { bytes += $0 }
        return bytes
    }

    private func download(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        var download = BlobDownload(descriptor, source: location)
        var failures: [String] = []
        for endpoint in client.endpoints(for: self) {
            download.moveOn()
            do {
                try await fetch(&download, at: endpoint, write)
                do { return try download.check.finish() } catch { throw reject(error, download.mirrors) }
            } catch let error as OCIError where endpoint.isMirror && !error.isReadElsewhereNext {
                client.mirrorRest.note(error, of: endpoint.registry, now: client.configuration.timing.now())
                failures.append(error.message)
                // What was handed on of it may be wrong already: then no other place can make it right.
                if error.code == .digestMismatch { throw reject(error, download.mirrors) }
            } catch let error as OCIError { throw error.after(failures) }
        }
    }

    /// Where mirrors gave some of the bytes, none of them is asked for a while.
    private func reject(_ error: OCIError, _ mirrors: Set<String>) -> OCIError {
        let now = client.configuration.timing.now()
        for mirror in mirrors { client.mirrorRest.note(OCIError(.digestMismatch, ""), of: mirror, now: now) }
        var error = error
        error.isReadElsewhereNext = !mirrors.isEmpty
        return error
    }

    /// Bytes that must come through for patience to start anew.
    private static var progress: Int { 64 << 10 }

    /// Fetches what is missing from one place, in as many requests as it takes.
    private func fetch(_ download: inout BlobDownload, at endpoint: Endpoint, _ write: ([UInt8]) async throws -> Void) async throws {
        let timing = client.configuration.timing
        var retry = RetryState(endpoint.isMirror ? .none : client.configuration.retry, now: timing.now())
        var mark = download.check.count
        while true {
            let before = download.check.count
            let knewRanges = !download.isWithoutRanges
            do {
                let isRange = try await request(&download, at: endpoint, write)
                if download.isWhole { return }
                // A part of the range that was asked for, or no range at all: the rest is asked for, as long as that leads anywhere. Crumbs don't.
                guard isRange && download.check.count - before >= Self.progress || knewRanges && download.isWithoutRanges else {
                    return try download.check.finish()
                }
            } catch let error as OCIError where error.isTransient {
                if download.check.count - mark >= Self.progress {
                    mark = download.check.count
                    retry = RetryState(client.configuration.retry, now: timing.now())
                }
                guard let delay = retry.delay(after: error, now: timing.now(), random: timing.random()) else { throw error }
                try await timing.sleep(delay)
            }
        }
    }

    /// - Returns: whether the answer was a range.
    private func request(
        _ download: inout BlobDownload, at endpoint: Endpoint, _ write: ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        let digest = download.check.descriptor.digest
        let subject = "\(endpoint.location)@\(digest)"
        if download.isWhole, download.check.count > 0 { return true }
        let timing = client.configuration.timing
        let fields = download.fields
        var call = try await call(
            .get, "blobs/\(digest)", .pull, at: endpoint, expected: fields[.range] == nil ? [200, 206] : [200, 206, 416], subject: subject,
            fields: fields)
        call.limits = .streaming(idle: .seconds(30))
        do {
            return try await client.exchange(call) { head, body in
                guard try download.begin(head.status.code, head.headerFields, at: endpoint) else { return false }
                var pace = TransferPace()
                var asked = timing.now()
                while let part = try await body.next() {
                    try pace.take(part.count, after: asked.duration(to: timing.now()), subject: subject)
                    let new = try download.take(part)
                    if !new.isEmpty { try await write(Array(new)) }
                    asked = timing.now()
                }
                return head.status.code == 206
            }
        } catch let error as OCIError where error.code == .manifestUnknown {
            throw OCIError(.blobUnknown, "\(subject): the registry has no such content; the artifact is incomplete, push it again")
        }
    }
}
