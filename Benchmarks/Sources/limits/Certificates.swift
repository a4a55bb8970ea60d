import Trust

/// DER by hand (X.690): tags and lengths of any size.
private enum DER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        let head: [UInt8] = content.count < 0x80 ? [UInt8(content.count)] : [0x80 | UInt8(length.count)] + length
        return [tag] + head + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, parts.flatMap { $0 }) }

    /// As many sequences within each other.
    static func nested(_ depth: Int) -> [UInt8] { (0..<depth).reduce(into: [UInt8]()) { bytes, _ in bytes = value(0x30, bytes) } }

    /// The same in BER with indefinite lengths, which needs four bytes each.
    static func indefinite(_ depth: Int) -> [UInt8] {
        (0..<depth).flatMap { _ in [0x30, 0x80] as [UInt8] } + [UInt8](repeating: 0, count: depth * 2)
    }
}

/// A certificate that is read: what it says is made up, and so is the signature.
private func certificate(subject: [UInt8] = DER.sequence(), extensions: [[UInt8]]) throws -> [UInt8] {
    let algorithm = DER.sequence(DER.value(0x06, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]))
    let time = DER.value(0x17, Array("260101000000Z".utf8))
    let tbs = DER.sequence(
        DER.value(0xA0, DER.value(0x02, [2])), DER.value(0x02, [1]), algorithm, DER.sequence(), DER.sequence(time, time), subject,
        try PrivateKey.generate().publicKey.der, DER.value(0xA3, DER.sequence(extensions.flatMap { $0 })))
    return DER.sequence(tbs, algorithm, DER.value(0x03, [0, 1]))
}

private func one(_ type: [UInt8], _ value: [UInt8]) -> [UInt8] { DER.sequence(DER.value(0x06, type), DER.value(0x04, value)) }

/// subjectAltName of as many names.
private func names(_ count: Int, _ name: String) -> [UInt8] {
    one([0x55, 0x1D, 0x11], DER.sequence((0..<count).flatMap { _ in DER.value(0x82, Array(name.utf8)) }))
}

private func read(certificate der: [UInt8]) -> String {
    do throws(CertificateFailure) {
        let certificate = try Certificate(der: der)
        return "read, subject of \("\(certificate.subject)".utf8.count) bytes"
    } catch { return error.name }
}

private func read(stamp bytes: [UInt8]) -> String {
    do throws(TimestampFailure) {
        _ = try TimestampToken(response: bytes)
        return "read"
    } catch { return error.name }
}

extension Case {
    static let certificates: [Case] = [
        Case("DER nested 100,000 deep, as a certificate", "480 kB", "certificateMalformed") {
            let der = DER.nested(100_000)
            return { read(certificate: der) }
        },
        Case("DER nested as deep as a certificate is long", "32 kB, 8,000 deep", "certificateMalformed") {
            let der = DER.nested(8_000)
            precondition(der.count <= Certificate.sizeLimit)
            return { read(certificate: der) }
        },
        Case("BER of indefinite lengths, nested as deep as a time stamp is long", "64 kB, 16,000 deep", "tsaResponse") {
            let bytes = DER.indefinite(16_000)
            return { read(stamp: bytes) }
        },
        Case("a certificate of empty values", "32 kB, 16,000 values", "certificateMalformed") {
            let der = DER.sequence((0..<16_000).flatMap { _ in [0x30, 0x00] as [UInt8] })
            return { read(certificate: der) }
        },
        Case("a distinguished name of 2,200 parts", "31 kB", "read, subject of 521 bytes") {
            let part = DER.value(0x31, DER.sequence(DER.value(0x06, [0x55, 0x04, 0x03]), DER.value(0x0C, Array("abc".utf8))))
            let der = try certificate(subject: DER.value(0x30, (0..<2_200).flatMap { _ in part }), extensions: [names(1, "a")])
            return { read(certificate: der) }
        },
        Case("a distinguished name of one value", "31 kB", "read, subject of 518 bytes") {
            let value = DER.value(0x0C, [UInt8](repeating: 0x61, count: 31_000))
            let der = try certificate(
                subject: DER.sequence(DER.value(0x31, DER.sequence(DER.value(0x06, [0x55, 0x04, 0x03]), value))),
                extensions: [names(1, "a")])
            return { read(certificate: der) }
        },
        Case("300 alternative names against 2,000 constraints", "32 kB", "certificateMalformed") {
            let subtrees = DER.value(0xA0, (0..<2_000).flatMap { _ in DER.sequence(DER.value(0x82, Array("a.example".utf8))) })
            let der = try certificate(extensions: [names(300, "b.example"), one([0x55, 0x1D, 0x1E], DER.sequence(subtrees))])
            return { read(certificate: der) }
        },
    ]
}
