@testable import Trust

/// A certificate to be: change what a test is about, the rest is what Fulcio and its authorities write.
struct CertificateSample {
    /// Object identifier, whether critical, value.
    typealias Extension = (type: String, isCritical: Bool, value: [UInt8])

    var subject = ""
    var issuer = ""
    var serialNumber: [UInt8] = [0x2a]
    var notBefore = "260101000000Z"
    var notAfter = "270101000000Z"
    var key: SampleKey
    var extensions: [Extension] = []
    var version: [UInt8]? = [2]
    /// AlgorithmIdentifier inside, where it is to differ from the one outside.
    var innerAlgorithm: [UInt8]?
    /// Bytes after the last field of the part that is signed.
    var trailer: [UInt8] = []

    static let identity = "https://ci.example.test/org/repo/build.yml@refs/heads/main"
    static let provider = "https://issuer.example.test"

    /// A signer's certificate.
    static func leaf(by issuer: String, key: SampleKey, identity: String = identity) throws -> CertificateSample {
        var sample = CertificateSample(issuer: issuer, notBefore: "260601000000Z", notAfter: "260601001000Z", key: key)
        sample.extensions = [
            keyUsage(0x80), try extendedKeyUsage("1.3.6.1.5.5.7.3.3"), subjectAlternativeName((0x86, Array(identity.utf8))),
            ("1.3.6.1.4.1.57264.1.8", false, DERSample.utf8(provider)),
        ]
        return sample
    }

    /// An authority's.
    static func authority(
        _ subject: String, by issuer: String, key: SampleKey, pathLength: UInt8? = nil, purposes: [String] = []
    ) throws -> CertificateSample {
        var sample = CertificateSample(subject: subject, issuer: issuer, key: key)
        sample.extensions = [keyUsage(0x06), basicConstraints(pathLength)]
        if !purposes.isEmpty { sample.extensions.append(try extendedKeyUsage(purposes[0])) }
        return sample
    }

    func der(signedBy issuerKey: SampleKey) throws -> [UInt8] {
        var fields: [UInt8] = []
        if let version { fields += DERSample.explicit(0, DERSample.integer(version)) }
        fields += DERSample.integer(serialNumber)
        fields += innerAlgorithm ?? issuerKey.algorithm
        fields += try DERSample.name(issuer)
        fields += DERSample.sequence(DERSample.time(notBefore), DERSample.time(notAfter))
        fields += try DERSample.name(subject)
        fields += key.publicKey
        if !extensions.isEmpty {
            var all: [UInt8] = []
            for one in extensions {
                all += DERSample.sequence(try DERSample.oid(one.type), one.isCritical ? DERSample.yes : [], DERSample.octets(one.value))
            }
            fields += DERSample.explicit(3, DERSample.sequence(all))
        }
        let tbs = DERSample.sequence(fields, trailer)
        return DERSample.sequence(tbs, issuerKey.algorithm, DERSample.bits(try issuerKey.sign(tbs)))
    }

    func certificate(signedBy issuerKey: SampleKey) throws -> Certificate { try Certificate(der: der(signedBy: issuerKey)) }

    mutating func replace(_ one: Extension) {
        extensions.removeAll { $0.type == one.type }
        extensions.append(one)
    }

    mutating func remove(_ type: String) { extensions.removeAll { $0.type == type } }

    static func keyUsage(_ bits: UInt8) -> Extension {
        ("2.5.29.15", true, DERSample.bits([bits], unused: UInt8(bits.trailingZeroBitCount)))
    }

    static func basicConstraints(_ pathLength: UInt8?) -> Extension {
        ("2.5.29.19", true, DERSample.sequence(DERSample.yes, pathLength.map { DERSample.integer([$0]) } ?? []))
    }

    static func extendedKeyUsage(_ purposes: String..., critical: Bool = false) throws -> Extension {
        ("2.5.29.37", critical, DERSample.sequence(try purposes.flatMap { try DERSample.oid($0) }))
    }

    /// Names by their tag: 0x81 a mail address, 0x82 a domain, 0x86 a URI.
    static func subjectAlternativeName(_ names: (UInt8, [UInt8])..., critical: Bool = true) -> Extension {
        ("2.5.29.17", critical, DERSample.sequence(names.flatMap { DERWriter.value($0.0, $0.1) }))
    }

    static func nameConstraints(permitted: [(UInt8, String)] = [], excluded: [(UInt8, String)] = []) -> Extension {
        func subtrees(_ number: UInt8, _ names: [(UInt8, String)]) -> [UInt8] {
            guard !names.isEmpty else { return [] }
            return DERSample.explicit(number, names.flatMap { DERSample.sequence(DERWriter.value($0.0, Array($0.1.utf8))) })
        }
        return ("2.5.29.30", true, DERSample.sequence(subtrees(0, permitted), subtrees(1, excluded)))
    }
}
