import HTTPCore
import HTTPTypes
import Synchronization

@testable import OCI

/// A transport without sockets: a closure answers, and every request is kept.
final class ScriptedTransport: Transport {
    struct Answer: Sendable {
        var status = 200
        var fields: HTTPFields = [:]
        var body: [UInt8] = []
        /// Where the connection breaks, in bytes of the body.
        var breaksAfter: Int?

        init(_ status: Int = 200, _ fields: HTTPFields = [:], _ body: [UInt8] = [], breaksAfter: Int? = nil) {
            (self.status, self.fields, self.body, self.breaksAfter) = (status, fields, body, breaksAfter)
        }

        init(_ status: Int, text: String) { self.init(status, [:], Array(text.utf8)) }
    }

    struct Seen: Sendable {
        var request: HTTPRequest
        var body: [UInt8]
        /// `GET https://host/path`
        var line: String { "\(request.method.rawValue) \(request.scheme ?? "")://\(request.authority ?? "")\(request.path ?? "")" }
    }

    private let log = Mutex<[Seen]>([])
    private let answer: @Sendable (HTTPRequest, [UInt8]) throws -> Answer

    init(_ answer: @escaping @Sendable (HTTPRequest, [UInt8]) throws -> Answer) { self.answer = answer }

    var seen: [Seen] { log.withLock { $0 } }
    var lines: [String] { seen.map(\.line) }

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        var sent: [UInt8] = []
        switch body {
        case .bytes(let bytes): sent = bytes
        case .stream(_, let next): while let part = try await next() { sent += part }
        case nil: break
        }
        log.withLock { $0.append(Seen(request: request, body: sent)) }
        let answer = try answer(request, sent)
        var rest = (answer.breaksAfter.map { Array(answer.body.prefix($0)) } ?? answer.body)[...]
        var stream = ResponseBody {
            let part = Array(rest.prefix(1000))
            rest = rest.dropFirst(1000)
            if part.isEmpty, answer.breaksAfter != nil { throw TransportError(.closed, "the connection closed") }
            return part.isEmpty ? nil : part
        }
        return try await handle(HTTPResponse(status: .init(code: answer.status), headerFields: answer.fields), &stream)
    }
}

/// Time that stands still but for sleeps, which pass at once.
final class ManualTiming: Sendable {
    private let state = Mutex((now: ContinuousClock.now, slept: [Duration]()))

    var slept: [Duration] { state.withLock { $0.slept } }

    func advance(_ duration: Duration) { state.withLock { $0.now += duration } }

    var timing: Timing {
        Timing(
            now: { self.state.withLock { $0.now } },
            sleep: { duration in
                try Task.checkCancellation()
                self.state.withLock { state in
                    state.now += duration
                    state.slept.append(duration)
                }
            }, random: { 0.5 })
    }
}

/// The code of the error a body throws.
func code(_ body: () async throws -> Void) async -> OCIError.Code? {
    do {
        try await body()
        return nil
    } catch { return (error as? OCIError)?.code }
}

func ociError(_ body: () async throws -> Void) async -> OCIError? {
    do {
        try await body()
        return nil
    } catch { return error as? OCIError }
}

/// Seeded random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// The text with a few bytes changed, dropped, doubled or put in.
    mutating func mutated(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let alphabet = Array("aZ09:/@.-_[]\"\\=, {}\u{0}é".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let place = Int.random(in: 0...bytes.count, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: if place < bytes.count { bytes[place] = alphabet.randomElement(using: &self)! }
            case 1: if place < bytes.count { bytes.remove(at: place) }
            case 2: bytes.insert(alphabet.randomElement(using: &self)!, at: place)
            default: bytes.insert(contentsOf: bytes[min(place, bytes.count)...].prefix(9), at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ArtifactName {
    /// The tag `1`.
    static var one: ArtifactName { (try? Tag("1")).map { .tag($0) } ?? .digest(Digest(of: [])) }
}
