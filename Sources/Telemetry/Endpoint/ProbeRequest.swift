/// A request's head, as far as a probe's endpoint looks at it (RFC 9112, sections 2 to 5).
struct ProbeRequest: Sendable, Hashable {
    /// GET, HEAD or another.
    var method: String
    /// Without the query.
    var path: String
    /// The values of `Accept`, as one list.
    var accept: String?
}

/// Why a request gets no answer but a status.
struct RefusedRequest: Error, Sendable, Hashable {
    var status: Int
    /// One line for people.
    var reason: String
}

extension ProbeRequest {
    /// Reads a head.
    /// - Parameter head: lines that end with CR LF, without the empty one that ends it.
    init(head: [UInt8]) throws(RefusedRequest) {
        guard let lines = Self.lines(head), let first = lines.first else {
            throw RefusedRequest(status: 400, reason: "a line of the head does not end with CR LF")
        }
        let words = first.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(Self.isToken) else {
            throw RefusedRequest(status: 400, reason: "the first line is not: method target HTTP/1.1")
        }
        let version = String(decoding: words[2], as: UTF8.self)
        guard ["HTTP/1.1", "HTTP/1.0"].contains(version) else {
            throw RefusedRequest(status: version.hasPrefix("HTTP/") ? 505 : 400, reason: "the version is not HTTP/1.1")
        }
        method = String(decoding: words[0], as: UTF8.self)
        path = try Self.path(words[1])
        try read(fields: lines.dropFirst(), isOld: version == "HTTP/1.0")
    }

    private mutating func read(fields: ArraySlice<ArraySlice<UInt8>>, isOld: Bool) throws(RefusedRequest) {
        var hosts = 0
        for line in fields {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex, line[..<colon].allSatisfy(Self.isToken),
                line[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw RefusedRequest(status: 400, reason: "a line of the head is not: name: value") }
            let value = Self.trimmed(line[line.index(after: colon)...])
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "host": hosts += 1
            case "accept": accept = (accept.map { $0 + "," } ?? "") + String(decoding: value, as: UTF8.self)
            case "transfer-encoding": throw RefusedRequest(status: 413, reason: "a request here has no body")
            case "content-length" where Array(value) != [UInt8(ascii: "0")]:
                throw RefusedRequest(status: 413, reason: "a request here has no body")
            default: break
            }
        }
        guard hosts == 1 || isOld && hosts == 0 else { throw RefusedRequest(status: 400, reason: "there is not one Host field") }
    }

    /// Of `/path?query`, or of a whole `http:` URL, which servers have to take, too.
    private static func path(_ target: ArraySlice<UInt8>) throws(RefusedRequest) -> String {
        var target = target
        if target.starts(with: "http://".utf8) {
            target = target.dropFirst(7).drop { $0 != UInt8(ascii: "/") }
            if target.isEmpty { return "/" }
        }
        guard target.first == UInt8(ascii: "/"), target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw RefusedRequest(status: 400, reason: "the target is not a path")
        }
        return String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// Nil when one of them ends with a CR or an LF alone.
    private static func lines(_ head: [UInt8]) -> [ArraySlice<UInt8>]? {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < head.count {
            guard let end = head[start...].firstIndex(where: { $0 == 0x0D || $0 == 0x0A }) else { return nil }
            guard head[end] == 0x0D, end + 1 < head.count, head[end + 1] == 0x0A else { return nil }
            lines.append(head[start..<end])
            start = end + 2
        }
        return lines
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value.drop { $0 == 0x20 || $0 == 0x09 }
        while value.last == 0x20 || value.last == 0x09 { value.removeLast() }
        return value
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
