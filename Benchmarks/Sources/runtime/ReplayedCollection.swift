import JSON
import Stations

/// The objects of a replay as text, made once.
final class ReplayedCollection: Sendable {
    /// The line of a watch that says that an object was modified; its numbers have a fixed width.
    private struct Line {
        var bytes: [UInt8]
        /// Where the time of dispatch stands, and where the resource version.
        var time: Int
        var version: Int
    }

    private let lines: [Line]
    private static let prefix = #"{"type":"MODIFIED","object":"#
    static let firstVersion: Int64 = 1_000_000_000_000_000_000

    init(objects: Int) throws {
        var lines: [Line] = []
        for index in 0..<objects {
            var body = Station.body(index, owner: "00000000-0000-4000-8000-000000000001")
            var metadata = body["metadata"] ?? [:]
            metadata["uid"] = .string("00000000-0000-4000-8000-\(100_000_000_000 + index)")
            metadata["resourceVersion"] = .string("\(Self.firstVersion)")
            metadata["generation"] = 1
            metadata["creationTimestamp"] = "2026-01-01T00:00:00Z"
            // As long as what a server adds of its own.
            metadata["managedFields"] = [["manager": "runtime", "fieldsV1": ["f:spec": .string(String(repeating: "x", count: 900))]]]
            body["metadata"] = metadata
            let text = Array(body.text().utf8)
            let bytes = Array(Self.prefix.utf8) + text + Array("}\n".utf8)
            guard let time = bytes.offset(after: "\"bench.graft.dev/sent\":\""), let version = bytes.offset(after: "\"resourceVersion\":\"")
            else { throw Failure("the made-up object has no time of dispatch or no version") }
            lines.append(Line(bytes: bytes, time: time, version: version))
        }
        self.lines = lines
    }

    /// A page of the collection.
    /// - Parameters:
    ///   - first: the number of the first object.
    ///   - limit: objects a page; nil: all that are left.
    func page(from first: Int, limit: Int?) -> [UInt8] {
        let end = min(lines.count, first + (limit ?? lines.count))
        var page = Array(#"{"apiVersion":"bench.graft.dev/v1","items":["#.utf8)
        for number in min(first, end)..<end {
            if number > first { page.append(0x2C) }
            page += lines[number].bytes.dropFirst(Self.prefix.utf8.count).dropLast(2)
        }
        let token = end < lines.count ? "\"continue\":\"\(end)\"," : ""
        return page + Array("],\"kind\":\"StationList\",\"metadata\":{\(token)\"resourceVersion\":\"\(Self.firstVersion)\"}}".utf8)
    }

    /// The event of a number, from 1: dispatched now.
    func event(_ number: Int) -> [UInt8] {
        let line = lines[number % lines.count]
        var bytes = line.bytes
        Self.write(Self.firstVersion + Int64(number), into: &bytes, at: line.version)
        Self.write(ProcessUsage.now, into: &bytes, at: line.time)
        return bytes
    }

    /// The events that bring a new watch the whole collection, and the bookmark that ends them.
    func initialEvents() -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += Array(#"{"type":"ADDED","object":"#.utf8) + line.bytes.dropFirst(Self.prefix.utf8.count)
        }
        let metadata = #""resourceVersion":"\#(Self.firstVersion)","annotations":{"k8s.io/initial-events-end":"true"}"#
        let object = #"{"apiVersion":"bench.graft.dev/v1","kind":"Station","metadata":{\#(metadata)}}"#
        return bytes + Array("{\"type\":\"BOOKMARK\",\"object\":\(object)}\n".utf8)
    }

    /// Nineteen digits.
    private static func write(_ number: Int64, into bytes: inout [UInt8], at offset: Int) {
        var rest = number
        for position in (offset..<offset + 19).reversed() {
            bytes[position] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }
}

extension [UInt8] {
    /// Just behind the first place where a text stands.
    func offset(after text: String) -> Int? {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return nil }
        let start = (0...count - wanted.count).first { self[$0] == wanted[0] && self[$0..<$0 + wanted.count].elementsEqual(wanted) }
        return start.map { $0 + wanted.count }
    }
}
