import SwiftASN1

extension SignedCertificateTimestamp {
    /// `1.3.6.1.4.1.11129.2.4.2`, the extension that holds the list.
    static let listType: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2]

    /// Timestamps in one certificate at most.
    static let limit = 16

    /// The timestamps embedded in a certificate (§3.3): OCTET STRING { u16 length, (u16 length, SCT)* }, with nothing left over.
    package static func embedded(in certificate: Certificate) throws(SCTFailure) -> [SignedCertificateTimestamp] {
        guard let value = certificate.extensions.values[listType] else { throw .missing }
        return try Self.list(value)
    }

    /// The extension's value.
    static func list(_ value: ArraySlice<UInt8>) throws(SCTFailure) -> [SignedCertificateTimestamp] {
        let list: ArraySlice<UInt8>
        do throws(ASN1Fault) {
            list = try NodeReader.parse(value, "the list of timestamps").octets("the list of timestamps")
        } catch {
            throw .malformed(error.reason)
        }
        var reader = TLSReader(list)
        var entries = TLSReader(try reader.opaque16("the list"))
        try reader.end("the list")
        var timestamps: [SignedCertificateTimestamp] = []
        while !entries.isAtEnd {
            guard timestamps.count < limit else { throw .malformed("more than \(limit) timestamps") }
            timestamps.append(try SignedCertificateTimestamp(entries.opaque16("a timestamp")))
        }
        guard !timestamps.isEmpty else { throw .malformed("an empty list") }
        return timestamps
    }

    init(_ bytes: ArraySlice<UInt8>) throws(SCTFailure) {
        var reader = TLSReader(bytes)
        let version = try reader.integer(1, "the version")
        guard version == 0 else { throw .malformed("version \(version), wanted 0 (v1)") }
        logID = Array(try reader.bytes(32, "the log id"))
        milliseconds = try reader.integer(8, "the time")
        guard let signed = Int64(exactly: milliseconds) else { throw .malformed("a time beyond all calendars") }
        time = Moment(milliseconds: signed)
        extensions = Array(try reader.opaque16("the extensions"))
        let hash = try reader.integer(1, "the hash algorithm")
        let algorithm = try reader.integer(1, "the signature algorithm")
        guard hash == 4, algorithm == 3 || algorithm == 1 else {
            throw .malformed("algorithms \(hash) and \(algorithm), wanted SHA-256 (4) with ECDSA (3) or RSA (1)")
        }
        hasRSASignature = algorithm == 1
        signature = Array(try reader.opaque16("the signature"))
        try reader.end("a timestamp")
    }

    /// What the log signed: digitally-signed struct of §3.2 for a precertificate.
    package func signedBytes(issuerKeyHash: [UInt8], precertificate tbs: [UInt8]) -> [UInt8] {
        // v1, certificate_timestamp.
        var bytes: [UInt8] = [0, 0]
        bytes.reserveCapacity(tbs.count + extensions.count + 64)
        append(milliseconds, 8, to: &bytes)
        // precert_entry.
        append(1, 2, to: &bytes)
        bytes.append(contentsOf: issuerKeyHash)
        append(UInt64(tbs.count), 3, to: &bytes)
        bytes.append(contentsOf: tbs)
        append(UInt64(extensions.count), 2, to: &bytes)
        bytes.append(contentsOf: extensions)
        return bytes
    }

    private func append(_ number: UInt64, _ width: Int, to bytes: inout [UInt8]) {
        for shift in stride(from: (width - 1) * 8, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }
}

/// Reads the presentation language of TLS (RFC 5246 §4).
struct TLSReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int, _ what: String) throws(SCTFailure) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .malformed("\(what) ends too early") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer(_ width: Int, _ what: String) throws(SCTFailure) -> UInt64 {
        try bytes(width, what).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `opaque <0..2^16-1>`.
    mutating func opaque16(_ what: String) throws(SCTFailure) -> ArraySlice<UInt8> {
        try bytes(Int(integer(2, what)), what)
    }

    func end(_ what: String) throws(SCTFailure) {
        guard rest.isEmpty else { throw .malformed("\(rest.count) bytes after \(what)") }
    }
}
