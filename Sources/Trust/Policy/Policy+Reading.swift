extension Policy {
    /// Reads a policy. Never fails: what can't be read stands in `problems`, and the policy then passes nothing.
    package init(_ source: PolicySource, roots: RootShelf = .empty) {
        var problems = source.problems
        let match = Match(
            namespaces: Self.globs(source.namespaces, "match.namespaces", &problems),
            classes: Self.globs(source.classes, "match.classes", &problems),
            slots: Self.globs(source.slots, "match.slots", &problems),
            repositories: Self.globs(source.repositories, "match.repositories", &problems))
        var reader = AuthorityReader(roots: roots)
        let authorities = source.authorities.map { reader.authority($0) }
        if authorities.isEmpty { problems.append("authorities: empty; name at least one with a key or an identity") }
        let attestations = source.attestations.map { reader.attestation($0, among: authorities) }
        problems += reader.problems
        if source.threshold > authorities.count {
            problems.append("threshold: found \(source.threshold), wanted at most the number of authorities, \(authorities.count)")
        }
        if source.threshold < (attestations.isEmpty ? 1 : 0) {
            problems.append("threshold: found \(source.threshold), wanted at least 1; 0 only where attestations are demanded")
        }
        let mode = Mode(rawValue: source.mode)
        if mode == nil { problems.append("mode: found \"\(source.mode)\", wanted Enforce or Warn") }
        let reference = source.signedReference.map { SignedReference(rawValue: $0) } ?? .ignore
        if reference == nil { problems.append("signedReference: found \"\(source.signedReference ?? "")\", wanted Ignore or Repository") }
        self.init(
            name: source.name, match: match, authorities: authorities, threshold: source.threshold, attestations: attestations,
            revoked: source.revoked, mode: mode ?? .enforce, signedReference: reference ?? .repository, problems: problems)
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
                return try Glob(isRepository ? RepositoryName.canonical(pattern) : pattern)
            } catch {
                problems.append("\(field): \(error)")
                return .everything
            }
        }
    }
}
