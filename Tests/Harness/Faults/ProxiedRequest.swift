/// A request as a proxy sees it (RFC 9112), with its body.
package struct ProxiedRequest: Sendable {
    /// The how-manieth of its proxy, from 1.
    package var number = 0
    package let method: String
    /// Path and query, as sent.
    package let target: String
    private let fields: [String]
    private let body: [UInt8]

    /// Nil until the request is whole.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.endOfHead else { return nil }
        let lines = bytes[..<end].text.components(by: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        method = String(words[0])
        target = String(words[1])
        fields = lines.dropFirst().filter { !$0.isEmpty }
        let length = fields.value(of: "content-length").flatMap(Int.init) ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        body = Array(bytes[(end + 4)..<(end + 4 + length)])
    }

    /// As it goes on to the server: one request a connection.
    var forwarded: [UInt8] {
        let kept = fields.filter { !["connection", "expect"].contains($0.fieldName) }
        return Array((["\(method) \(target) HTTP/1.1"] + kept + ["Connection: close", "", ""]).joined(separator: "\r\n").utf8) + body
    }

    package var isWatch: Bool { query("watch") != nil }
    /// A watch that begins with everything that is there.
    package var isStreamingList: Bool { query("sendInitialEvents") == "true" }
    package var isList: Bool { method == "GET" && !isWatch }

    /// A parameter of the query, as sent.
    package func query(_ name: String) -> String? {
        target.split(separator: "?").dropFirst().first?.split(separator: "&").first { $0.hasPrefix(name + "=") }.map {
            String($0.dropFirst(name.count + 1))
        }
    }
}

/// A response as it comes from the server: its head, then the bytes of its body without the framing.
struct ProxiedResponse {
    private enum Framing { case length(Int), chunked, untilClose }

    private(set) var status = 0
    /// Without those that are about framing and the connection.
    private(set) var fields: [String] = []
    private(set) var hasHead = false
    private(set) var isWhole = false
    private var framing = Framing.untilClose
    private var buffer: [UInt8] = []

    /// Takes what arrived; gives what of the body it holds.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        buffer += bytes
        if !hasHead {
            guard let end = buffer.endOfHead else { return [] }
            readHead(buffer[..<end].text)
            buffer.removeSubrange(..<(end + 4))
        }
        switch framing {
        case .untilClose: return takeAll()
        case .length(let rest):
            framing = .length(rest - buffer.count)
            isWhole = rest <= buffer.count
            return takeAll()
        case .chunked: return chunks()
        }
    }

    private mutating func readHead(_ text: String) {
        let lines = text.components(by: "\r\n")
        status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        let all = Array(lines.dropFirst())
        fields = all.filter { !["connection", "content-length", "transfer-encoding"].contains($0.fieldName) }
        if all.value(of: "transfer-encoding") == "chunked" {
            framing = .chunked
        } else if let length = all.value(of: "content-length").flatMap(Int.init) {
            framing = .length(length)
            isWhole = length == 0
        }
        hasHead = true
    }

    private mutating func takeAll() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }

    private mutating func chunks() -> [UInt8] {
        var body: [UInt8] = []
        var position = 0
        while let end = buffer[position...].firstIndex(of: 0x0A) {
            let size = Int(buffer[position..<end].text.trimmed, radix: 16) ?? 0
            guard buffer.count >= end + 1 + size + 2 else { break }
            body += buffer[(end + 1)..<(end + 1 + size)]
            position = end + 1 + size + 2
            if size == 0 {
                isWhole = true
                break
            }
        }
        buffer.removeSubrange(..<position)
        return body
    }
}

extension [UInt8] {
    /// Where the empty line after the fields begins.
    fileprivate var endOfHead: Int? {
        guard count >= 4 else { return nil }
        return (0...(count - 4)).first { self[$0] == 13 && self[$0 + 1] == 10 && self[$0 + 2] == 13 && self[$0 + 3] == 10 }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    fileprivate func components(by separator: String) -> [String] { split(separator: separator).map(String.init) }
    /// Of a field's line.
    fileprivate var fieldName: String { split(separator: ":").first.map { $0.lowercased() } ?? "" }
    fileprivate var trimmed: String { String(filter { !$0.isWhitespace }) }
}

extension [String] {
    fileprivate func value(of name: String) -> String? {
        first { $0.fieldName == name }.map { String($0.drop { $0 != ":" }.dropFirst()).trimmed.lowercased() }
    }
}
