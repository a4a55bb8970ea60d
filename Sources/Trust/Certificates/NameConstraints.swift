import SwiftASN1

/// Which names an authority may issue for (RFC 5280 §4.2.1.10).
///
/// Mail addresses, domains, URIs and directory names are compared. A constraint of any other form is refused whole: what can't be
/// checked isn't taken as kept.
struct NameConstraints: Sendable, Hashable {
    var permitted: [GeneralName] = []
    var excluded: [GeneralName] = []

    init(_ value: ArraySlice<UInt8>) throws(ASN1Fault) {
        var reader = try NodeReader(der: value, "nameConstraints")
        if let node = reader.optional(context: 0) { permitted = try Self.subtrees(node) }
        if let node = reader.optional(context: 1) { excluded = try Self.subtrees(node) }
        try reader.end()
        guard !permitted.isEmpty || !excluded.isEmpty else { throw ASN1Fault("nameConstraints: empty") }
    }

    private static func subtrees(_ node: ASN1Node) throws(ASN1Fault) -> [GeneralName] {
        let nodes = try node.children("nameConstraints")
        guard !nodes.isEmpty, nodes.count <= 64 else { throw ASN1Fault("nameConstraints: \(nodes.count) subtrees, wanted 1 to 64") }
        var names: [GeneralName] = []
        for node in nodes {
            // minimum and maximum aren't used by this profile, and are left over here.
            var subtree = try NodeReader(node, .sequence, "nameConstraints")
            names.append(try GeneralName(subtree.next(), "nameConstraints"))
            try subtree.end()
        }
        return names
    }

    /// Why `certificate` may not stand under these constraints; nil if it may.
    func objection(to certificate: Certificate) -> String? {
        for form in permitted + excluded {
            switch form {
            case .email, .domain, .uri, .directory: continue
            case .other, .unread: return "a constraint on \(form), which can't be checked"
            }
        }
        var names = certificate.extensions.subjectAlternativeNames ?? []
        if !certificate.subject.isEmpty { names.append(.directory(certificate.subject)) }
        for name in names {
            if case .uri(let uri) = name, Self.host(of: uri) == nil, (permitted + excluded).contains(where: { Self.holds($0, name) != nil })
            {
                return "\(name) has no host to compare"
            }
            if let subtree = excluded.first(where: { Self.holds($0, name) ?? false }) { return "\(name) lies in the excluded \(subtree)" }
            let answers = permitted.compactMap { Self.holds($0, name) }
            guard answers.isEmpty || answers.contains(true) else { return "\(name) lies in none of the permitted names" }
        }
        return nil
    }

    /// Whether `name` lies in the subtree; nil if they are of different forms.
    private static func holds(_ subtree: GeneralName, _ name: GeneralName) -> Bool? {
        switch (subtree, name) {
        case (.email(let subtree), .email(let address)):
            guard let at = address.lastIndex(of: "@") else { return false }
            // The part before @ is compared as it is written, hosts without regard to case.
            if let subtreeAt = subtree.lastIndex(of: "@") {
                return address[..<at].utf8.elementsEqual(subtree[..<subtreeAt].utf8)
                    && isEqual(address[address.index(after: at)...], subtree[subtree.index(after: subtreeAt)...])
            }
            return holdsHost(subtree[...], address[address.index(after: at)...])
        case (.domain(let subtree), .domain(let domain)):
            return isEqual(domain[...], subtree[...]) || hasSuffix(domain[...], subtree.hasPrefix(".") ? subtree : "." + subtree)
        case (.uri(let subtree), .uri(let uri)):
            return host(of: uri).map { holdsHost(subtree[...], $0[...]) } ?? false
        case (.directory(let subtree), .directory(let directory)):
            return directory.parts.starts(with: subtree.parts)
        default:
            return nil
        }
    }

    private static func holdsHost(_ subtree: Substring, _ host: Substring) -> Bool {
        subtree.hasPrefix(".") ? hasSuffix(host, String(subtree)) : isEqual(host, subtree)
    }

    /// The host of `scheme://user@host:port/path`.
    private static func host(of uri: String) -> String? {
        guard let scheme = uri.firstRange(of: "://") else { return nil }
        var authority = uri[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if let colon = authority.lastIndex(of: ":") { authority = authority[..<colon] }
        return authority.isEmpty || authority.contains("[") ? nil : String(authority)
    }

    private static func isEqual(_ left: Substring, _ right: Substring) -> Bool {
        left.lowercased().utf8.elementsEqual(right.lowercased().utf8)
    }

    private static func hasSuffix(_ text: Substring, _ suffix: String) -> Bool {
        text.utf8.count > suffix.utf8.count && text.lowercased().utf8.reversed().starts(with: suffix.lowercased().utf8.reversed())
    }
}
