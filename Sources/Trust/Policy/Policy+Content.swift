extension Policy: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(name)
        writer.add(match)
        writer.add(authorities)
        writer.add(Int64(threshold))
        writer.add(attestations)
        writer.add(revoked)
        writer.add(mode.rawValue)
        writer.add(signedReference.rawValue)
        writer.add(problems)
    }
}

extension Policy.Match: ContentWritable {
    func write(into writer: inout ContentWriter) {
        for globs in [namespaces, classes, slots, repositories] { writer.add(globs.map(\.pattern)) }
    }
}

extension Revocation: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(keys.sorted())
        writer.add(identities.sorted { ($0.issuer, $0.subject) < ($1.issuer, $1.subject) })
    }
}

extension Revocation.Identity: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(issuer)
        writer.add(subject)
    }
}

extension Authority: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(name)
        writer.add(keys)
        writer.add(identities)
        writer.add(roots)
        writer.add(needsLog)
        writer.add(notation)
        writer.add(Int64(weightLimit))
    }
}

extension NotationRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        for roots in [certificates, signingAuthorities, timestampAuthorities] { writer.add(roots.map(\.fingerprint)) }
        writer.add(identities != nil)
        writer.add((identities ?? []).map(\.description))
    }
}

extension PublicKey: ContentWritable {
    func write(into writer: inout ContentWriter) { writer.add(der) }
}

/// All of a root follows from the document's bytes.
extension TrustedRoot: ContentWritable {
    func write(into writer: inout ContentWriter) { writer.add(digest) }
}

extension IdentityRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(issuer)
        writer.add(subject)
        writer.add(kind?.rawValue ?? "")
        writer.add(Int64(extensions.count))
        for (kind, requirement) in extensions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.add(kind.oid)
            writer.add(requirement)
        }
    }
}

extension TextRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(exactText != nil)
        writer.add(exactText ?? description)
    }
}
