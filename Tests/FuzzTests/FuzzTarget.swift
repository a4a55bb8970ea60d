/// A reader of what others write, and what it promises whatever the bytes are. `hack/fuzz` looks for bytes that break a promise; the tests here
/// hold every seed to it.
struct FuzzTarget: Sendable {
    /// How bytes are changed besides at random, so that what is changed is still read.
    enum Shape: Sendable {
        case bytes
        /// Base64 within it is changed as the bytes that it stands for.
        case base64
        /// The same, and the lengths around a change are made right.
        case der
    }

    let name: String
    let shape: Shape
    /// The longest input that is worth trying.
    let limit: Int
    let seeds: @Sendable () throws -> [[UInt8]]
    /// - Throws: `BrokenPromise`; anything else is a mistake in the target.
    let check: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String, _ shape: Shape = .bytes, limit: Int = 4096, seeds: @escaping @Sendable () throws -> [[UInt8]],
        check: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.shape = shape
        self.limit = limit
        self.seeds = seeds
        self.check = check
    }

    static let all: [FuzzTarget] = [
        .bundle, .verdict, .classic, .statement, .envelope, .payload, .rule, .note, .entry, .merkle, .certificate, .extensions, .sct,
        .timestamp, .root, .policy, .expression, .glob, .publicKey, .privateKey, .plugin, .values, .manifest, .reference, .header,
        .dockerConfig, .registries, .yaml, .notation, .cbor, .subject, .token, .hostMessage,
        .exposition, .stream, .provider, .call, .timeZone, .calendar, .amount, .descriptor, .routing, .list, .watch, .head, .kubeconfig,
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// What a reader promises and did not keep.
struct BrokenPromise: Error, CustomStringConvertible {
    var description: String
}

/// Holds a promise: that this is so.
func promise(_ promise: @autoclosure () -> String, _ holds: Bool) throws(BrokenPromise) {
    if !holds { throw BrokenPromise(description: promise()) }
}

/// The same input gets the same answer, and a refusal says why in a few printable words.
@discardableResult
func answer<Value: Equatable, Failure: Error & Equatable & CustomStringConvertible>(
    _ read: () throws(Failure) -> Value
) throws(BrokenPromise) -> Value? {
    let first = Result { () throws(Failure) in try read() }
    let second = Result { () throws(Failure) in try read() }
    try promise("the same input gets the same answer: \(first), then \(second)", first == second)
    switch first {
    case .success(let value): return value
    case .failure(let failure):
        try checkWords(failure.description)
        return nil
    }
}

/// A message may stand in a status, a log and a terminal, whoever wrote what it is about.
func checkWords(_ message: String) throws(BrokenPromise) {
    try promise("a message is short: it has \(message.utf8.count) bytes", !message.isEmpty && message.utf8.count <= 16 << 10)
    let steering = message.unicodeScalars.first { scalar in
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || ["\u{2028}", "\u{2029}", "\u{202E}"].contains(scalar)
    }
    try promise("a message has no U+\(String(steering?.value ?? 0, radix: 16)) in it: \(message.debugDescription)", steering == nil)
}
