extension LabelSelector {
    /// The form in queries and on command lines: `tier=edge,zone in (a,b),!spot`. Empty selects everything.
    public var text: String {
        let equalities = matchLabels.keys.sorted().map { "\($0)=\(matchLabels[$0] ?? "")" }
        return (equalities + matchExpressions.map(\.text)).joined(separator: ",")
    }

    /// Reads the text form, as `k8s.io/apimachinery/pkg/labels` does: `=`, `==`, `!=`, `in`, `notin`, `key`, `!key`.
    public init(_ text: String) throws(SelectorSyntaxError) {
        self.init()
        var parser = LabelSelectorParser(text)
        while let requirement = try parser.next() {
            // An equality becomes a matchLabels member unless the key has one already: then both must hold.
            if requirement.operator == .isIn, requirement.values.count == 1, matchLabels[requirement.key] == nil, parser.lastWasEquality {
                matchLabels[requirement.key] = requirement.values[0]
            } else {
                matchExpressions.append(requirement)
            }
        }
    }
}

extension LabelSelector.Requirement {
    /// As in queries: `zone in (a,b)`.
    public var text: String {
        switch `operator` {
        case .isIn: "\(key) in (\(values.joined(separator: ",")))"
        case .notIn: "\(key) notin (\(values.joined(separator: ",")))"
        case .exists: key
        case .doesNotExist: "!\(key)"
        }
    }
}
