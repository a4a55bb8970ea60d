@testable import Trust

/// A root, an intermediate and a signer's certificate under it, each to be changed before it is made.
struct ChainSample {
    var root: CertificateSample
    var intermediate: CertificateSample
    var leaf: CertificateSample
    let rootKey: SampleKey
    let intermediateKey: SampleKey

    /// While the leaf is valid.
    static let time = Moment(rfc3339: "2026-06-01T00:05:00Z")!
    static let window = ValidityWindow(start: Moment(rfc3339: "2026-01-01T00:00:00Z")!)

    init(_ kind: SampleKey.Kind = .p256) throws {
        rootKey = try SampleKey(1, kind)
        intermediateKey = try SampleKey(2, kind)
        root = try .authority("root", by: "root", key: rootKey)
        intermediate = try .authority("intermediate", by: "root", key: intermediateKey, pathLength: 0, purposes: ["1.3.6.1.5.5.7.3.3"])
        leaf = try .leaf(by: "intermediate", key: SampleKey(3))
    }

    func authority(window: ValidityWindow = window) throws -> CertificateAuthority {
        try CertificateAuthority(
            name: "https://ca.example.test",
            certificates: [intermediate.certificate(signedBy: rootKey), root.certificate(signedBy: rootKey)], window: window)
    }

    func signer() throws -> Certificate { try leaf.certificate(signedBy: intermediateKey) }

    @discardableResult
    func validate(at times: Moment..., window: ValidityWindow = window) throws -> CertificatePath {
        try authority(window: window).validate(leaf: signer(), at: times.isEmpty ? [Self.time] : times)
    }
}
