import JSON
import Trust

/// One of the controller's own credentials for checks, as a file holds it. Descriptions show none of its secrets.
struct CheckCredential: Sendable, CustomStringConvertible {
    /// What goes into a request.
    enum Secret: Sendable, Hashable {
        case basic(username: String, password: String)
        case bearer(String)
        /// Signs what webhooks are sent.
        case hmac([UInt8])
    }

    var secret: Secret?
    /// PEM.
    var authorities: String?
    var certificate: String?
    var privateKey: String?
    var hosts: [HostPattern]
    private var namespaces: [Glob]

    /// Secrets that are shorter could be found by trying.
    static let shortestKey = 16
    static let longestFile = 256 << 10

    var description: String { "a credential for \(hosts.map(\.description).joined(separator: ", "))" }

    /// What must not stand in any message.
    var secrets: [String] {
        switch secret {
        case .basic(let username, let password): [password, Base64.encode(Array("\(username):\(password)".utf8))].filter { !$0.isEmpty }
        case .bearer(let token): [token]
        case .hmac(let key): [String(decoding: key, as: UTF8.self)]
        case nil: []
        }
    }

    func mayBeNamed(in namespace: String) -> Bool { namespaces.contains { $0.matches(namespace) } }

    /// - Throws: `CheckRefusal` that names the member, never its content.
    init(parsing bytes: [UInt8]) throws(CheckRefusal) {
        let json: JSON
        do { json = try JSON.parse(bytes, limits: JSONLimits(size: Self.longestFile, depth: 8)) } catch {
            throw CheckRefusal("it is no JSON (line \(error.line), column \(error.column))")
        }
        guard let members = json.object else { throw CheckRefusal("wanted an object, found \(json.kind)") }
        let known = ["basic", "bearer", "hmac", "ca", "clientCertificate", "clientKey", "hosts", "namespaces"]
        guard members.keys.allSatisfy(known.contains) else {
            throw CheckRefusal("wanted only \(known.joined(separator: ", ")), found another member")
        }
        secret = try Self.secret(in: members)
        authorities = try Self.pem("ca", in: members)
        certificate = try Self.pem("clientCertificate", in: members)
        privateKey = try Self.pem("clientKey", in: members)
        guard (certificate == nil) == (privateKey == nil) else { throw CheckRefusal("wanted clientCertificate and clientKey together") }
        hosts = try Self.texts("hosts", in: members).map { text throws(CheckRefusal) in
            do { return try HostPattern(text) } catch { throw CheckRefusal("hosts: \(error)") }
        }
        namespaces = try Self.texts("namespaces", in: members).map { text throws(CheckRefusal) in
            guard let glob = try? Glob(text) else {
                throw CheckRefusal("namespaces: a pattern can't be read; wanted a name, in which * may stand")
            }
            return glob
        }
    }

    private static func secret(in members: JSONObject) throws(CheckRefusal) -> Secret? {
        let found = ["basic", "bearer", "hmac"].filter(members.contains)
        guard found.count <= 1 else { throw CheckRefusal("wanted at most one of basic, bearer and hmac") }
        switch found.first {
        case "basic":
            let basic = members["basic"]?.object
            guard let basic, basic.keys.allSatisfy(["username", "password"].contains), let username = basic["username"]?.string,
                let password = basic["password"]?.string, !username.contains(":"), isPlain(username), isPlain(password)
            else { throw CheckRefusal("basic: wanted an object with username, without a colon, and password, both texts of one line") }
            return .basic(username: username, password: password)
        case "bearer":
            guard let token = members["bearer"]?.string, !token.isEmpty, isPlain(token), !token.contains(" ") else {
                throw CheckRefusal("bearer: wanted a token without spaces and line ends")
            }
            return .bearer(token)
        case "hmac":
            guard let key = members["hmac"]?.string, key.utf8.count >= shortestKey else {
                throw CheckRefusal("hmac: wanted a key of \(shortestKey) bytes or more")
            }
            return .hmac(Array(key.utf8))
        default: return nil
        }
    }

    /// Whether a header field may hold it.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }

    private static func pem(_ name: String, in members: JSONObject) throws(CheckRefusal) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string, text.contains("-----BEGIN ") else { throw CheckRefusal("\(name): wanted PEM") }
        return text
    }

    private static func texts(_ name: String, in members: JSONObject) throws(CheckRefusal) -> [String] {
        let texts = members[name]?.array?.compactMap(\.string) ?? []
        guard let count = members[name]?.array?.count, count == texts.count, (1...64).contains(count) else {
            throw CheckRefusal("\(name): wanted a list of 1 to 64 patterns")
        }
        return texts
    }
}
