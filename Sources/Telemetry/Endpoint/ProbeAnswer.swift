import Glibc

/// What a probe's endpoint answers with.
struct ProbeAnswer: Sendable, Hashable {
    var status = 200
    var contentType = "text/plain; charset=utf-8"
    var body: [UInt8]

    /// A status that says why in a line.
    static func refusal(_ status: Int, _ reason: String) -> ProbeAnswer { ProbeAnswer(status: status, body: Array("\(reason)\n".utf8)) }

    /// As it is sent; the connection ends with it.
    /// - Parameters:
    ///   - isHead: the length, but not the body.
    ///   - seconds: since 1970.
    func bytes(isHead: Bool, at seconds: Int) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(Self.phrase(status))\r\nDate: \(Self.date(seconds))\r\n"
        if status == 405 { head += "Allow: GET, HEAD\r\n" }
        head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + (isHead ? [] : body)
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 431: "Request Header Fields Too Large"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func date(_ seconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
