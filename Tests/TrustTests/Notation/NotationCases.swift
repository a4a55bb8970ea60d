@testable import Trust

/// Signatures with one defect each, and why they are refused.
enum NotationCases {
    typealias Case = NotationSignatureTests.Case

    static let all = headers + certificates + trust + content

    private static let headers: [Case] = [
        Case("no content type", "headerMissing") { $0.contentType = nil },
        Case("another content type", "contentTypeUnsupported") { $0.contentType = "application/vnd.cncf.notary.payload.v2+json" },
        Case("no signing scheme", "headerMissing") { $0.scheme = nil },
        Case("an unknown signing scheme", "signingSchemeUnsupported") { $0.scheme = "notary.tuf" },
        Case("nothing critical", "headerMissing") { $0.critical = nil },
        Case("an empty list of what is critical", "headerMissing") { $0.critical = [] },
        Case("a signing scheme that isn't critical", "criticalHeaderUnknown") { $0.critical = ["com.example.other"] },
        Case("a name twice in what is critical", "headerMalformed") { $0.critical = [NotationHeader.scheme, NotationHeader.scheme] },
        Case("an unknown critical header", "criticalHeaderUnknown") {
            $0.critical = [NotationHeader.scheme, "com.example.must"]
            $0.moreSigned = [("com.example.must", "be known")]
        },
        Case("a critical header that isn't there", "headerUnexpected") { $0.critical = [NotationHeader.scheme, NotationHeader.expiry] },
        Case("a time for information that is marked critical", "headerUnexpected") {
            $0.critical = [NotationHeader.scheme, NotationHeader.signingTime]
        },
        Case("an expiry that isn't critical", "headerNotCritical") { $0.times[NotationHeader.expiry] = "2026-06-02T00:00:00Z" },
        Case("an expiry before the signing time", "headerMalformed") {
            $0.times[NotationHeader.expiry] = "2026-06-01T00:05:00Z"
            $0.critical = [NotationHeader.scheme, NotationHeader.expiry]
        },
        Case("a time of a signing authority that isn't critical", "headerNotCritical") {
            $0.useSigningAuthority()
            $0.critical = [NotationHeader.scheme]
        },
        Case("a plug-in", "verificationPluginRequired") {
            $0.critical = [NotationHeader.scheme, NotationHeader.plugin]
            $0.moreSigned = [(NotationHeader.plugin, "com.example.plugin")]
        },
        Case("a plug-in that isn't marked critical", "verificationPluginRequired") {
            $0.moreSigned = [(NotationHeader.plugin, "com.example.plugin")]
        },
        Case("the version of a plug-in alone", "verificationPluginRequired") { $0.moreSigned = [(NotationHeader.pluginVersion, "1.0.0")] },
        Case("no signing time", "headerMissing") { $0.times = [:] },
        Case("no time of the signing authority", "headerMissing") {
            $0.useSigningAuthority()
            $0.times = [:]
        },
        Case("the other scheme's time as well", "headerUnexpected") {
            $0.times[NotationHeader.authenticSigningTime] = "2026-06-01T00:05:00Z"
        },
        Case("a time that is none", "headerMalformed") { $0.times = [NotationHeader.signingTime: "yesterday"] },
        Case("a signed header that isn't signed", "headerUnexpected") {
            $0.times[NotationHeader.expiry] = nil
            $0.moreUnsigned = [(NotationHeader.expiry, "2030-01-01T00:00:00Z")]
        },
        Case("a header that is signed and not signed", "headerUnexpected") {
            $0.moreSigned = [("com.example.note", "one")]
            $0.moreUnsigned = [("com.example.note", "two")]
        },
    ]

