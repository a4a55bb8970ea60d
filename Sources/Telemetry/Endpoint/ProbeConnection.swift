/// What becomes of one connection, as a state machine: bytes and moments in, bytes out. One request and its answer, then the end.
///
/// Each state has a deadline that what the client does can't move: a client that sends or reads a byte now and then is cut off like one
/// that does nothing.
struct ProbeConnection: Sendable {
    enum State: Sendable, Hashable {
        /// The head comes.
        case reading
        /// The answer goes.
        case writing
        /// The answer is sent and our side is closed. What the client still sends is thrown away: closing over unread bytes would tell the
        /// client's system to throw the answer away (RFC 9112, section 9.6).
        case lingering
        case over
    }

    /// How long each state lasts at most, and how long a head may be.
    struct Limits: Sendable, Hashable {
        var reading = Duration.seconds(10)
        var writing = Duration.seconds(30)
        var lingering = Duration.seconds(2)
        /// Bytes.
        var head = 8192
    }

    private(set) var state = State.reading
    private(set) var deadline: Duration
    private let limits: Limits
    private var input: [UInt8] = []
    private var output: ArraySlice<UInt8> = []

    init(now: Duration, limits: Limits = Limits()) {
        self.limits = limits
        deadline = now + limits.reading
    }

    /// What is to be sent.
    var pending: ArraySlice<UInt8> { output }

    /// Bytes came.
    /// - Parameters:
    ///   - now: asked once the answer is there, which may take its time.
    ///   - answer: to a request.
    ///   - seconds: since 1970.
    mutating func received(
        _ bytes: ArraySlice<UInt8>, now: () -> Duration, seconds: Int, answer: (ProbeRequest) -> ProbeAnswer
    ) {
        guard state == .reading else { return }
        // The end may have come in parts.
        let unseen = max(0, input.count - 3)
        input += bytes
        // Some clients end a request before with a line too many (RFC 9112, section 2.2).
        while unseen == 0, input.starts(with: [0x0D, 0x0A]) { input.removeFirst(2) }
        let end = Self.end(of: input, from: min(unseen, input.count))
        guard let end, end <= limits.head else {
            if input.count > limits.head {
                send(.refusal(431, "a head has at most \(limits.head) bytes"), false, now(), seconds)
            }
            return
        }
        do throws(RefusedRequest) {
            let request = try ProbeRequest(head: Array(input[..<end]))
            guard ["GET", "HEAD"].contains(request.method) else {
                return send(.refusal(405, "there are GET and HEAD"), false, now(), seconds)
            }
            let answer = answer(request)
            send(answer, request.method == "HEAD", now(), seconds)
        } catch {
            send(.refusal(error.status, error.reason), false, now(), seconds)
        }
    }

    /// The client sends no more.
    mutating func ended() {
        // It may still read.
        if state != .writing { state = .over }
    }

    /// So many bytes of what was pending went out.
    mutating func sent(_ count: Int, now: Duration) {
        guard state == .writing else { return }
        output = output.dropFirst(count)
        if output.isEmpty { enter(.lingering, now + limits.lingering) }
    }

    /// It can't go on.
    mutating func failed() { state = .over }

    /// A moment came.
    mutating func passed(now: Duration, seconds: Int) {
        guard now >= deadline else { return }
        if state == .reading, !input.isEmpty {
            send(.refusal(408, "the head did not come within \(limits.reading)"), false, now, seconds)
        } else {
            state = .over
        }
    }

    private mutating func send(_ answer: ProbeAnswer, _ isHead: Bool, _ now: Duration, _ seconds: Int) {
        input = []
        output = answer.bytes(isHead: isHead, at: seconds)[...]
        enter(.writing, now + limits.writing)
    }

    private mutating func enter(_ state: State, _ deadline: Duration) {
        self.state = state
        self.deadline = deadline
    }

    /// Where the head's last line ends, before the empty one: CR LF CR LF. A line feed alone ends it, too, and is refused as what it is.
    private static func end(of input: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < input.count {
            if input[index] == 0x0A {
                guard index > 0, input[index - 1] == 0x0D else { return index + 1 }
                if index >= 3, input[index - 2] == 0x0A { return index - 1 }
            }
            index += 1
        }
        return nil
    }
}
