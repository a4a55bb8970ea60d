/// A policy as its author wrote it: text, not yet read.
package struct PolicySource: Sendable, Hashable {
    package struct Authority: Sendable, Hashable {
        package var name: String
        /// Public keys in PEM.
        package var keys: [String]

        package init(name: String, keys: [String]) {
            self.name = name
            self.keys = keys
        }
    }

    package var name: String
    package var namespaces: [String]
    package var classes: [String]
    package var slots: [String]
    package var repositories: [String]
    package var authorities: [Authority]
    /// `Enforce` or `Warn`.
    package var mode: String
    /// `Ignore` or `Repository`; nil means `Ignore`.
    package var signedReference: String?

    package init(
        name: String, namespaces: [String], classes: [String], slots: [String], repositories: [String], authorities: [Authority],
        mode: String, signedReference: String? = nil
    ) {
        self.name = name
        self.namespaces = namespaces
        self.classes = classes
        self.slots = slots
        self.repositories = repositories
        self.authorities = authorities
        self.mode = mode
        self.signedReference = signedReference
    }
}

extension Policy {
    /// Reads a policy. Never fails: what can't be read stands in `problems`, and the policy then passes nothing.
    package init(_ source: PolicySource) {
        var problems: [String] = []
        let match = Match(
            namespaces: Self.globs(source.namespaces, "match.namespaces", &problems),
            classes: Self.globs(source.classes, "match.classes", &problems),
            slots: Self.globs(source.slots, "match.slots", &problems),
            repositories: Self.globs(source.repositories, "match.repositories", &problems))
        let authorities = Self.authorities(source.authorities, &problems)
        if authorities.isEmpty { problems.append("authorities: empty; name at least one with a key") }
        let mode = Mode(rawValue: source.mode)
        if mode == nil { problems.append("mode: found \"\(source.mode)\", wanted Enforce or Warn") }
        let reference = source.signedReference.map { SignedReference(rawValue: $0) } ?? .ignore
        if reference == nil { problems.append("signedReference: found \"\(source.signedReference ?? "")\", wanted Ignore or Repository") }
        self.init(
            name: source.name, match: match, authorities: authorities, mode: mode ?? .enforce,
            signedReference: reference ?? .repository, problems: problems)
    }

    /// A pattern that can't be read counts as one that matches everything, beside the problem it is.
    private static func globs(_ patterns: [String], _ field: String, _ problems: inout [String]) -> [Glob] {
        if patterns.isEmpty {
            problems.append("\(field): empty; write \"*\" for everything")
            return [.everything]
        }
        return patterns.map { pattern in
            do {
                let isRepository = field == "match.repositories"
                if isRepository, let slash = pattern.lastIndex(of: "/"), pattern[slash...].contains(":") {
                    throw GlobError(pattern: pattern, reason: "with a tag; a repository has none")
                }
                return try Glob(pattern)
            } catch {
                problems.append("\(field): \(error)")
                return .everything
            }
        }
    }

    private static func authorities(_ sources: [PolicySource.Authority], _ problems: inout [String]) -> [Authority] {
        sources.map { source in
            if source.keys.isEmpty { problems.append("authorities[\(source.name)]: no key") }
            var keys: [PublicKey] = []
            for (index, pem) in source.keys.enumerated() {
                do {
                    keys.append(try PublicKey(pem: pem))
                } catch {
                    let field = source.keys.count == 1 ? "key" : "keys[\(index)]"
                    problems.append("authorities[\(source.name)].\(field): \(error)")
                }
            }
            return Authority(name: source.name, keys: keys)
        }
    }
}
