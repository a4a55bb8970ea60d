import JSON

extension TrustedRoot {
    /// Reads a trusted root. Members that aren't known are passed over, since roots gain some; keys of unknown kinds are, too. What is
    /// known must be right: a window without start, or a key that isn't its own id's, fails the whole.
    package init(json bytes: [UInt8]) throws(TrustedRootFailure) {
        do {
            self = try Self.read(bytes)
        } catch let failure as TrustedRootFailure {
            throw failure
        } catch {
            throw .rootMalformed("\(error)")
        }
    }

    private static let mediaTypes = [
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ]

    private static func read(_ bytes: [UInt8]) throws -> TrustedRoot {
        guard bytes.count <= sizeLimit else { throw TrustedRootFailure.tooLarge(bytes: bytes.count, limit: sizeLimit) }
        let json = try JSON.parse(bytes, limits: JSONLimits(size: sizeLimit, depth: depthLimit))
        let members = ["mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"]
        let root = try ProtoMessage(json, at: "", members: members, unknown: .tolerated)
        let mediaType = try root.string("mediaType") ?? ""
        guard mediaTypes.contains(where: mediaType.isIdentical) else {
            throw TrustedRootFailure.rootVersion(found: String(mediaType.prefix(128)))
        }
        var reader = TrustedRootReader()
        let authorities = try reader.elements(of: root, "certificateAuthorities").map { try reader.certificateAuthority($0) }
        let logs = try reader.elements(of: root, "tlogs").map { try reader.log($0) }
        let certificateLogs = try reader.elements(of: root, "ctlogs").map { try reader.certificateLog($0) }
        let timestampAuthorities = try reader.elements(of: root, "timestampAuthorities").map { try reader.timestampAuthority($0) }
        return TrustedRoot(
            digest: ContentDigest.sha256(of: bytes), certificateAuthorities: authorities.compactMap { $0 }, logs: logs.compactMap { $0 },
            certificateLogs: certificateLogs.compactMap { $0 }, timestampAuthorities: timestampAuthorities.compactMap { $0 },
            skipped: reader.skipped)
    }
}
