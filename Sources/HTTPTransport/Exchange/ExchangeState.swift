internal import HTTPCore
internal import HTTPTypes

/// What is known of an exchange between the loop, which receives, and the task, which reads. No I/O: each transition returns what to do once
/// the lock is free.
struct ExchangeState: Sendable {
    enum Ending: Sendable {
        case complete
        case failed(any Error)
    }

    struct Effects: Sendable {
        var wake: (@Sendable () -> Void)?
        /// The loop should go on receiving or sending.
        var resumesTransfer = false
        /// The loop should drop the transfer.
        var removes = false
    }

    typealias Waiter<Value> = @Sendable (Result<Value, any Error>) -> Void

    let bound: Int
    private(set) var ending: Ending?
    private(set) var isReceivingPaused = false
    private(set) var isRemoved = false
    var upload: UploadState?

    private var head: HTTPResponse?
    private var buffer = ReceivedParts()
    private var headWaiter: Waiter<HTTPResponse>?
    private var partWaiter: Waiter<[UInt8]?>?
    private var removalWaiter: (@Sendable () -> Void)?

    init(bound: Int, upload: UploadState? = nil) {
        self.bound = bound
        self.upload = upload
    }

    // MARK: The loop's side

    mutating func receive(_ head: HTTPResponse) -> Effects {
        self.head = head
        guard let waiter = headWaiter else { return Effects() }
        headWaiter = nil
        return Effects(wake: { waiter(.success(head)) })
    }

    /// Nil when the reader is behind by more than the bound: nothing was taken, and the bytes must come again after `resumesTransfer`.
    mutating func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> Effects? {
        guard buffer.count < bound else {
            isReceivingPaused = true
            return nil
        }
        if let waiter = partWaiter {
            partWaiter = nil
            let part = Array(bytes)
            return Effects(wake: { waiter(.success(part)) })
        }
        buffer.append(bytes)
        return Effects()
    }

    /// The first ending counts.
    mutating func end(_ ending: Ending) -> Effects {
        guard self.ending == nil else { return Effects() }
        self.ending = ending
        let (head, part, writer) = (headWaiter, partWaiter, upload?.close())
        (headWaiter, partWaiter) = (nil, nil)
        return Effects(wake: {
            writer?()
            switch ending {
            case .failed(let error):
                head?(.failure(error))
                part?(.failure(error))
            case .complete:
                head?(.failure(Self.headless))
                part?(.success(nil))
            }
        })
    }

    /// The transfer is gone from the loop and its connection closed or free.
    mutating func remove() -> Effects {
        isRemoved = true
        let waiter = removalWaiter
        removalWaiter = nil
        return Effects(wake: waiter)
    }

    // MARK: The task's side

    mutating func awaitHead(_ waiter: @escaping Waiter<HTTPResponse>) -> Effects {
        switch (head, ending) {
        case (let head?, _): return Effects(wake: { waiter(.success(head)) })
        case (nil, .failed(let error)?): return Effects(wake: { waiter(.failure(error)) })
        case (nil, .complete?): return Effects(wake: { waiter(.failure(Self.headless)) })
        case (nil, nil):
            headWaiter = waiter
            return Effects()
        }
    }

    /// What has come already: nobody needs to wait for it.
    mutating func takePart() -> (part: [UInt8], effects: Effects)? {
        guard let part = buffer.takeFirst() else { return nil }
        // Not for each part: a pause that is over at once is the next one's beginning.
        let resumes = isReceivingPaused && ending == nil && buffer.count <= bound / 2
        if resumes { isReceivingPaused = false }
        return (part, Effects(resumesTransfer: resumes))
    }

    mutating func awaitPart(_ waiter: @escaping Waiter<[UInt8]?>) -> Effects {
        if case (let part, var effects)? = takePart() {
            effects.wake = { waiter(.success(part)) }
            return effects
        }
        switch ending {
        case .complete?: return Effects(wake: { waiter(.success(nil)) })
        case .failed(let error)?: return Effects(wake: { waiter(.failure(error)) })
        case nil:
            partWaiter = waiter
            return Effects()
        }
    }

    /// What has arrived but was not read is dropped: a cancelled task wants none of it.
    mutating func cancel() -> Effects {
        guard ending == nil else { return Effects() }
        (head, buffer) = (nil, ReceivedParts())
        var effects = end(.failed(CancellationError()))
        effects.removes = true
        return effects
    }

    mutating func awaitRemoval(_ waiter: @escaping @Sendable () -> Void) -> Effects {
        guard !isRemoved else { return Effects(wake: waiter) }
        removalWaiter = waiter
        var effects = end(.complete)
        effects.removes = true
        return effects
    }

    private static var headless: TransportError { TransportError(.closed, "the exchange ended without a response") }
}
