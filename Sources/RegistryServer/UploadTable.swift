internal import HTTPTypes
internal import OCI
internal import Synchronization

/// One blob on its way in. Its bytes lie in a file nobody else sees; the file goes with the upload.
final class Upload: Sendable {
    let id: String
    let repository: String
    let file: IncomingFile
    private let state: Mutex<State>

    private struct State {
        var digester = Digester()
        var lastByte: ContinuousClock.Instant
        var isBusy = false
    }

    init(id: String, repository: String, file: IncomingFile, now: ContinuousClock.Instant) {
        self.id = id
        self.repository = repository
        self.file = file
        state = Mutex(State(lastByte: now))
    }

    var size: Int { file.size }
    var digest: Digest { state.withLock { $0.digester.digest } }
    var lastByte: ContinuousClock.Instant { state.withLock { $0.lastByte } }

    /// True for whoever may write now; two requests for one upload at the same time would mix their bytes.
    func acquire() -> Bool {
        state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
    }

    func release() { state.withLock { $0.isBusy = false } }
    var isBusy: Bool { state.withLock { $0.isBusy } }

    func append(_ bytes: [UInt8], now: ContinuousClock.Instant) throws(OCIError) {
        try file.write(bytes)
        state.withLock { state in
            state.digester.update(bytes)
            state.lastByte = now
        }
    }
}

/// The uploads that are under way. They live as long as the server: a client whose upload is gone begins anew.
final class UploadTable: Sendable {
    private let limits: RegistryServer.Limits
    private let uploads = Mutex<[String: Upload]>([:])

    init(limits: RegistryServer.Limits) { self.limits = limits }

    var count: Int { uploads.withLock { $0.count } }

    func begin(in repository: String, _ blobs: ContentDirectory, now: ContinuousClock.Instant) throws -> Upload {
        var random = SystemRandomNumberGenerator()
        let id = String(random.next(), radix: 16) + String(random.next(), radix: 16)
        let upload = Upload(id: id, repository: repository, file: try blobs.newFile(), now: now)
        let isTaken = uploads.withLock { uploads in
            if uploads.count >= limits.uploads {
                uploads = uploads.filter { $0.value.isBusy || $0.value.lastByte.duration(to: now) < limits.uploadIdle }
            }
            guard uploads.count < limits.uploads else { return false }
            uploads[id] = upload
            return true
        }
        guard isTaken else {
            throw RegistryFault(.tooManyRequests, "too many uploads are under way", fields: [.retryAfter: "1"])
        }
        return upload
    }

    /// - Throws: `BLOB_UPLOAD_UNKNOWN` when there is none of this name in the repository.
    func find(_ id: String, in repository: String) throws(RegistryFault) -> Upload {
        guard let upload = uploads.withLock({ $0[id] }), upload.repository == repository else {
            throw RegistryFault(.uploadUnknown, "there is no such upload in \(repository); begin a new one")
        }
        return upload
    }

    func forget(_ upload: Upload) { uploads.withLock { $0[upload.id] = nil } }
}
