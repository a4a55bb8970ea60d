/// By which rules a signature was made (signing-scheme.md).
enum NotationScheme: String, Sendable, Hashable, CaseIterable {
    /// By whoever holds the key. When it says to have been made counts for nothing.
    case x509 = "notary.x509"
    /// By a service that is trusted to say when.
    case signingAuthority = "notary.x509.signingAuthority"

    static let names = allCases.map(\.rawValue).joined(separator: " or ")
}

/// Names of the headers, which are the same in JWS and COSE.
enum NotationHeader {
    static let scheme = "io.cncf.notary.signingScheme"
    static let signingTime = "io.cncf.notary.signingTime"
    static let authenticSigningTime = "io.cncf.notary.authenticSigningTime"
    static let expiry = "io.cncf.notary.expiry"
    static let plugin = "io.cncf.notary.verificationPlugin"
    static let pluginVersion = "io.cncf.notary.verificationPluginMinVersion"
    static let timestamp = "io.cncf.notary.timestampSignature"
    static let agent = "io.cncf.notary.signingAgent"

    /// Those that only count where they are signed.
    static let signed = [scheme, signingTime, authenticSigningTime, expiry, plugin, pluginVersion]
    static let times = [signingTime, authenticSigningTime, expiry]
}

/// The signed headers as an envelope writes them, before any of them is judged.
struct NotationHeaders: Sendable, Hashable {
    /// What the envelope calls its content type; JWS and COSE have other names for these three.
    var contentType: String?
    var algorithm: String?
    var critical: [String]?
    var scheme: String?
    var times: [String: Moment] = [:]
    /// The plug-in's name where one is demanded, critical or not.
    var plugin: String?
}

/// What a signature states of itself, complete and consistent for its scheme (signature-specification.md, "Signed Attributes").
struct NotationAttributes: Sendable, Hashable {
    let scheme: NotationScheme
    /// When it was signed, by the signer's own word.
    let signingTime: Moment
    let expiry: Moment?

    init(_ headers: NotationHeaders) throws(NotationFailure) {
        guard let contentType = headers.contentType else { throw .headerMissing("content type") }
        guard contentType.isIdentical(to: NotationPayload.mediaType) else { throw .contentType(found: contentType) }
        guard let name = headers.scheme else { throw .headerMissing(NotationHeader.scheme) }
        guard let scheme = NotationScheme.allCases.first(where: { $0.rawValue.isIdentical(to: name) }) else {
            throw .signingScheme(found: name)
        }
        if let plugin = headers.plugin { throw .pluginRequired(plugin) }
        let (wanted, other) =
            scheme == .x509
            ? (NotationHeader.signingTime, NotationHeader.authenticSigningTime)
            : (NotationHeader.authenticSigningTime, NotationHeader.signingTime)
        if headers.times[other] != nil { throw .headerUnexpected(other, "the signing scheme is \(scheme.rawValue)") }
        guard let time = headers.times[wanted] else { throw .headerMissing(wanted) }
        let expiry = headers.times[NotationHeader.expiry]
        var demanded: Set<String> = [NotationHeader.scheme]
        if scheme == .signingAuthority { demanded.insert(NotationHeader.authenticSigningTime) }
        if expiry != nil { demanded.insert(NotationHeader.expiry) }
        try Self.check(headers.critical, are: demanded)
        if let expiry, expiry <= time { throw .headerMalformed(NotationHeader.expiry, "not after the time of signing") }
        self.scheme = scheme
        signingTime = time
        self.expiry = expiry
    }

    /// What must be critical is, and nothing else: whatever more a signer holds for critical isn't known here.
    private static func check(_ critical: [String]?, are demanded: Set<String>) throws(NotationFailure) {
        guard let critical, !critical.isEmpty else { throw .headerMissing("crit") }
        guard Set(critical).count == critical.count else { throw .headerMalformed("crit", "a name stands there twice") }
        for name in critical where !demanded.contains(where: { $0.isIdentical(to: name) }) {
            throw NotationHeader.times.contains(name)
                ? .headerUnexpected(name, "it is marked critical, but informs only or isn't there") : .criticalHeaderUnknown(name)
        }
        for name in demanded.sorted() where !critical.contains(name) { throw .headerNotCritical(name) }
    }
}
