import HTTPCore
import JSON
public import KubeCore

/// The events of one watch, one after another, as they arrive.
public struct WatchStream<Object: KubeObject> {
    private var body: ResponseBody
    private var splitter: LineSplitter
    private let undecodable: (UndecodableObject) -> Void

    /// Bytes a line: more than ten times what an API server stores of one object.
    public static var lineLimit: Int { 16 << 20 }

    init(_ body: ResponseBody, lineLimit: Int = Self.lineLimit, undecodable: @escaping (UndecodableObject) -> Void) {
        self.body = body
        self.undecodable = undecodable
        splitter = LineSplitter(limit: lineLimit)
    }

    /// The next event; nil when the server has ended the watch.
    /// - Throws: `TransportError`; `KubeError.unexpectedAnswer` for a line that is no event or longer than `lineLimit`.
    public mutating func next() async throws -> WatchEvent<Object>? {
        while true {
            if let line = try nextLine() {
                if let event = try read(line) { return event }
                continue
            }
            guard let part = try await body.next() else { return try end() }
            splitter.append(part)
        }
    }

    private mutating func nextLine() throws -> ArraySlice<UInt8>? {
        do throws(LineSplitter.LineTooLong) { return try splitter.next() } catch {
            throw KubeError(.unexpectedAnswer, status: 200, message: "a line of the watch is longer than \(error.limit) bytes")
        }
    }

    /// Nil for an empty line and for an object that can't be read, which is reported.
    private func read(_ line: ArraySlice<UInt8>) throws -> WatchEvent<Object>? {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return nil }
        do {
            switch try WatchLine<Object>(parsing: line) {
            case .event(let event): return event
            case .undecodable(let object):
                undecodable(object)
                return nil
            }
        } catch {
            throw KubeError(
                .unexpectedAnswer, status: 200,
                message: "a line of the watch is no event (\(error)): \(String(decoding: line.prefix(200), as: UTF8.self))")
        }
    }

    /// Every event ends with a line feed; without one the connection broke, and the event comes again with the next watch.
    private func end() throws -> WatchEvent<Object>? {
        guard splitter.rest.isEmpty else { throw TransportError(.closed, "the watch ended within a line") }
        return nil
    }
}
