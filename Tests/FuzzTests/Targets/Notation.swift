import JSON

@testable import Trust

extension FuzzTarget {
    /// A signature of the Notary Project is read or refused; what is accepted is what was signed, by the same signer.
    ///
    /// The first byte says how it is encoded: 0 for JWS, 1 for COSE.
    static let notation = FuzzTarget("notation", .base64, limit: 32 << 10, seeds: { try KnownNotation.seeds() }) { bytes in
        guard let first = bytes.first, let encoding = KnownNotation.encodings[at: Int(first)] else { return }
        let envelopeBytes = Array(bytes.dropFirst())
        guard let envelope = try answer({ () throws(NotationFailure) in try NotationEnvelope(envelopeBytes, as: encoding) }) else { return }
        try promise(
            "no more than limits allow is kept",
            !envelope.signature.isEmpty && envelope.signature.count <= NotationEnvelope.Limits.signature
                && (1...NotationEnvelope.Limits.certificates).contains(envelope.certificates.count))
        guard let attributes = try answer({ () throws(NotationFailure) in try NotationAttributes(envelope.headers) }) else { return }
        try checkWords("\(attributes.signingTime)")
        guard let evidence = try answer({ () throws(NotationFailure) in try KnownNotation.shared.verify(envelopeBytes, as: encoding) })
        else {
            return
        }
        let originals = KnownNotation.shared.signed[envelope.signedBytes] ?? []
        try promise("what is accepted was signed", !originals.isEmpty)
        try promise(
            "the signer is one who signed it",
            originals.contains([evidence.certificateFingerprint, evidence.rootDigest]))
    }

    /// One item of CBOR is read or refused; what is read has one way of writing it.
    static let cbor = FuzzTarget(
        "cbor",
        seeds: {
            // Envelopes, and the headers and payloads within them.
            try KnownNotation.files(".cose").flatMap { bytes -> [[UInt8]] in
                guard case .tagged(_, let message)? = try? CBORReader.read(bytes) else { return [bytes] }
                return [bytes] + (message.array ?? []).compactMap(\.bytes)
            }.filter { $0.count <= 4096 && (try? CBORReader.read($0)) != nil }
        },
        check: { bytes in
            let limits = CBORReader.Limits(size: 4096, depth: 8, items: 256)
            guard let value = try answer({ () throws(CBORFault) in try CBORReader.read(bytes, limits: limits) }) else { return }
            try promise("an item has one way of writing it", value.written == bytes)
        })

    /// The subject that a policy trusts is read or refused; what is read accepts itself, and nothing that lacks one of its attributes.
    static let subject = FuzzTarget(
        "subject", limit: 1024,
        seeds: {
            [
                "x509.subject: C=US, ST=WA, O=wabbit-networks.io", #"x509.subject:C=US,S=WA,O=wabbit\;,OU=\c3\bc,CN=a\ "#,
                ##"x509.subject: 2.5.4.6=DE, ST=\#Berlin, O=a\,b, DC=example, STREET=x y, EMAILADDRESS=a@b"##,
            ].map { Array($0.utf8) }
        },
        check: { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            guard let pattern = try answer({ () throws(PolicyProblem) in try DistinguishedNamePattern(text) }) else { return }
            try promise("it is kept as it was written", pattern.description == text)
            try promise("it covers itself", pattern.covers(pattern) && pattern.accepts(kept: text))
            for other in KnownNotation.patterns where pattern.covers(other) {
                try promise("what covers another accepts it", pattern.accepts(kept: other.description))
            }
        })

    /// A time-stamp token without the response around it, whose certificates came along: one that the root vouches for states the original's time.
    static let token = FuzzTarget("token", .der, limit: 8192, seeds: { KnownNotation.shared.tokens.map(\.token) }) { bytes in
        do throws(TimestampFailure) { _ = try TimestampToken(token: bytes) } catch { return try checkWords(error.description) }
        for known in KnownNotation.shared.tokens {
            let stamp = try answer { () throws(TimestampFailure) in
                try RootedTimestamp(token: bytes, over: known.stamped, roots: KnownNotation.shared.requirement.timestampAuthorities)
            }
            guard let stamp else { continue }
            try promise("a stamp that verifies is the original's", stamp == known.stamp)
        }
    }
}

/// The signatures of `Tests/Fixtures/signatures/notation`, and what they are judged by.
struct KnownNotation: Sendable {
    struct Stamped: Sendable {
        var token: [UInt8]
        var stamped: [UInt8]
        var stamp: RootedTimestamp
    }

    static let encodings: [NotationEnvelope.Encoding] = [.jws, .cose]

