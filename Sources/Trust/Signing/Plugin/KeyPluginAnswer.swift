import JSON

/// What a program that holds a key answers, one JSON document on its standard output (docs/signing.md). Members that the protocol doesn't know
/// are passed over, so that a program may say more.
package struct KeyPluginAnswer: Sendable {
    /// Bytes that are read at most.
    package static let sizeLimit = 64 << 10

    private let members: JSONObject

    /// - Throws: `KeyPluginFailure`.
    package init(_ bytes: [UInt8]) throws(KeyPluginFailure) {
        guard bytes.contains(where: { $0 > 0x20 }) else { throw .malformed("it printed nothing") }
        let json: JSON
        do { json = try JSON.parse(bytes, limits: JSONLimits(size: Self.sizeLimit, depth: 8)) } catch {
            throw .malformed("what it printed is no JSON (line \(error.line), column \(error.column))")
        }
        guard let members = json.object else { throw .malformed("it printed \(json.kind), wanted an object") }
        guard let version = members["version"]?.string else { throw .malformed("its answer has no version") }
        guard version == KeyPluginRequest.version else { throw .version(found: String(version.prefix(64))) }
        if let error = members["error"], !error.isNull {
            throw .refused(KeyPluginFailure.shown(error.string ?? "without a reason in words"))
        }
        self.members = members
    }

    /// PEM, `PUBLIC KEY`.
    package func publicKey() throws(KeyPluginFailure) -> PublicKey {
        guard let pem = members["publicKey"]?.string else { throw .malformed("its answer has no publicKey") }
        do { return try PublicKey(pem: pem) } catch { throw .malformed("publicKey: \(error)") }
    }

    /// Standard base64.
    package func signature() throws(KeyPluginFailure) -> [UInt8] {
        guard let text = members["signature"]?.string else { throw .malformed("its answer has no signature") }
        guard let signature = Base64.decode(text), !signature.isEmpty else { throw .malformed("signature: not standard base64") }
        return signature
    }
}

/// Why a program that holds a key gave none of what it was asked for.
package enum KeyPluginFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// It speaks, but not this.
    case malformed(String)
    case version(found: String)
    /// It says why.
    case refused(String)

    package var description: String {
        switch self {
        case .malformed(let why): "\(why); wanted one JSON document as docs/signing.md describes"
        case .version(let found):
            "it speaks version \"\(found.printable)\", wanted \"\(KeyPluginRequest.version)\"; take a version of it that does"
        case .refused(let why): "it refuses: \(why)"
        }
    }

    /// The beginning of what a program wrote, in one line and without what would steer a terminal.
    package static func shown(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : String($0) }.joined()
        let words = line.split(separator: " ").joined(separator: " ").unicodeScalars
        let rest = words.dropFirst(300)
        return String(words[..<rest.startIndex]).printable + (rest.isEmpty ? "" : "…")
    }
}