    private static let certificates: [Case] = [
        Case("no certificates", "certificateChainMissing") { $0.certificates = { _ in [] } },
        Case("too many certificates", "tooManyCertificates") { $0.certificates = { Array(repeating: $0[2], count: 11) } },
        Case("a certificate that is none", "certificateMalformed") { $0.certificates = { _ in [[0x30, 0x00]] } },
        Case("a chain without its root", "certificateChainInvalid") { $0.certificates = { Array($0.dropLast()) } },
        Case("the signer alone", "certificateChainInvalid") { $0.certificates = { [$0[0]] } },
        Case("a chain in another order", "certificateChainInvalid") { $0.certificates = { [$0[0], $0[2], $0[1]] } },
        Case("a certificate that isn't of the chain", "certificateChainInvalid") { $0.certificates = { [$0[0], $0[1], $0[1], $0[2]] } },
        Case("a root twice", "certificateChainInvalid") { $0.certificates = { $0 + [$0[2]] } },
        Case("a signer whose issuer's key isn't the next's", "certificateChainInvalid") {
            let other = try $0.leaf.der(signedBy: $0.rootKey)
            $0.certificates = { [other, $0[1], $0[2]] }
        },
        Case("a signer that signed itself, before its chain", "certificateChainInvalid") {
            $0.leaf.issuer = $0.leaf.subject
            let own = try $0.leaf.der(signedBy: $0.leaf.key)
            $0.certificates = { _ in [own, own] }
        },
        Case("a signer that signed itself, and that the policy doesn't name", "untrustedChain") {
            $0.leaf.issuer = $0.leaf.subject
            let own = try $0.leaf.der(signedBy: $0.leaf.key)
            $0.certificates = { _ in [own] }
        },
        Case("a signer that is an authority", "certificateProfile(ca)") {
            $0.leaf.extensions.append(CertificateSample.basicConstraints(nil))
        },
        Case("a signer without key usage", "certificateProfile(ku)") { $0.leaf.remove("2.5.29.15") },
        Case("a signer whose key usage isn't critical", "certificateProfile(ku)") {
            var usage = CertificateSample.keyUsage(0x80)
            usage.isCritical = false
            $0.leaf.replace(usage)
        },
        Case("a signer that may issue certificates", "certificateProfile(ku)") { $0.leaf.replace(CertificateSample.keyUsage(0x84)) },
        Case("a signer that may encipher keys", "certificateProfile(ku)") { $0.leaf.replace(CertificateSample.keyUsage(0xa0)) },
        Case("a signer that may only decipher", "certificateProfile(ku)") {
            $0.leaf.replace(("2.5.29.15", true, DERSample.bits([0x80, 0x80], unused: 7)))
        },
        Case("a signer that may not sign", "certificateProfile(ku)") { $0.leaf.replace(CertificateSample.keyUsage(0x40)) },
        Case("a signer for TLS servers", "certificateProfile(eku)") {
            $0.leaf.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.1"))
        },
        Case("a signer for time stamps", "certificateProfile(eku)") {
            $0.leaf.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.8"))
        },
        Case("a signer for any purpose", "certificateProfile(eku)") {
            $0.leaf.replace(try CertificateSample.extendedKeyUsage("2.5.29.37.0"))
        },
        Case("a signer with an unknown critical extension", "certificateProfile(critical)") {
            $0.leaf.extensions.append(("1.2.3.4", true, DERSample.utf8("x")))
        },
        Case("an authority with an unknown critical extension", "certificateProfile(critical)") {
            $0.intermediate.extensions.append(("1.2.3.4", true, DERSample.utf8("x")))
        },
        Case("an authority that is none", "certificateProfile(ca)") { $0.intermediate.remove("2.5.29.19") },
        Case("an authority whose constraints aren't critical", "certificateProfile(ca)") {
            var constraints = CertificateSample.basicConstraints(0)
            constraints.isCritical = false
            $0.intermediate.replace(constraints)
        },
        Case("more authorities than one above them allows", "certificateProfile(pathLength)") {
            $0.root.replace(CertificateSample.basicConstraints(0))
        },
        Case("an authority that may not issue", "certificateProfile(ku)") { $0.intermediate.replace(CertificateSample.keyUsage(0x80)) },
        Case("an authority for TLS servers", "certificateProfile(eku)") {
            $0.intermediate.extensions.append(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.1"))
        },
        Case("a signer whom an authority may not name", "nameConstraints") {
            $0.leaf.extensions.append(CertificateSample.subjectAlternativeName((0x82, Array("other.example".utf8)), critical: false))
            $0.intermediate.extensions.append(CertificateSample.nameConstraints(permitted: [(0x82, "wabbit.example")]))
        },
        Case("a signer with an Ed25519 key", "certificateProfile(key)") { $0.leaf.key = try SampleKey(33, .ed25519) },
    ]

    private static let trust: [Case] = [
        Case("a root that the policy doesn't name", "untrustedChain") {
            var other = $0.root
            other.serialNumber = [0x55]
            $0.requirement.certificates = [try other.certificate(signedBy: $0.rootKey).pem]
        },
        Case("a root of signing authorities, under the other scheme", "untrustedChain") { $0.rootServes = .signingAuthority },
        Case("a root of signers that makes itself a signing authority", "untrustedChain") {
            $0.rootServes = .x509
            $0.useSigningAuthority()
        },
        Case("another algorithm than the key's", "algorithmMismatch") { $0.algorithm = "ES384" },
        Case("an algorithm of another kind of key", "algorithmMismatch") { $0.algorithm = "PS256" },
        Case("an algorithm that isn't taken", "algorithmUnsupported") { $0.algorithm = "EdDSA" },
        Case("no algorithm at all", "algorithmUnsupported") { $0.algorithm = "none" },
        Case("a signature by another key", "signatureInvalid") { $0.signer = try SampleKey(34) },
        Case("a signature of zeros", "signatureInvalid") { $0.changeSignature = { [UInt8](repeating: 0, count: $0.count) } },
        Case("a signature with a byte too many", "signatureInvalid") { $0.changeSignature = { $0 + [0] } },
        Case("no signature", "envelopeMalformed") { $0.changeSignature = { _ in [] } },
        Case("a signer's certificate that has run out", "certificateNotValidAt") {
            $0.occasion.now = Moment(rfc3339: "2026-07-01T00:00:01Z")!
        },
        Case("a signer's certificate that isn't valid yet", "certificateNotValidAt") {
            $0.occasion.now = Moment(rfc3339: "2026-05-31T23:59:59Z")!
        },
        Case("a root that has run out", "certificateNotValidAt") { $0.root.notAfter = "260601000500Z" },
        Case("a signing authority's time after its certificate ran out", "certificateNotValidAt") {
            $0.useSigningAuthority(at: "2026-07-01T00:00:01Z")
        },
        Case("a signature that has expired", "signatureExpired") {
            $0.times[NotationHeader.expiry] = "2026-06-01T00:06:00Z"
            $0.critical = [NotationHeader.scheme, NotationHeader.expiry]
        },
        Case("a signing authority's signature that has expired", "signatureExpired") {
            $0.useSigningAuthority()
            $0.times[NotationHeader.expiry] = "2026-06-01T00:05:30Z"
            $0.critical?.append(NotationHeader.expiry)
        },
        Case("another organization", "identityMismatch") { $0.leaf.subject = "C=US,ST=WA,O=wabbit,CN=SecureBuilder" },
        Case("an identity in another case", "identityMismatch") { $0.leaf.subject = "C=US,ST=WA,O=Wabbit-networks.example" },
        Case("a subject that lacks a part", "identityMismatch") { $0.leaf.subject = "C=US,O=wabbit-networks.example" },
        Case("a subject with two of a part", "subjectMalformed") { $0.leaf.subject += ",O=other" },
        Case("a subject with two attributes in one part", "subjectMalformed") { $0.leaf.subject = "C=US+ST=WA,O=wabbit-networks.example" },
    ]

    private static let content: [Case] = [
        Case("another digest", "digestMismatch") { $0.payload = NotationSample.payload(digest: Samples.otherDigest) },
        Case("another media type", "mediaTypeMismatch") {
            $0.payload = NotationSample.payload(mediaType: "application/vnd.oci.image.index.v1+json")
        },
        Case("another size", "sizeMismatch") { $0.payload = NotationSample.payload(size: 4243) },
        Case("no payload", "envelopeMalformed") { $0.payload = [] },
        Case("a payload that isn't JSON", "payloadMalformed") { $0.payload = Array("signed".utf8) },
        Case("a payload without an artifact", "payloadMalformed") { $0.payload = Array("{}".utf8) },
        Case("a payload with an unknown member", "payloadMalformed") {
            $0.payload = Array(String(decoding: NotationSample.payload(), as: UTF8.self).dropLast().utf8) + Array(#","more":1}"#.utf8)
        },
        Case("a digest twice", "payloadMalformed") { $0.payload = NotationSample.payload(more: ",\"digest\":\"\(Samples.otherDigest)\"") },
        Case("a negative size", "payloadMalformed") { $0.payload = NotationSample.payload(size: -1) },
        Case("annotations that are no text", "payloadMalformed") { $0.payload = NotationSample.payload(more: #","annotations":{"a":1}"#) },
        Case("a payload behind another", "payloadMalformed") { $0.payload += $0.payload },
    ]
}
