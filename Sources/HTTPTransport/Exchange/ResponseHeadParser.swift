internal import HTTPTypes

/// Puts a response's head together from its lines (RFC 9112). Interim responses are passed over; lines after the head, trailers, too.
struct ResponseHeadParser {
    enum Step: Equatable {
        case more
        case head(HTTPResponse)
        case tooLong
        case malformed
    }

    /// Bytes of all lines of a response, interim ones included.
    static let limit = 256 << 10

    private var status: HTTPResponse.Status?
    private var fields = HTTPFields()
    private var last: (name: HTTPField.Name, value: [UInt8])?
    private var length = 0
    private var isDone = false
    /// Of HTTP/1.0 or 1.1, whose responses come one at a time on a connection.
    private(set) var isHTTP1 = false

    /// Takes one line, its line end included.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) -> Step {
        guard !isDone else { return .more }
        length += line.count
        guard length <= Self.limit else { return .tooLong }
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let content = UnsafeBufferPointer(rebasing: line[..<end])
        guard status != nil else {
            status = Self.status(content)
            isHTTP1 = content.starts(with: "HTTP/1".utf8)
            return status == nil ? .malformed : .more
        }
        if content.isEmpty { return finish() }
        if let first = content.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            // A folded line continues the one before (RFC 9112, 5.2).
            if last != nil { last!.value += [UInt8(ascii: " ")] + Self.trimmed(content[...]) }
            return .more
        }
        keepLast()
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else { return .more }
        let name = HTTPField.Name(String(decoding: content[..<colon], as: UTF8.self))
        last = name.map { ($0, Self.trimmed(content[(colon + 1)...])) }
        return .more
    }

    private mutating func finish() -> Step {
        keepLast()
        guard let status else { return .malformed }
        if (100..<200).contains(status.code), status != .switchingProtocols {
            self.status = nil
            fields = HTTPFields()
            return .more
        }
        isDone = true
        return .head(HTTPResponse(status: status, headerFields: fields))
    }

    private mutating func keepLast() {
        if let last { fields.append(HTTPField(name: last.name, value: last.value)) }
        last = nil
    }

    /// `HTTP/1.1 200 OK`, `HTTP/2 200`.
    private static func status(_ line: UnsafeBufferPointer<UInt8>) -> HTTPResponse.Status? {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, parts[0].starts(with: "HTTP/".utf8), parts[1].count == 3,
            let code = Int(String(decoding: parts[1], as: UTF8.self)), (100...999).contains(code)
        else { return nil }
        return HTTPResponse.Status(code: code, reasonPhrase: parts.count > 2 ? String(decoding: parts[2], as: UTF8.self) : "")
    }

    private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = bytes
        while let first = rest.first, isSpace(first) { rest.removeFirst() }
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return Array(rest)
    }
}