    let requirement: NotationRequirement
    /// Who signed, and under which root, by the bytes that were signed. Also of signatures that are refused: without its time stamp, which nobody signed, one
    /// that was stamped too late is like any other.
    let signed: [[UInt8]: [[String?]]]
    let tokens: [Stamped]
    private let digest: String
    private let occasion: Occasion

    static let shared: KnownNotation = {
        do { return try KnownNotation() } catch { preconditionFailure("the signatures that fuzzing begins with: \(error)") }
    }()

    static let patterns = ["C=US, ST=WA, O=wabbit-networks.io", "C=US, ST=WA, O=wabbit-networks.io, CN=signer"].compactMap {
        try? DistinguishedNamePattern("\(DistinguishedNamePattern.prefix) \($0)")
    }

    static func files(_ ending: String) throws -> [[UInt8]] { try SeedFiles.folder("notation", ending) }

    static func seeds() throws -> [[UInt8]] {
        try files(".jws").map { [0] + $0 } + files(".cose").map { [1] + $0 }
    }

    func verify(_ bytes: [UInt8], as encoding: NotationEnvelope.Encoding) throws(NotationFailure) -> BundleEvidence {
        try NotationSignature.verify(bytes, as: encoding, requirement: requirement, digest: digest, on: occasion)
    }

    private init() throws {
        var source = PolicySource.Notation()
        source.certificates = try ["root", "rsa-root", "self"].map { try SeedFiles.text("notation/\($0).pem") }
        source.signingAuthorities = [try SeedFiles.text("notation/authority-root.pem")]
        source.timestampAuthorities = [try SeedFiles.text("notation/stamp-root.pem")]
        source.identities = ["*"]
        var problems: [String] = []
        let requirement = NotationRequirement(source, "notation", &problems)
        precondition(problems.isEmpty, "\(problems)")
        let artifact = try SeedFiles.bytes("notation/artifact.json")
        let digest = ContentDigest.sha256(of: artifact)
        // Signers are valid in 2026.
        let occasion = Occasion(
            now: Moment(rfc3339: "2026-06-15T00:00:00Z")!, mediaType: "application/vnd.oci.image.manifest.v1+json", size: artifact.count)
        self.requirement = requirement
        self.digest = digest
        self.occasion = occasion
        var signed: [[UInt8]: [[String?]]] = [:]
        var accepted = 0
        var tokens: [Stamped] = []
        for seed in try Self.seeds() {
            let (encoding, bytes) = (Self.encodings[Int(seed[0])], Array(seed.dropFirst()))
            guard let envelope = try? NotationEnvelope(bytes, as: encoding) else { continue }
            if (try? NotationSignature.verify(bytes, as: encoding, requirement: requirement, digest: digest, on: occasion)) != nil {
                accepted += 1
            }
            let chain = try envelope.certificates.map { try Certificate(der: $0).fingerprint }
            signed[envelope.signedBytes, default: []].append([chain.first, chain.last.map { ContentDigest.prefix + $0 }])
            guard let token = envelope.timestamp else { continue }
            let stamp = try RootedTimestamp(token: token, over: envelope.signature, roots: requirement.timestampAuthorities)
            tokens.append(Stamped(token: token, stamped: envelope.signature, stamp: stamp))
        }
        precondition(accepted > 10 && !tokens.isEmpty)
        self.signed = signed
        self.tokens = tokens
    }
}

extension CBORValue {
    /// As it must have been written: each number and length in its shortest form.
    fileprivate var written: [UInt8] {
        func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
            let size = argument < 24 ? 0 : argument < 1 << 8 ? 1 : argument < 1 << 16 ? 2 : argument < 1 << 32 ? 4 : 8
            guard size > 0 else { return [major << 5 | UInt8(argument)] }
            let information = UInt8(24 + size.trailingZeroBitCount)
            let bytes = stride(from: size - 1, through: 0, by: -1).map { UInt8(truncatingIfNeeded: argument >> UInt64($0 * 8)) }
            return [major << 5 | information] + bytes
        }
        switch self {
        case .unsigned(let number): return head(0, number)
        case .negative(let number): return head(1, number)
        case .bytes(let bytes): return head(2, UInt64(bytes.count)) + bytes
        case .text(let text): return head(3, UInt64(text.utf8.count)) + Array(text.utf8)
        case .array(let values): return head(4, UInt64(values.count)) + values.flatMap(\.written)
        case .map(let entries): return head(5, UInt64(entries.count)) + entries.flatMap { $0.key.written + $0.value.written }
        case .tagged(let tag, let value): return head(6, tag) + value.written
        case .simple(let number): return head(7, UInt64(number))
        case .float(let bytes): return [7 << 5 | UInt8(24 + bytes.count.trailingZeroBitCount)] + bytes
        }
    }
}
