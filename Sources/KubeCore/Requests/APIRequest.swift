public import JSON

/// One request to an API server, as a value: what is asked, not how it is sent.
public struct APIRequest: Sendable, Hashable {
    public enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

    public struct QueryItem: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: Method
    /// Starts with `/`; not percent-encoded.
    public var path: String
    /// In the order they are sent.
    public var query: [QueryItem]
    public var contentType: String?
    public var body: JSON?

    public init(method: Method = .get, path: String, query: [QueryItem] = [], contentType: String? = nil, body: JSON? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.contentType = contentType
        self.body = body
    }

    /// The request target (RFC 9112 §3.2.1), percent-encoded (RFC 3986 §2.1): `/api/v1/pods?limit=500`.
    public var target: String {
        var target = percentEncoded(path, keeping: "/:")
        for (index, item) in query.enumerated() {
            target += (index == 0 ? "?" : "&") + percentEncoded(item.name) + "=" + percentEncoded(item.value)
        }
        return target
    }
}

/// Everything but RFC 3986's unreserved characters and `extra` as `%XX`.
private func percentEncoded(_ text: String, keeping extra: String = "") -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            bytes.append(byte)
        case _ where extra.utf8.contains(byte): bytes.append(byte)
        default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
