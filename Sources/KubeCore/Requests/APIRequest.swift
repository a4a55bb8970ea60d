public import JSON

/// One request to an API server, as a value: what is asked, not how it is sent.
public struct APIRequest: Sendable, Hashable {
    /// The methods that the API knows.
    public enum Method: String, Sendable {
        /// Reads, lists or watches.
        case get = "GET"
        /// Creates in a collection.
        case post = "POST"
        /// Replaces.
        case put = "PUT"
        /// Changes, or applies.
        case patch = "PATCH"
        /// Deletes.
        case delete = "DELETE"
    }

    /// A name and a value behind the question mark.
    public struct QueryItem: Sendable, Hashable {
        /// Not percent-encoded.
        public var name: String
        /// Not percent-encoded.
        public var value: String

        /// Made of its members.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is to be done.
    public var method: Method
    /// Starts with `/`; not percent-encoded.
    public var path: String
    /// In the order they are sent.
    public var query: [QueryItem]
    /// Of the body.
    public var contentType: String?
    /// Nil sends none.
    public var body: JSON?

    /// Made of its members.
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
