/// Which calls the canary answers: those that match, and those whose key lies in a share. All others are the stable version's.
public struct RoutingRule: Sendable, Hashable {
    /// The same on every host of a rollout, so that all send the same keys.
    public var salt: String
    public var shares: [Share]
    public var matches: [Match]

    public init(salt: String, shares: [Share] = [], matches: [Match] = []) {
        self.salt = salt
        self.shares = shares
        self.matches = matches
    }

    /// Where something is looked up in a call.
    public enum Subject: Sendable, Hashable {
        /// The call's own key.
        case key
        case header(String)
        case label(String)
    }

    /// Calls whose subject's place lies below a cutoff. Those that have no such subject are not in it.
    public struct Share: Sendable, Hashable {
        public var subject: Subject
        /// 2^48 × share; 2^48 is every call that has the subject.
        public var below: Int64

        public init(of subject: Subject = .key, below: Int64) {
            self.subject = subject
            self.below = below
        }
    }

    /// Calls of one kind.
    public enum Match: Sendable, Hashable {
        /// With this header; where values are named, with one of them.
        case header(String, values: [String])
        case label(String, values: [String])
        case group(String)
    }
}

/// Which of the two versions of a slot answers.
public enum Route: String, Sendable, Hashable { case stable, canary }

extension RoutingRule {
    /// Decides for one call: a pure function of the rule and the call, the same on every host.
    public func route(_ call: Call) -> Route {
        matches.contains { $0.means(call) } || shares.contains { $0.holds(call, salt: salt) } ? .canary : .stable
    }
}

extension RoutingRule.Match {
    func means(_ call: Call) -> Bool {
        switch self {
        case .header(let name, let values): call.headers.contains { $0.isNamed(name) && (values.isEmpty || values.contains($0.value)) }
        case .label(let name, let values): call.labels[name].map { values.isEmpty || values.contains($0) } ?? false
        case .group(let name): call.groups.contains(name)
        }
    }
}

extension RoutingRule.Share {
    func holds(_ call: Call, salt: String) -> Bool {
        guard let key = subject.value(in: call) else { return false }
        return KeyPlace(salt: salt, key: key).value < below
    }
}

extension RoutingRule.Subject {
    /// Of several headers of the name the first.
    func value(in call: Call) -> String? {
        switch self {
        case .key: call.key
        case .header(let name): call.headers.first { $0.isNamed(name) }?.value
        case .label(let name): call.labels[name]
        }
    }
}
