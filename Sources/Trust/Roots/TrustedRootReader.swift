import JSON

/// Reads the parts of a trusted root. What gives nil isn't used, and `skipped` says why.
struct TrustedRootReader {
    private(set) var skipped: [String] = []

    func elements(of root: ProtoMessage, _ key: String) throws -> [(JSON, String)] {
        let elements = try root.values(key)
        guard elements.count <= TrustedRoot.authorityLimit else {
            throw TrustedRootFailure.rootMalformed("\(key): \(elements.count) elements, wanted at most \(TrustedRoot.authorityLimit)")
        }
        return elements.enumerated().map { ($1, "\(key)[\($0)]") }
    }

    // MARK: Logs

    private struct LogInstance {
        var host: String
        var id: [UInt8]?
        var key: PublicKey
        var window: ValidityWindow
    }

    mutating func log(_ element: (JSON, String)) throws -> TransparencyLog? {
        guard let instance = try instance(element) else { return nil }
        guard let id = instance.id else { throw TrustedRootFailure.rootMalformed("\(element.1).logId.keyId: nothing") }
        guard let log = TransparencyLog(id: id, name: instance.host, key: instance.key, window: instance.window) else {
            throw TrustedRootFailure.rootMalformed("\(element.1).logId.keyId: not the id of its key")
        }
        return log
    }

    mutating func certificateLog(_ element: (JSON, String)) throws -> CertificateTransparencyLog? {
        guard let instance = try instance(element) else { return nil }
        let log = CertificateTransparencyLog(key: instance.key, window: instance.window, name: instance.host)
        guard instance.id.map({ $0 == log.id }) ?? true else {
            throw TrustedRootFailure.rootMalformed("\(element.1).logId.keyId: not the id of its key")
        }
        return log
    }

    private mutating func instance(_ element: (JSON, String)) throws -> LogInstance? {
        let members = ["baseUrl", "hashAlgorithm", "publicKey", "logId"]
        let log = try ProtoMessage(element.0, at: element.1, members: members, unknown: .tolerated)
        guard let key = try log.message("publicKey", members: ["rawBytes", "keyDetails", "validFor"], unknown: .tolerated) else {
            throw TrustedRootFailure.rootMalformed("\(log.field("publicKey")): nothing")
        }
        let window = try window(key)
        let details = try key.string("keyDetails") ?? ""
        let bytes = try key.bytes("rawBytes") ?? []
        if let hash = try log.string("hashAlgorithm"), DigestAlgorithm(protoName: hash) != .sha256 {
            skipped.append("\(element.1): a log that hashes with \(hash.prefix(64)), wanted SHA2_256")
            return nil
        }
        guard Self.keyDetails.contains(where: details.isIdentical) else {
            skipped.append("\(element.1): a key of kind \(details.prefix(64)), which isn't known here")
            return nil
        }
        let id = try log.message("logId", members: ["keyId"], unknown: .tolerated)?.bytes("keyId")
        let host = Self.host(of: try log.string("baseUrl") ?? "")
        do {
            return LogInstance(host: host, id: id, key: try Self.publicKey(bytes, details), window: window)
        } catch KeyError.algorithmUnsupported(let why) {
            skipped.append("\(element.1): \(why)")
            return nil
        } catch {
            throw TrustedRootFailure.rootMalformed("\(log.field("publicKey.rawBytes")): \(error)")
        }
    }

    /// SubjectPublicKeyInfo; or for the oldest kind of RSA keys the bare RSAPublicKey of PKCS#1 (RFC 8017 §A.1.1).
    private static func publicKey(_ bytes: [UInt8], _ details: String) throws(KeyError) -> PublicKey {
        guard details.isIdentical(to: bareRSA) else { return try PublicKey(der: bytes) }
        let rsaEncryption: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
        let algorithm = DERWriter.value(DERWriter.sequence, rsaEncryption)
        return try PublicKey(der: DERWriter.value(DERWriter.sequence, algorithm + DERWriter.value(0x03, [0] + bytes)))
    }

    private static let bareRSA = "PKCS1_RSA_PKCS1V5"
    private static let keyDetails = [
        bareRSA,
        "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P256_HMAC_SHA_256", "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P521_SHA_512",
        "PKIX_ED25519", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256", "PKIX_RSA_PKCS1V15_4096_SHA256",
    ]

    /// Host and port of a URL, without its scheme and path: a log's name.
    static func host(of url: String) -> String {
        var rest = url[...]
        if let range = rest.firstRange(of: "://") { rest = rest[range.upperBound...] }
        return String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    // MARK: Authorities

    // An authority whose chain doesn't bear it (a profile that is wrong, a kind of key that isn't taken) vouches for nothing, and takes no
    // other's word away: it is left out, and said to be.

    private struct Authority {
        var name: String
        var certificates: [Certificate]
        var window: ValidityWindow
    }

    mutating func certificateAuthority(_ element: (JSON, String)) throws -> CertificateAuthority? {
        guard let authority = try authority(element) else { return nil }
        do {
            return try CertificateAuthority(name: authority.name, certificates: authority.certificates, window: authority.window)
        } catch {
            skipped.append("\(element.1): \(error)")
            return nil
        }
    }

    mutating func timestampAuthority(_ element: (JSON, String)) throws -> TimestampAuthority? {
        guard let authority = try authority(element) else { return nil }
        do {
            return try TimestampAuthority(name: authority.name, certificates: authority.certificates, window: authority.window)
        } catch {
            skipped.append("\(element.1): \(error)")
            return nil
        }
    }

    private mutating func authority(_ element: (JSON, String)) throws -> Authority? {
        let message = try ProtoMessage(element.0, at: element.1, members: ["subject", "uri", "certChain", "validFor"], unknown: .tolerated)
        let window = try window(message)
        let chain = try message.message("certChain", members: ["certificates"], unknown: .tolerated)
        let elements = try chain?.values("certificates") ?? []
        guard elements.count <= CertificateAuthority.chainLimit else {
            throw TrustedRootFailure.rootMalformed("\(element.1).certChain: \(elements.count) certificates")
        }
        var certificates: [Certificate] = []
        for (index, one) in elements.enumerated() {
            let path = "\(element.1).certChain.certificates[\(index)]"
            let der = try ProtoMessage(one, at: path, members: ["rawBytes"], unknown: .tolerated).bytes("rawBytes") ?? []
            do {
                certificates.append(try Certificate(der: der))
            } catch {
                throw TrustedRootFailure.rootMalformed("\(path): \(error)")
            }
        }
        guard !certificates.isEmpty else {
            skipped.append("\(element.1): an authority without a chain, which vouches for nothing")
            return nil
        }
        return Authority(name: try message.string("uri") ?? element.1, certificates: certificates, window: window)
    }

    // MARK: Windows

    private func window(_ message: ProtoMessage) throws -> ValidityWindow {
        let field = message.field("validFor")
        guard let range = try message.message("validFor", members: ["start", "end"], unknown: .tolerated), range.has("start") else {
            throw TrustedRootFailure.windowMissing(field)
        }
        let start = try time(range, "start")
        guard range.has("end") else { return ValidityWindow(start: start, end: nil) }
        return ValidityWindow(start: start, end: try time(range, "end"))
    }

    private func time(_ range: ProtoMessage, _ key: String) throws -> Moment {
        guard let time = Moment(rfc3339: try range.required(key)) else {
            throw TrustedRootFailure.rootMalformed("\(range.field(key)): no time as RFC 3339 writes it")
        }
        return time
    }
}
