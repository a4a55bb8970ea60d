internal import HTTPCore
internal import HTTPTypes
internal import Synchronization

/// One request and its response, shared by the task that asked and the loop that transfers.
final class Exchange: Sendable {
    let request: PreparedRequest
    private let state: Mutex<ExchangeState>
    private let loop: CurlLoop

    init(_ request: PreparedRequest, on loop: CurlLoop) {
        self.request = request
        self.loop = loop
        var upload: UploadState?
        if case .stream(let length) = request.body { upload = UploadState(length: length) }
        state = Mutex(ExchangeState(bound: loop.configuration.bufferedBytes, upload: upload))
    }

    /// Runs one transition under the lock and its effects outside.
    private func perform(_ transition: (inout ExchangeState) -> ExchangeState.Effects) {
        let effects = state.withLock { transition(&$0) }
        effects.wake?()
        if effects.resumesTransfer { loop.submit(.resume(self)) }
        if effects.removes { loop.submit(.remove(self)) }
    }
}

// MARK: The task's side

extension Exchange {
    func head() async throws -> HTTPResponse {
        try await withCheckedThrowingContinuation { continuation in
            perform { $0.awaitHead { continuation.resume(with: $0) } }
        }
    }

    func nextPart() async throws -> [UInt8]? {
        if let (part, effects) = state.withLock({ $0.takePart() }) {
            perform { _ in effects }
            return part
        }
        return try await withCheckedThrowingContinuation { continuation in
            perform { $0.awaitPart { continuation.resume(with: $0) } }
        }
    }

    func cancel() { perform { $0.cancel() } }

    /// Ends the exchange wherever it stands and returns when the loop has let go of it. Not cut short by cancellation.
    func finish() async {
        await withCheckedContinuation { continuation in
            perform { $0.awaitRemoval { continuation.resume() } }
        }
    }

    /// Brings the parts of the request body to the loop, one at a time, until the end of either.
    func upload(_ next: @Sendable () async throws -> [UInt8]?) async {
        do {
            while let part = try await next() {
                guard !part.isEmpty else { continue }
                guard await offer(part) else { return }
            }
            perform { ExchangeState.Effects(resumesTransfer: $0.upload?.finish() ?? false) }
        } catch {
            fail(error)
        }
    }

    /// False when no more is wanted.
    private func offer(_ part: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let (offer, resumes) = state.withLock { state in
                state.upload?.offer(part) { continuation.resume(returning: $0) } ?? (.closed, false)
            }
            switch offer {
            case .accepted:
                if resumes { loop.submit(.resume(self)) }
            case .closed: continuation.resume(returning: false)
            case .tooLong:
                fail(TransportError(.unsupported, "\(request.target.address): the request body is longer than the length announced for it"))
                continuation.resume(returning: false)
            }
        }
    }

    private func fail(_ error: any Error) {
        perform { state in
            var effects = state.end(.failed(error))
            effects.removes = true
            return effects
        }
    }
}

// MARK: The loop's side

extension Exchange {
    var isReceivingPaused: Bool { state.withLock { $0.isReceivingPaused } }
    var isSendingPaused: Bool { state.withLock { $0.upload?.isPaused ?? false } }
    var isEnded: Bool { state.withLock { $0.ending != nil } }

    func receive(_ head: HTTPResponse) { perform { $0.receive(head) } }

    /// False when the reader is behind: nothing was taken.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let effects = state.withLock({ $0.receive(bytes) }) else { return false }
        effects.wake?()
        return true
    }

    func read(into target: UnsafeMutableBufferPointer<UInt8>) -> UploadState.Read {
        let (read, wake) = state.withLock { $0.upload?.read(into: target) ?? (.ended, nil) }
        wake?()
        return read
    }

    func end(_ ending: ExchangeState.Ending) { perform { $0.end(ending) } }

    func remove() { perform { $0.remove() } }
}
